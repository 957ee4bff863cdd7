/* fts_index.h - the tables in which message_fts keeps its index, written past FTS5.
 *
 * Each batch of a load adds one segment to level 0 (fts_builder.h). At the end of a run the
 * segments of a level that has many become one of the next level (fts_merge.h): a query looks
 * into each, in some 10 us a word. So a load is merged once, and what is added to a large
 * archive later is merged by itself and not with the whole. FTS5's own merging, which is
 * switched off while we write, takes twice as long.
 *
 * The archive's connection must not have read the index's structure before: FTS5 keeps it, and
 * does not see rows that are written past it.
 *
 * Errors: ARCHIVE_ERROR. Threads: that of the connection.
 */
#pragma once

#include "indexer/fts_segment.h"
#include "schema/archive.h"

/* So many segments of a level are merged at the end of a run. */
#define FTS_LEVEL_SEGMENTS 16

/* Or so many before it: FTS5 stops working at 2,000. */
#define FTS_LEVEL_SEGMENTS_MAX 1000

/* Applies the settings for a bulk load. */
bool fts_index_configure(sqlite3 *db, GError **error);

typedef struct FtsIndex FtsIndex;

/* `db` is borrowed. Returns: (transfer full) NULL with `error`. */
FtsIndex *fts_index_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void fts_index_free(FtsIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsIndex, fts_index_free)

/* Adds the rows of a segment that was written to `last_page`, as the newest; nothing when that
 * is 0. In the caller's transaction, as all that follows. */
bool fts_index_add_segment(FtsIndex *index, const FtsRows *rows, uint32_t last_page,
                           GError **error);

/* Merges the levels that have many segments. */
bool fts_index_merge(FtsIndex *index, GError **error);

/* Adds to the number of rows and the tokens of each column (`n_totals` in all). */
bool fts_index_add_totals(FtsIndex *index, const uint64_t *totals, size_t n_totals,
                          GError **error);
