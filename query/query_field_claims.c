/* SPDX-License-Identifier: MIT */
#include "query/query_field_claims.h"

#include "query/query_field.h"
#include "schema/nearest_word.h"

/* The methods of IANA's registry (RFC 8601 section 6.2), Microsoft's compauth, BIMI; the common
 * ones first, as the likelier guess. Servers' own begin with "x-". */
static const char *const methods[] = {
    "dkim",  "spf",  "dmarc",    "arc",       "domainkeys", "auth",  "iprev", "sender-id",
    "dnswl", "bimi", "compauth", "dkim-adsp", "dkim-atps",  "smime", "rrvs",  "vbr",
};

/* RFC 8601 section 2.7, and what servers wrote before it or beside it. */
static const char *const results[] = {
    "pass",      "fail",      "none",     "neutral",  "softfail",      "policy",
    "temperror", "permerror", "discard",  "nxdomain", "bestguesspass", "error",
    "hardfail",  "skipped",   "softpass", "unknown",
};

typedef enum { SQL_NONE, SQL_METHOD, SQL_RESULT } Sql;

static const char *const sql[] = {
    [SQL_NONE] = "m.id NOT IN (SELECT message_id FROM claim)",
    [SQL_METHOD] = "m.id IN (SELECT message_id FROM claim WHERE method = ",
    [SQL_RESULT] = " AND result = ",
};

static bool is_known(const char *word, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool fail_unknown(QueryCompiler *compiler, const QueryNode *term, const char *what,
                         const char *word, const char *const *words, size_t n_words)
{
    const char *nearest = nearest_word_of(slice_of_string(word), words, n_words);
    return query_compiler_fail(compiler, term, "unknown %s \"%s\"%s%s%s", what, word,
                               nearest == NULL ? ", write claims:dkim=pass or claims:spf"
                                               : ", did you mean \"",
                               nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

bool query_field_compile_claims(QueryCompiler *compiler, const QueryNode *term,
                                QueryPart *ret_part)
{
    g_autofree char *lower = g_ascii_strdown(term->text, -1);
    g_auto(GStrv) words = g_strsplit(lower, "=", 2);
    const char *method = words[0] == NULL ? "" : words[0];
    const char *result = *method == '\0' ? NULL : words[1];
    if (result == NULL && strcmp(method, "none") == 0) {
        *ret_part = (QueryPart){.condition = sql_builder_new()};
        sql_builder_add(ret_part->condition, sql[SQL_NONE]);
        return true;
    }
    if (!g_str_has_prefix(method, "x-") && !is_known(method, methods, G_N_ELEMENTS(methods))) {
        return fail_unknown(compiler, term, "method", method, methods, G_N_ELEMENTS(methods));
    }
    if (result != NULL && !is_known(result, results, G_N_ELEMENTS(results))) {
        return fail_unknown(compiler, term, "result", result, results, G_N_ELEMENTS(results));
    }
    SqlBuilder *out = sql_builder_new();
    sql_builder_add(out, sql[SQL_METHOD]);
    sql_builder_bind_text(out, method);
    if (result != NULL) {
        sql_builder_add(out, sql[SQL_RESULT]);
        sql_builder_bind_text(out, result);
    }
    sql_builder_add(out, ")");
    *ret_part = (QueryPart){.condition = out};
    return true;
}
