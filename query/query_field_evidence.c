/* SPDX-License-Identifier: MIT */
#include "query/query_field_evidence.h"

#include "query/query_field.h"
#include "schema/verdict.h"

/* A word and the condition on `m` that it stands for. Conditions repeat the WHERE of the
 * partial index that they should use. */
typedef struct {
    const char *word;
    const char *condition;
} WordCondition;

static const WordCondition is_words[] = {
    {"verified", "m.level = 'verified' AND m.level <> 'none'"},
    {"limited", "m.level = 'limited' AND m.level <> 'none'"},
    {"signed", "m.signatures > 0"},
    {"unsigned", "m.signatures = 0"},
    {"unverified", "m.level <> 'verified'"},
    {"attachment", "m.attachments > 0"},
};

static const WordCondition dkim_words[] = {
    {"pass", "m.dkim = 'pass'"},
    {"fail", "m.dkim = 'fail'"},
    {"nokey", "m.dkim = 'nokey'"},
    {"no-key", "m.dkim = 'nokey'"},
    {"none", "m.dkim = 'none'"},
    {"error", "m.dkim = 'error'"},
    {"body-mismatch", "m.signatures > 0 AND EXISTS (SELECT 1 FROM signature s "
                      "WHERE s.message_id = m.id AND s.body_ok = 0)"},
};

typedef enum { SQL_SIGNED_BY, SQL_CLAIMS_BY, SQL_DOMAIN, SQL_SELECTOR, SQL_ALGORITHM } Sql;

static const char *const sql[] = {
    [SQL_SIGNED_BY] = "m.dkim = 'pass' AND EXISTS (SELECT 1 FROM signature s "
                      "WHERE s.message_id = m.id AND s.result = 'pass' AND ",
    [SQL_CLAIMS_BY] = "m.signatures > 0 AND EXISTS (SELECT 1 FROM signature s "
                      "WHERE s.message_id = m.id AND ",
    [SQL_DOMAIN] = "(s.domain = ",
    [SQL_SELECTOR] = "s.selector = ",
    [SQL_ALGORITHM] = "s.algorithm = ",
};

static bool compile_word(QueryCompiler *compiler, const QueryNode *term,
                         const WordCondition *words, size_t n_words, QueryPart *ret_part)
{
    for (size_t i = 0; i < n_words; i++) {
        if (g_ascii_strcasecmp(term->text, words[i].word) == 0) {
            *ret_part = (QueryPart){.condition = sql_builder_new()};
            sql_builder_add(ret_part->condition, words[i].condition);
            return true;
        }
    }
    const char *nearest = query_field_nearest_word(slice_of_string(term->text),
                                                   term->field->words, QUERY_FIELD_MAX_WORDS);
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

/* The domain itself or one below it. */
static void add_domain(SqlBuilder *out, const char *domain)
{
    g_autofree char *suffix = g_strdup_printf(".%s", domain);
    sql_builder_add(out, sql[SQL_DOMAIN]);
    sql_builder_bind_text(out, domain);
    sql_builder_add(out, " OR substr(s.domain, ");
    sql_builder_bind_integer(out, -(int64_t)g_utf8_strlen(suffix, -1));
    sql_builder_add(out, ") = ");
    sql_builder_bind_text(out, suffix);
    sql_builder_add(out, ")");
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
    sql_builder_add(out,
                    sql[kind == QUERY_SIGNATURE_SIGNED_BY ? SQL_SIGNED_BY : SQL_CLAIMS_BY]);
    switch (kind) {
    case QUERY_SIGNATURE_SIGNED_BY:
    case QUERY_SIGNATURE_CLAIMS_BY:
        add_domain(out, value);
        break;
    case QUERY_SIGNATURE_SELECTOR:
        sql_builder_add(out, sql[SQL_SELECTOR]);
        sql_builder_bind_text(out, term->text);
        sql_builder_add(out, " COLLATE NOCASE");
        break;
    case QUERY_SIGNATURE_ALGORITHM:
        sql_builder_add(out, sql[SQL_ALGORITHM]);
        sql_builder_bind_text(out, lower);
        break;
    }
    sql_builder_add(out, ")");
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
        query_field_nearest_word(slice_of_string(term->text), words, G_N_ELEMENTS(words));
    return query_compiler_fail(compiler, term, "unknown caveat%s%s%s",
                               nearest == NULL ? "" : ", did you mean \"",
                               nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}
