/* fts_index.h - the tables in which message_fts keeps its index, written past FTS5.
 *
 * Each batch of a load adds one segment to level 0 (fts_builder.h). Now and then, and at the
 * end of a run, the segments of a level that has many become one of the next level
 * (fts_merge.h): a query looks into each, in some 10 us a word. So what is added to a large
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

/* So many segments of a level are merged at the end of a run, */
#define FTS_LEVEL_SEGMENTS 16

/* and so many before it, of which one is left. A commit should follow: what is committed when
 * it is merged is copied to SQLite's journal first. */
#ifndef FTS_LEVEL_SEGMENTS_MAX
#define FTS_LEVEL_SEGMENTS_MAX 64
#endif

/* Applies the settings for a bulk load. */
bool fts_index_configure(sqlite3 *db, GError **error);

typedef struct FtsIndex FtsIndex;

/* `db` is borrowed. Returns: (transfer full) NULL with `error`. */
FtsIndex *fts_index_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void fts_index_free(FtsIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsIndex, fts_index_free)

/* Adds the rows of a segment that was written to `last_page`, as the newest; nothing when that
 * is 0. Merges levels that have FTS_LEVEL_SEGMENTS_MAX then. In the caller's transaction, as
 * all that follows. */
bool fts_index_add_segment(FtsIndex *index, const FtsRows *rows, uint32_t last_page,
                           GError **error);

/* At the end of a run: merges levels that have FTS_LEVEL_SEGMENTS, and what is left of level 0
 * after the merges before. */
bool fts_index_merge(FtsIndex *index, GError **error);

/* How many times segments were merged. */
unsigned fts_index_merge_count(const FtsIndex *index);

/* Adds to the number of rows and the tokens of each column (`n_totals` in all). */
bool fts_index_add_totals(FtsIndex *index, const uint64_t *totals, size_t n_totals,
                          GError **error);
