/* fts_builder.h - builds the full-text index of one batch beside everything else.
 *
 * A thread reads the text of the batch (tokenizer.h), collects its terms (fts_terms.h) and
 * writes them as one segment in FTS5's format (fts_segment.h). The segment, the document sizes
 * and the totals are then added to the archive, in the transaction of the batch: what is there
 * is what FTS5 itself would have written. FTS5 takes twice as long, for it goes through SQL
 * and a general tree for every document.
 *
 * The archive's connection must not have read the index's structure before: FTS5 keeps it, and
 * does not see rows that are written past it. fts_index_merge uses a connection of its own.
 *
 * Text in scripts without spaces is indexed as pairs of characters (schema/pairs.h), and kept
 * so in message_pairs, where FTS5 finds it again when it checks or rebuilds the index.
 *
 * Memory: the index of one batch, about as large as its text, beside the caller's batch, which
 * it borrows; text in pairs, about twice as large.
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

/* Waits, and adds the segment to the archive, inside its transaction. Does nothing without
 * documents. Returns: false with `error`. */
bool fts_builder_finish(FtsBuilder *builder, GError **error);
