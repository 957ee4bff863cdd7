/* SPDX-License-Identifier: MIT */
#include "query/query_field_key.h"

/* Fewer digits are a number of bits: key:1024. */
#define FINGERPRINT_MIN_DIGITS 8
#define FINGERPRINT_MAX_DIGITS 64
#define BITS_MAX_DIGITS        5

/* What stands between selector and domain in the DNS (RFC 6376 section 3.6.2.1). */
#define NAME_INFIX "._domainkey."

typedef enum { SQL_KEY, SQL_FINGERPRINT, SQL_NAME, SQL_BITS, SQL_STATE } Sql;

static const char *const sql[] = {
    [SQL_KEY] = "m.signatures > 0 AND EXISTS (SELECT 1 FROM signature s "
                "WHERE s.message_id = m.id AND s.key_id IN (SELECT id FROM dkim_key WHERE ",
    [SQL_FINGERPRINT] = "substr(lower(hex(spki_sha256)), 1, ",
    [SQL_NAME] = "lower(selector || '" NAME_INFIX "' || domain) = ",
    [SQL_BITS] = "bits > 0 AND bits ",
    [SQL_STATE] = "state = ",
};

/* Of dkim_key.state, what is known of a key that decided a signature. */
static const char *const states[] = {"good", "weak", "leaked", "recovered", "revoked"};

/* How many of the first characters are digits. */
static size_t count_digits(const char *text, bool is_hexadecimal)
{
    size_t n_digits = 0;
    while (is_hexadecimal ? g_ascii_isxdigit(text[n_digits])
                          : g_ascii_isdigit(text[n_digits])) {
        n_digits++;
    }
    return n_digits;
}

/* "1024", "<1024", ">=2048". */
static bool add_bits(SqlBuilder *out, const char *text)
{
    static const char *const comparisons[] = {"<=", ">=", "<", ">", ""};
    size_t i = 0;
    while (!g_str_has_prefix(text, comparisons[i])) {
        i++;
    }
    const char *number = text + strlen(comparisons[i]);
    size_t n_digits = count_digits(number, false);
    if (n_digits == 0 || n_digits > BITS_MAX_DIGITS || number[n_digits] != '\0') {
        return false;
    }
    sql_builder_add(out, sql[SQL_BITS]);
    sql_builder_add(out, *comparisons[i] == '\0' ? "=" : comparisons[i]);
    sql_builder_add(out, " ");
    sql_builder_bind_integer(out, g_ascii_strtoll(number, NULL, 10));
    return true;
}

static bool add_fingerprint(SqlBuilder *out, const char *text)
{
    size_t n_digits = count_digits(text, true);
    if (n_digits < FINGERPRINT_MIN_DIGITS || n_digits > FINGERPRINT_MAX_DIGITS ||
        text[n_digits] != '\0') {
        return false;
    }
    g_autofree char *lower = g_ascii_strdown(text, -1);
    sql_builder_add(out, sql[SQL_FINGERPRINT]);
    sql_builder_bind_integer(out, (int64_t)n_digits);
    sql_builder_add(out, ") = ");
    sql_builder_bind_text(out, lower);
    return true;
}

static bool add_name(SqlBuilder *out, const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    if (strstr(lower, NAME_INFIX) == NULL) {
        return false;
    }
    sql_builder_add(out, sql[SQL_NAME]);
    sql_builder_bind_text(out, lower);
    return true;
}

static bool add_state(SqlBuilder *out, const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        if (g_ascii_strcasecmp(text, states[i]) == 0) {
            sql_builder_add(out, sql[SQL_STATE]);
            sql_builder_bind_text(out, states[i]);
            return true;
        }
    }
    return false;
}

bool query_field_compile_key(QueryCompiler *compiler, const QueryNode *term,
                             QueryPart *ret_part)
{
    g_autoptr(SqlBuilder) out = sql_builder_new();
    sql_builder_add(out, sql[SQL_KEY]);
    if (!add_bits(out, term->text) && !add_fingerprint(out, term->text) &&
        !add_name(out, term->text) && !add_state(out, term->text)) {
        return query_compiler_fail(compiler, term,
                                   "a key is %d or more digits of its SHA-256, "
                                   "selector._domainkey.domain, its bits (1024, <1024), or "
                                   "good, weak, leaked, recovered, revoked",
                                   FINGERPRINT_MIN_DIGITS);
    }
    sql_builder_add(out, "))");
    *ret_part = (QueryPart){.condition = g_steal_pointer(&out)};
    return true;
}
