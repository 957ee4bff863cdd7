/* SPDX-License-Identifier: MIT */
#include "query/query_field_value.h"

#include "query/query_date.h"
#include "query/query_field.h"
#include "query/query_size.h"
#include "schema/language.h"
#include "schema/record.h"

/* Fewer digits of a hash say nothing. */
#define HASH_MIN_DIGITS 4

typedef enum {
    SQL_SIZE,
    SQL_LANGUAGE,
    SQL_NO_LANGUAGE,
    SQL_MSGID,
    SQL_ID,
    SQL_THREAD_OF_ID,
    SQL_THREAD_OF_MSGID,
    SQL_THREAD_OF_MISSING,
    SQL_HASH_MESSAGE,
    SQL_HASH_ATTACHMENT
} Sql;

static const char *const sql[] = {
    [SQL_SIZE] = "m.size BETWEEN ",
    [SQL_LANGUAGE] = "m.language <> '' AND m.language = ",
    [SQL_NO_LANGUAGE] = "m.language = ''",
    [SQL_MSGID] = "m.msgid <> '' AND m.msgid = ",
    [SQL_ID] = "m.id = ",
    [SQL_THREAD_OF_ID] = "m.thread_id IN (SELECT thread_id FROM message WHERE id = ",
    [SQL_THREAD_OF_MSGID] =
        "m.thread_id IN (SELECT thread_id FROM message WHERE msgid <> '' AND msgid = ",
    [SQL_THREAD_OF_MISSING] = " UNION ALL SELECT thread_id FROM missing_message WHERE msgid = ",
    [SQL_HASH_MESSAGE] = "(m.id IN (SELECT id FROM message WHERE sha256 BETWEEN ",
    [SQL_HASH_ATTACHMENT] =
        ") OR m.id IN (SELECT message_id FROM attachment WHERE sha256 BETWEEN ",
};

bool query_field_compile_date(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    QueryDateKind kind = term->field->argument;
    QueryDateRange range = {0, 0};
    g_autofree char *message =
        kind == QUERY_DATE_WITHIN
            ? query_date_parse_range(term->text, compiler->time_zone, &range)
            : query_date_parse(term->text, compiler->time_zone, &range);
    if (message != NULL) {
        return query_compiler_fail(compiler, term, "%s", message);
    }
    *ret_part = (QueryPart){.has_range = true, .first = range.first, .last = range.last};
    switch (kind) {
    case QUERY_DATE_WITHIN:
        break;
    case QUERY_DATE_SINCE:
        ret_part->last = G_MAXINT64;
        break;
    case QUERY_DATE_BEFORE:
        ret_part->last = range.first - 1;
        ret_part->first = G_MININT64;
        break;
    case QUERY_DATE_UNTIL:
        ret_part->first = G_MININT64;
        break;
    }
    return true;
}

static char *parse_size(const QueryNode *term, QuerySizeRange *ret_range)
{
    QuerySizeKind kind = term->field->argument;
    if (kind == QUERY_SIZE_RANGE) {
        return query_size_parse_range(term->text, ret_range);
    }
    g_autofree char *compared =
        g_strdup_printf("%c%s", kind == QUERY_SIZE_LARGER ? '>' : '<', term->text);
    return query_size_parse_range(compared, ret_range);
}

bool query_field_compile_size(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    QuerySizeRange range = {0, 0};
    g_autofree char *message = parse_size(term, &range);
    if (message != NULL) {
        return query_compiler_fail(compiler, term, "%s", message);
    }
    *ret_part = (QueryPart){.condition = sql_builder_new()};
    sql_builder_add(ret_part->condition, sql[SQL_SIZE]);
    sql_builder_bind_integer(ret_part->condition, range.least);
    sql_builder_add(ret_part->condition, " AND ");
    sql_builder_bind_integer(ret_part->condition, range.most);
    return true;
}

/* "en, fr, ...": what language: knows. Returns: (transfer full). */
static char *language_list(void)
{
    GString *out = g_string_new(NULL);
    for (int i = LANGUAGE_NONE + 1; i < LANGUAGE_COUNT; i++) {
        g_string_append_printf(out, "%s, ", language_code((Language)i));
    }
    g_string_append(out, "none");
    return g_string_free(out, false);
}

bool query_field_compile_language(QueryCompiler *compiler, const QueryNode *term,
                                  QueryPart *ret_part)
{
    Language language = LANGUAGE_NONE;
    const bool is_none = g_ascii_strcasecmp(term->text, "none") == 0;
    if (!is_none && !language_of_code(term->text, &language)) {
        g_autofree char *known = language_list();
        return query_compiler_fail(compiler, term, "unknown language; it is one of: %s", known);
    }
    *ret_part = (QueryPart){.condition = sql_builder_new()};
    sql_builder_add(ret_part->condition, sql[is_none ? SQL_NO_LANGUAGE : SQL_LANGUAGE]);
    if (!is_none) {
        sql_builder_bind_text(ret_part->condition, language_code(language));
        query_part_set_indexed(ret_part);
    }
    return true;
}

/* A Message-ID without < >. Returns: (transfer full) NULL with the fault. */
static char *bare_msgid(QueryCompiler *compiler, const QueryNode *term)
{
    Slice text = slice_of_string(term->text);
    if (text.len > 0 && text.ptr[0] == '<') {
        text = slice_from(text, 1);
    }
    if (text.len > 0 && text.ptr[text.len - 1] == '>') {
        text.len--;
    }
    if (text.len == 0) {
        query_compiler_fail(compiler, term, "a Message-ID is missing");
        return NULL;
    }
    return slice_dup(text);
}

bool query_field_compile_thread(QueryCompiler *compiler, const QueryNode *term,
                                QueryPart *ret_part)
{
    gint64 id = 0;
    SqlBuilder *out = NULL;
    if (g_ascii_string_to_signed(term->text, 10, G_MININT64, G_MAXINT64, &id, NULL)) {
        out = sql_builder_new();
        sql_builder_add(out, sql[SQL_THREAD_OF_ID]);
        sql_builder_bind_integer(out, id);
    } else {
        g_autofree char *msgid = bare_msgid(compiler, term);
        if (msgid == NULL) {
            return false;
        }
        out = sql_builder_new();
        sql_builder_add(out, sql[SQL_THREAD_OF_MSGID]);
        sql_builder_bind_text(out, msgid);
        sql_builder_add(out, sql[SQL_THREAD_OF_MISSING]);
        sql_builder_bind_text(out, msgid);
    }
    sql_builder_add(out, ")");
    *ret_part = (QueryPart){.condition = out};
    return true;
}

bool query_field_compile_msgid(QueryCompiler *compiler, const QueryNode *term,
                               QueryPart *ret_part)
{
    g_autofree char *bare = bare_msgid(compiler, term);
    if (bare == NULL) {
        return false;
    }
    *ret_part = (QueryPart){.condition = sql_builder_new()};
    sql_builder_add(ret_part->condition, sql[SQL_MSGID]);
    sql_builder_bind_text(ret_part->condition, bare);
    query_part_set_indexed(ret_part);
    return true;
}

bool query_field_compile_id(QueryCompiler *compiler, const QueryNode *term, QueryPart *ret_part)
{
    gint64 id = 0;
    if (!g_ascii_string_to_signed(term->text, 10, G_MININT64, G_MAXINT64, &id, NULL)) {
        return query_compiler_fail(compiler, term, "an id is a number, as search shows it");
    }
    *ret_part = (QueryPart){.condition = sql_builder_new()};
    sql_builder_add(ret_part->condition, sql[SQL_ID]);
    sql_builder_bind_integer(ret_part->condition, id);
    return true;
}

/* The lowest and highest hash with these first digits. Returns: false for anything but hex. */
static bool hash_bounds(const char *digits, uint8_t *lowest, uint8_t *highest)
{
    size_t n_digits = strlen(digits);
    if (n_digits < HASH_MIN_DIGITS || n_digits > 2 * (size_t)SHA256_BYTES) {
        return false;
    }
    memset(lowest, 0x00, SHA256_BYTES);
    memset(highest, 0xFF, SHA256_BYTES);
    for (size_t i = 0; i < n_digits; i++) {
        int value = g_ascii_xdigit_value(digits[i]);
        if (value < 0) {
            return false;
        }
        unsigned shift = i % 2 == 0 ? 4 : 0;
        lowest[i / 2] |= (uint8_t)((unsigned)value << shift);
        highest[i / 2] &= (uint8_t) ~((0xFU ^ (unsigned)value) << shift);
    }
    return true;
}

bool query_field_compile_hash(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    uint8_t lowest[SHA256_BYTES];
    uint8_t highest[SHA256_BYTES];
    if (!hash_bounds(term->text, lowest, highest)) {
        return query_compiler_fail(compiler, term,
                                   "a hash is %d to 64 hexadecimal digits of a SHA-256",
                                   HASH_MIN_DIGITS);
    }
    SqlBuilder *out = sql_builder_new();
    sql_builder_add(out, sql[SQL_HASH_MESSAGE]);
    sql_builder_bind_blob(out, lowest, sizeof lowest);
    sql_builder_add(out, " AND ");
    sql_builder_bind_blob(out, highest, sizeof highest);
    sql_builder_add(out, sql[SQL_HASH_ATTACHMENT]);
    sql_builder_bind_blob(out, lowest, sizeof lowest);
    sql_builder_add(out, " AND ");
    sql_builder_bind_blob(out, highest, sizeof highest);
    sql_builder_add(out, "))");
    *ret_part = (QueryPart){.condition = out};
    return true;
}
