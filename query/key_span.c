/* SPDX-License-Identifier: MIT */
#include "query/key_span.h"

#include "query/search_output.h"
#include "query/view_json.h"

/* Messages without a date have the ids below 1971 (docs/schema.md). */
#define SELECT_DATE                                                                            \
    "SELECT m.date FROM signature s JOIN message m ON m.id = s.message_id WHERE s.key_id = ?1" \
    " AND s.result = 'pass' AND s.message_id >= 31536000 ORDER BY s.message_id "

static const char *const first_sql = SELECT_DATE "LIMIT 1";
static const char *const last_sql = SELECT_DATE "DESC LIMIT 1";

static bool read_date(sqlite3 *db, const char *sql, int64_t key_id, int64_t *ret_date,
                      bool *ret_found, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 1, key_id);
    const int code = sqlite3_step(row);
    *ret_found = code == SQLITE_ROW && sqlite3_column_type(row, 0) != SQLITE_NULL;
    *ret_date = *ret_found ? sqlite3_column_int64(row, 0) : 0;
    return archive_end_rows(row, code == SQLITE_ROW ? SQLITE_DONE : code, error);
}

bool key_span_read(sqlite3 *db, int64_t key_id, KeySpan *ret_span, GError **error)
{
    KeySpan span = {.has_dates = false};
    bool has_last = false;
    if (!read_date(db, first_sql, key_id, &span.first_date, &span.has_dates, error) ||
        !read_date(db, last_sql, key_id, &span.last_date, &has_last, error)) {
        return false;
    }
    span.has_dates = span.has_dates && has_last;
    *ret_span = span;
    return true;
}

char *key_span_text(const KeySpan *span)
{
    g_autofree char *first = search_date_text(span->has_dates, span->first_date, "%Y-%m-%d");
    g_autofree char *last = search_date_text(span->has_dates, span->last_date, "%Y-%m-%d");
    return strcmp(first, last) == 0 ? g_strdup(first)
                                    : g_strdup_printf("%s to %s", first, last);
}

void key_span_write_json(JsonWriter *writer, const char *key, const KeySpan *span)
{
    json_writer_begin_object(writer, key);
    view_json_date(writer, "first_date", span->has_dates, span->first_date);
    view_json_date(writer, "last_date", span->has_dates, span->last_date);
    json_writer_end_object(writer);
}
