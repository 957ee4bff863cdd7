/* fts_builder.h - builds the full-text index of several batches beside everything else.
 *
 * Each batch is indexed by a thread (fts_batch.h). Its segment, the document sizes and the
 * totals are then added to the archive, in the order of the batches, and in the transaction of
 * each: what is there is what FTS5 itself would have written, however many threads there are.
 * FTS5 takes twice as long, for it goes through SQL and a general tree for every document.
 *
 * What fts_index.h says of the archive's connection holds here.
 *
 * Memory: an FtsBatch a thread.
 * Errors: ARCHIVE_ERROR. Threads: one thread calls; the builder's own work between
 * fts_builder_start and fts_builder_finish.
 */
#pragma once

#include "indexer/fts_batch.h"

typedef struct FtsBuilder FtsBuilder;

/* At most `n_threads`, at least 1, batches are being indexed at once. `archive` is borrowed,
 * and must outlive the builder. Returns: (transfer full) NULL with `error`. */
FtsBuilder *fts_builder_new(sqlite3 *archive, unsigned n_threads, GError **error);

/* Waits for the threads. Accepts NULL. */
void fts_builder_free(FtsBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsBuilder, fts_builder_free)

/* Begins to index a batch; does nothing without documents. When all threads have one, waits for
 * the oldest batch and adds it to the archive first. `documents` and their bytes must stay
 * until as many more batches with documents have begun as there are threads, or until
 * fts_builder_finish. Returns: false with `error`. */
bool fts_builder_start(FtsBuilder *builder, const FtsDocument *documents, size_t n_documents,
                       GError **error);

/* Waits for all batches, and adds them to the archive, inside its transaction: to be called
 * before each commit, for their rows are in it. Returns: false with `error`. */
bool fts_builder_finish(FtsBuilder *builder, GError **error);

/* The same; then merges the index as at the end of a run. Returns: false with `error`. */
bool fts_builder_merge(FtsBuilder *builder, GError **error);

/* How many times the index was merged: this is best committed soon (fts_index.h). */
unsigned fts_builder_merge_count(const FtsBuilder *builder);
