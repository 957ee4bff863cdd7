/* fts_index.h - settings and upkeep of the full-text index message_fts.
 *
 * Each batch of a load adds one segment (fts_builder.h). Merging while loading is switched off;
 * fts_index_merge merges before FTS5's limit of 2,000 segments, and once at the end.
 *
 * Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "schema/archive.h"

/* Merged when there are more while loading; FTS5 stops working at 2,000. */
#define FTS_SEGMENTS_MAX 1000

/* At the end of a run this many may stay: a query looks into each, in microseconds, and merging
 * costs a fifth of the load. */
#define FTS_SEGMENTS_KEPT 64

/* Applies the settings for a bulk load. */
bool fts_index_configure(sqlite3 *db, GError **error);

/* Appends a row of message_fts_data to `out`, nothing when there is no such row.
 * Returns: false with `error`. */
bool fts_index_read_record(sqlite3 *db, int64_t row, GByteArray *out, GError **error);

/* The number of segments. Returns: false with `error`. */
bool fts_index_count_segments(sqlite3 *db, int64_t *ret_segments, GError **error);

/* Merges all segments into one, in a connection of its own: that of the writer adds segments
 * past FTS5, which keeps the structure that it has read. Outside any transaction. */
bool fts_index_merge(sqlite3 *db, GError **error);
