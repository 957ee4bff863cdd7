/* key_span.h - from when to when the mail is dated that a key verified.
 *
 * Two look-ups in an index, however much mail that is: ids of messages sort by date.
 *
 * Memory: plain data. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "schema/archive.h"
#include "schema/json_writer.h"

typedef struct {
    bool has_dates;     /* false when it verified nothing that has a date */
    int64_t first_date; /* Unix time */
    int64_t last_date;
} KeySpan;

/* The span of the key `key_id` of the archive. Returns: false with `error`. */
bool key_span_read(sqlite3 *db, int64_t key_id, KeySpan *ret_span, GError **error);

/* "2014-01-07 to 2017-06-20", or one day. Returns: (transfer full) "" without dates. */
char *key_span_text(const KeySpan *span);

/* An object with two dates, which may be null. */
void key_span_write_json(JsonWriter *writer, const char *key, const KeySpan *span);
