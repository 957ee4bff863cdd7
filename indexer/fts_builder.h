/* fts_builder.h - builds the full-text index of one batch beside the rows of the batch.
 *
 * FTS5 takes as long to index a batch as SQLite to store its rows. The builder lets FTS5 index
 * the batch in a database in memory, in a thread of its own, and then moves the finished
 * segments, whose pages know neither their database nor their number, into the archive: their
 * pages, terms and document sizes as they are, and their places in the two records of
 * fts_structure.h. All of it is in the transaction of the batch, and the archive's index is
 * what FTS5 itself would have written: its integrity-check is part of the tests.
 *
 * The archive's connection must not have read the index's structure before: FTS5 keeps it, and
 * does not see rows that are written past it. fts_index_tidy uses a connection of its own.
 *
 * Memory: the index of one batch, beside the caller's batch, which it borrows.
 * Errors: ARCHIVE_ERROR. Threads: one thread calls; the builder's own works between
 * fts_builder_start and fts_builder_finish.
 */
#pragma once

#include "schema/archive.h"
#include "schema/slice.h"

typedef struct {
    int64_t id; /* ascending */
    Slice flat; /* a record that record_encode made and this process has checked */
} FtsDocument;

typedef struct FtsBuilder FtsBuilder;

/* `archive` is borrowed, and must outlive the builder. Returns: (transfer full) NULL with
 * `error`. */
FtsBuilder *fts_builder_new(sqlite3 *archive, GError **error);

/* Waits for the thread. Accepts NULL. */
void fts_builder_free(FtsBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsBuilder, fts_builder_free)

/* Begins to index. `documents` and their bytes must stay until fts_builder_finish. */
void fts_builder_start(FtsBuilder *builder, const FtsDocument *documents, size_t n_documents);

/* Waits, and moves the segments into the archive, inside its transaction. Does nothing without
 * documents. Returns: false with `error`. */
bool fts_builder_finish(FtsBuilder *builder, GError **error);
