/* writer.h - puts records into the archive: one row a distinct message, every occurrence kept,
 * rowids ascending within a batch, a commit every few seconds. While a batch is being
 * collected, threads index the text of those before.
 *
 * The only module that decides ids. An id is the message's date in Unix seconds or the next
 * free number above; messages without a date count from 1. What is given to the writer in the
 * same order gives the same archive, whatever the batches are and however many threads.
 *
 * Memory: a batch of at most about WRITER_BATCH_BYTES of flat records, and for each thread one
 * more and its index (fts_batch.h).
 * Errors: ARCHIVE_ERROR. After an error the archive is as after the last commit.
 * Threads: that of the connection.
 */
#pragma once

#include "indexer/file_table.h"
#include "indexer/key_store.h"
#include "schema/archive.h"
#include "schema/record.h"

/* A batch is written when it holds this much, as one segment of the full-text index. */
#define WRITER_BATCH_BYTES ((size_t)21 << 20)

/* Or this many messages. */
#ifndef WRITER_BATCH_MESSAGES
#define WRITER_BATCH_MESSAGES 20000
#endif

/* With each commit the disk and the index's threads are waited for; a kill loses at most so
 * long. This and the number of messages are smaller in tests/crash.py. */
#ifndef WRITER_COMMIT_US
#define WRITER_COMMIT_US (INT64_C(10) * G_USEC_PER_SEC)
#endif

/* The same while an archive is made, which can be made again. A merge (fts_index.h) is
 * committed at once, and comes first where 1.3 GB of records take less. */
#define WRITER_NEW_COMMIT_US (6 * WRITER_COMMIT_US)

/* Below this id are the messages without a date: 1971-01-01 is the earliest date that counts.
 */
#define WRITER_FIRST_DATED_ID INT64_C(31536000)

typedef struct Writer Writer;

/* What one run has done so far. */
typedef struct {
    uint64_t messages; /* occurrences that were read */
    uint64_t added;    /* distinct messages that are new in the archive */
    uint64_t bytes;    /* bytes of mail that are accounted for */
    uint64_t problems; /* messages among those added that have problems */
    uint64_t batches;
} WriterCounts;

typedef struct {
    const KeyStore *keys;     /* borrowed; may be NULL */
    unsigned n_index_threads; /* at least 1 */
    bool is_new;              /* this run has made the archive: WRITER_NEW_COMMIT_US */
} WriterOptions;

/* `fd` is open on the file of `db` as long as the writer is there, or -1.
 * Returns: (transfer full) NULL with `error`. */
Writer *writer_new(sqlite3 *db, int fd, const WriterOptions *options, GError **error);

/* Forgets what was not flushed. Accepts NULL. */
void writer_free(Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

/* Sources and files, in the writer's transaction. Returns: (transfer none). */
FileTable *writer_files(Writer *writer);

/* Begins the batch's transaction unless it has begun. Call before using writer_files. */
bool writer_begin(Writer *writer, GError **error);

/* Adds one occurrence of a message. `flat` is what record_encode made; it is copied.
 * `record` is the same, decoded. */
bool writer_add_message(Writer *writer, int64_t file_id, const SourceSpan *span, Slice flat,
                        const MailRecord *record, GError **error);

/* Adds bytes that belong to no message. */
bool writer_add_damaged(Writer *writer, int64_t file_id, const SourceSpan *span,
                        GError **error);

/* Whether the batch is large enough for writer_end_batch, with `rest` bytes of mail to come. */
bool writer_is_full(const Writer *writer, uint64_t rest);

/* Writes the batch; commits when it is time to since the last commit, or many batches were
 * merged. Call when sources and files are as the messages say: this may be committed. */
bool writer_end_batch(Writer *writer, GError **error);

/* Does early a small part of what writer_finish would do: makes one of the indexes. Call it
 * where writer_end_batch may be called. */
bool writer_prepare_end(Writer *writer, GError **error);

/* Writes the batch and commits. */
bool writer_flush(Writer *writer, GError **error);

/* After the last message: writes the batch, makes the indexes that a new archive does without
 * while it is loaded, and commits. Then, if it `may_merge`, merges the full-text index when it
 * has many segments. */
bool writer_finish(Writer *writer, bool may_merge, GError **error);

/* Returns: (transfer none). */
const WriterCounts *writer_counts(const Writer *writer);
