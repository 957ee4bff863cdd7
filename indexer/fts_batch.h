/* fts_batch.h - the full-text index of one batch, built in memory by a thread of its own.
 *
 * The thread reads the text of the batch (tokenizer.h), collects its terms (fts_terms.h) and
 * writes them as one segment in FTS5's format (fts_segment.h). What it makes depends on the
 * batch alone; fts_builder.h adds it to the archive.
 *
 * Text in scripts without spaces is indexed as pairs of characters (schema/pairs.h), and kept
 * so for message_pairs, where FTS5 finds it again when it checks or rebuilds the index.
 *
 * Memory: the index of one batch, about as large as its text, beside the batch, which is
 * borrowed; text in pairs, about twice as large. It is kept for the next batch.
 * Errors: ARCHIVE_ERROR for want of memory. Threads: one thread calls; that of the object works
 * between fts_batch_start and fts_batch_wait.
 */
#pragma once

#include "indexer/byte_buffer.h"
#include "indexer/fts_segment.h"
#include "indexer/message_texts.h"
#include "schema/archive.h"

/* The number of rows stands in front of the columns. */
#define FTS_TOTAL_COUNT (1 + TEXT_COUNT)

typedef struct {
    int64_t id; /* ascending */
    Slice flat; /* a record that record_encode made and this process has checked */
} FtsDocument;

/* A row of message_pairs. A column without pairs has no text. */
typedef struct {
    int64_t id;
    GString *texts[TEXT_COUNT];
} FtsPairsRow;

/* A row of %_docsize. */
typedef struct {
    int64_t id;
    size_t at; /* in FtsBatchIndex.sizes */
    size_t length;
} FtsDocumentSize;

/* What is to be added to the archive. */
typedef struct {
    FtsSegmentWriter *segment;
    uint32_t last_page;     /* of the segment; 0: there is none */
    GArray *document_sizes; /* FtsDocumentSize */
    ByteBuffer sizes;       /* varints: tokens of each column */
    GArray *pairs_rows;     /* FtsPairsRow */
    uint64_t totals[FTS_TOTAL_COUNT];
} FtsBatchIndex;

typedef struct FtsBatch FtsBatch;

/* Returns: (transfer full) NULL with `error`. */
FtsBatch *fts_batch_new(GError **error);

/* Waits for the thread. Accepts NULL. */
void fts_batch_free(FtsBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsBatch, fts_batch_free)

/* Begins to index. `documents` and their bytes must stay until fts_batch_wait. */
void fts_batch_start(FtsBatch *batch, const FtsDocument *documents, size_t n_documents);

/* Waits for what fts_batch_start began. Returns: (transfer none) until the next
 * fts_batch_start, NULL with `error`. */
const FtsBatchIndex *fts_batch_wait(FtsBatch *batch, GError **error);
