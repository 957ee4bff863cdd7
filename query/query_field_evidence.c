/* SPDX-License-Identifier: MIT */
#include "query/query_field_evidence.h"

#include "query/query_field.h"
#include "schema/nearest_word.h"
#include "schema/verdict.h"

/* A word and the condition on `m` that it stands for. Conditions repeat the WHERE of the
 * partial index that they should use. */
typedef struct {
    const char *word;
    const char *condition;
    bool has_index; /* the messages that meet it come from an index, and no others */
} WordCondition;

static const WordCondition is_words[] = {
    {"verified", "m.level = 'verified' AND m.level <> 'none'", true},
    {"limited", "m.level = 'limited' AND m.level <> 'none'", true},
    {"signed", "m.signatures > 0", false},
    {"unsigned", "m.signatures = 0", false},
    {"unverified", "m.level <> 'verified'", false},
    {"attachment", "m.attachments > 0", false},
};

static const WordCondition dkim_words[] = {
    {"pass", "m.dkim = 'pass'", true},
    {"fail", "m.dkim = 'fail'", true},
    {"nokey", "m.dkim = 'nokey'", true},
    {"no-key", "m.dkim = 'nokey'", true},
    {"none", "m.dkim = 'none'", true},
    {"error", "m.dkim = 'error'", true},
    {"body-mismatch",
     "m.signatures > 0 AND EXISTS (SELECT 1 FROM signature s "
     "WHERE s.message_id = m.id AND s.body_ok = 0)",
     false},
};

static const WordCondition arc_words[] = {
    {"pass", "m.arc = 'pass' AND m.arc <> 'none'", true},
    {"fail", "m.arc = 'fail' AND m.arc <> 'none'", true},
    {"nokey", "m.arc = 'nokey' AND m.arc <> 'none'", true},
    {"no-key", "m.arc = 'nokey' AND m.arc <> 'none'", true},
    {"none", "m.arc = 'none'", false},
};

/* domainkey_signature_by_result finds the few messages; their best result is looked up. */
#define DOMAINKEYS_IN(results)                                                                 \
    "m.id IN (SELECT message_id FROM domainkey_signature WHERE result IN (" results "))"
#define DOMAINKEYS_NOT(results)                                                                \
    " AND NOT EXISTS (SELECT 1 FROM domainkey_signature k WHERE k.message_id = m.id "          \
    "AND k.result IN (" results "))"

static const WordCondition domainkeys_words[] = {
    {"pass", DOMAINKEYS_IN("'pass'"), false},
    {"nokey", DOMAINKEYS_IN("'nokey'") DOMAINKEYS_NOT("'pass'"), false},
    {"no-key", DOMAINKEYS_IN("'nokey'") DOMAINKEYS_NOT("'pass'"), false},
    {"fail", DOMAINKEYS_IN("'fail'") DOMAINKEYS_NOT("'pass', 'nokey'"), false},
    {"error",
     DOMAINKEYS_IN("'neutral', 'policy', 'temperror', 'permerror'")
         DOMAINKEYS_NOT("'pass', 'nokey', 'fail'"),
     false},
    {"none", "m.id NOT IN (SELECT message_id FROM domainkey_signature)", false},
};

typedef enum {
    SQL_BY_DOMAIN,
    SQL_DOMAIN_LIKE,
    SQL_PASSING,
    SQL_SAME_DOMAIN,
    SQL_BY_SELECTOR,
    SQL_BY_ALGORITHM
} Sql;

/* signature_by_domain gives the ids without a look at the signatures themselves; its distinct
 * domains are few and are found by seeking from one to the next. */
static const char *const sql[] = {
    [SQL_BY_DOMAIN] = "m.id IN (SELECT message_id FROM signature WHERE domain IN ("
                      "WITH RECURSIVE d (x) AS (SELECT min(domain) FROM signature UNION ALL "
                      "SELECT (SELECT min(domain) FROM signature WHERE domain > x) FROM d "
                      "WHERE x IS NOT NULL) SELECT x FROM d WHERE x = ",
    [SQL_DOMAIN_LIKE] = " OR substr(x, ",
    [SQL_PASSING] = " AND m.dkim = 'pass' AND EXISTS (SELECT 1 FROM signature s "
                    "WHERE s.message_id = m.id AND s.result = 'pass' AND (s.domain = ",
    [SQL_SAME_DOMAIN] = " OR substr(s.domain, ",
    [SQL_BY_SELECTOR] = "m.id IN (SELECT message_id FROM signature "
                        "WHERE selector COLLATE NOCASE = ",
    [SQL_BY_ALGORITHM] = "m.signatures > 0 AND EXISTS (SELECT 1 FROM signature s "
                         "WHERE s.message_id = m.id AND s.algorithm = ",
};

static bool compile_word(QueryCompiler *compiler, const QueryNode *term,
                         const WordCondition *words, size_t n_words, QueryPart *ret_part)
{
    for (size_t i = 0; i < n_words; i++) {
        if (g_ascii_strcasecmp(term->text, words[i].word) == 0) {
            *ret_part = (QueryPart){.condition = sql_builder_new()};
            sql_builder_add(ret_part->condition, words[i].condition);
            if (words[i].has_index) {
                query_part_set_indexed(ret_part);
            }
            return true;
        }
    }
    const char *nearest =
        nearest_word_of(slice_of_string(term->text), term->field->words, QUERY_FIELD_MAX_WORDS);
    return nearest != NULL
               ? query_compiler_fail(compiler, term, "unknown word, did you mean \"%s:%s\"?",
                                     term->field->name, nearest)
               : query_compiler_fail(compiler, term, "unknown word; \"%s:\" knows: %s",
                                     term->field->name, term->field->help);
}

bool query_field_compile_is(QueryCompiler *compiler, const QueryNode *term, QueryPart *ret_part)
{
    return compile_word(compiler, term, is_words, G_N_ELEMENTS(is_words), ret_part);
}

bool query_field_compile_dkim(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    return compile_word(compiler, term, dkim_words, G_N_ELEMENTS(dkim_words), ret_part);
}

bool query_field_compile_arc(QueryCompiler *compiler, const QueryNode *term,
                             QueryPart *ret_part)
{
    return compile_word(compiler, term, arc_words, G_N_ELEMENTS(arc_words), ret_part);
}

bool query_field_compile_domainkeys(QueryCompiler *compiler, const QueryNode *term,
                                    QueryPart *ret_part)
{
    return compile_word(compiler, term, domainkeys_words, G_N_ELEMENTS(domainkeys_words),
                        ret_part);
}

/* Completes "column = " to the domain itself or one below it; `or_suffix` repeats the column.
 */
static void add_domain(SqlBuilder *out, const char *domain, Sql or_suffix)
{
    g_autofree char *suffix = g_strdup_printf(".%s", domain);
    sql_builder_bind_text(out, domain);
    sql_builder_add(out, sql[or_suffix]);
    sql_builder_bind_integer(out, -(int64_t)g_utf8_strlen(suffix, -1));
    sql_builder_add(out, ") = ");
    sql_builder_bind_text(out, suffix);
}

bool query_field_compile_signature(QueryCompiler *compiler, const QueryNode *term,
                                   QueryPart *ret_part)
{
    QuerySignatureKind kind = term->field->argument;
    g_autofree char *lower = g_utf8_strdown(term->text, -1);
    const char *value = *lower == '@' ? lower + 1 : lower;
    if (*value == '\0') {
        return query_compiler_fail(compiler, term, "a value is missing");
    }
    SqlBuilder *out = sql_builder_new();
    switch (kind) {
    case QUERY_SIGNATURE_SIGNED_BY:
    case QUERY_SIGNATURE_CLAIMS_BY:
        sql_builder_add(out, sql[SQL_BY_DOMAIN]);
        add_domain(out, value, SQL_DOMAIN_LIKE);
        sql_builder_add(out, "))");
        break;
    case QUERY_SIGNATURE_SELECTOR:
        sql_builder_add(out, sql[SQL_BY_SELECTOR]);
        sql_builder_bind_text(out, term->text);
        sql_builder_add(out, ")");
        break;
    case QUERY_SIGNATURE_ALGORITHM:
        sql_builder_add(out, sql[SQL_BY_ALGORITHM]);
        sql_builder_bind_text(out, lower);
        sql_builder_add(out, ")");
        break;
    }
    if (kind == QUERY_SIGNATURE_SIGNED_BY) {
        sql_builder_add(out, sql[SQL_PASSING]);
        add_domain(out, value, SQL_SAME_DOMAIN);
        sql_builder_add(out, "))");
    }
    *ret_part = (QueryPart){.condition = out};
    return true;
}

bool query_field_compile_caveat(QueryCompiler *compiler, const QueryNode *term,
                                QueryPart *ret_part)
{
#define CAVEAT_NAME(name, word, sentence) word,
    static const char *const words[] = {CAVEAT_LIST(CAVEAT_NAME)};
#undef CAVEAT_NAME
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(term->text, words[i]) == 0) {
            g_autofree char *spaced = g_strdup_printf(" %s ", words[i]);
            *ret_part = (QueryPart){.condition = sql_builder_new()};
            sql_builder_add(ret_part->condition, "instr(' ' || m.caveats || ' ', ");
            sql_builder_bind_text(ret_part->condition, spaced);
            sql_builder_add(ret_part->condition, ") > 0");
            return true;
        }
    }
    const char *nearest =
        nearest_word_of(slice_of_string(term->text), words, G_N_ELEMENTS(words));
    return query_compiler_fail(compiler, term, "unknown caveat%s%s%s",
                               nearest == NULL ? "" : ", did you mean \"",
                               nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}
