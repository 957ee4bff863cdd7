/* SPDX-License-Identifier: MIT */
#include "indexer/writer.h"

#include "indexer/fts_builder.h"
#include "indexer/known_hashes.h"
#include "indexer/message_rows.h"
#include "indexer/statement_set.h"
#include "indexer/thread_index.h"
#include "indexer/writeback.h"
#include "schema/record_codec.h"

/* Remembered places from which to search for a free id; one a crowded second. */
#define CROWDED_MAX 100000

/* After so many batches it is worth while to begin with the end before the last messages. */
#define LONG_RUN_BATCHES 4

enum { FIND_ID, LAST_UNDATED, ADD_OCCURRENCE, ADD_DAMAGED, GET_DRIFT, SET_DRIFT, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_ID] = "SELECT 1 FROM message WHERE id = ?1",
    [LAST_UNDATED] = "SELECT max(id) FROM message WHERE id < ?1",
    [ADD_OCCURRENCE] = "INSERT OR IGNORE INTO occurrence (file_id, offset, length, message_id,"
                       " separator_before, separator_after, quoting)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [ADD_DAMAGED] = "INSERT OR IGNORE INTO damaged_span (file_id, offset, length, reason)"
                    " VALUES (?1, ?2, ?3, ?4)",
    [GET_DRIFT] = "SELECT value FROM archive_property WHERE name = 'id_drift'",
    /* Another program may have written a larger one since we read it. */
    [SET_DRIFT] = "INSERT INTO archive_property (name, value) VALUES ('id_drift', ?1)"
                  " ON CONFLICT (name) DO UPDATE SET"
                  " value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
};

/* What the threads of the index read of a batch. */
typedef struct {
    GByteArray *flat;  /* records */
    GArray *documents; /* FtsDocument */
} IndexedBatch;

/* A message of the batch that is new in the archive. */
typedef struct {
    int64_t id;
    size_t flat_at; /* in IndexedBatch.flat */
    size_t flat_length;
    size_t shared_at; /* in Writer.shared_ids */
    uint32_t thread;  /* of the ThreadIndex */
} NewMessage;

typedef struct {
    int64_t file_id;
    int64_t message_id;
    uint64_t offset;
    uint64_t length;
    uint64_t separator_before;
    uint64_t separator_after;
    Quoting quoting;
} Occurrence;

struct Writer {
    sqlite3 *db;
    StatementSet statements;
    FileTable *files;
    MessageRows *rows;
    FtsBuilder *fts_builder;
    ThreadIndex *threads;
    Writeback *writeback; /* of the archive; NULL without */
    bool is_new;          /* the archive */
    bool in_transaction;
    gint64 began_us; /* the transaction */
    uint64_t committed_batches;
    unsigned committed_merges;

    IndexedBatch *batches; /* a ring: one is being collected, the others may be being indexed */
    unsigned n_batches;
    IndexedBatch *batch;  /* the one that is being collected */
    GArray *new_messages; /* NewMessage */
    GArray *shared_ids;   /* int64_t, of all new messages */
    GArray *occurrences;  /* Occurrence */
    KnownHashes *known;
    GHashTable *batch_ids; /* int64_t, set */
    GHashTable *crowded;   /* first id of a crowd -> where to search on */
    int64_t last_undated;
    int64_t drift;
    int64_t drift_stored;
    MailRecord scratch;
    WriterCounts counts;
};

static bool load_state(Writer *writer, GError **error)
{
    bool found = false;
    sqlite3_stmt *last = statement_set_get(&writer->statements, LAST_UNDATED);
    sqlite3_bind_int64(last, 1, WRITER_FIRST_DATED_ID);
    return statement_find(last, &found, &writer->last_undated, error) &&
           statement_find(statement_set_get(&writer->statements, GET_DRIFT), &found,
                          &writer->drift_stored, error);
}

static void make_batches(Writer *writer, unsigned n_index_threads)
{
    writer->n_batches = n_index_threads + 1;
    writer->batches = g_new0(IndexedBatch, writer->n_batches);
    for (unsigned i = 0; i < writer->n_batches; i++) {
        writer->batches[i].flat = g_byte_array_new();
        writer->batches[i].documents = g_array_new(false, false, sizeof(FtsDocument));
    }
    writer->batch = writer->batches;
}

static void free_batches(Writer *writer)
{
    for (unsigned i = 0; i < writer->n_batches; i++) {
        g_byte_array_unref(writer->batches[i].flat);
        g_array_unref(writer->batches[i].documents);
    }
    g_free(writer->batches);
}

static bool open_tables(Writer *writer, const WriterOptions *options, GError **error)
{
    writer->files = file_table_new(writer->db, error);
    writer->rows =
        writer->files == NULL ? NULL : message_rows_new(writer->db, options->keys, error);
    writer->fts_builder = writer->rows == NULL
                              ? NULL
                              : fts_builder_new(writer->db, options->n_index_threads, error);
    writer->threads = writer->fts_builder == NULL ? NULL : thread_index_new(writer->db, error);
    writer->known = writer->threads == NULL ? NULL : known_hashes_new(writer->db, error);
    return writer->known != NULL;
}

Writer *writer_new(sqlite3 *db, int fd, const WriterOptions *options, GError **error)
{
    g_autoptr(Writer) writer = g_new0(Writer, 1);
    writer->db = db;
    writer->is_new = options->is_new;
    writer->writeback = fd < 0 ? NULL : writeback_new(fd);
    make_batches(writer, options->n_index_threads);
    writer->new_messages = g_array_new(false, false, sizeof(NewMessage));
    writer->shared_ids = g_array_new(false, false, sizeof(int64_t));
    writer->occurrences = g_array_new(false, false, sizeof(Occurrence));
    writer->batch_ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    writer->crowded = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    mail_record_init(&writer->scratch);
    if (!open_tables(writer, options, error) ||
        !statement_set_init(&writer->statements, db, statements_sql, N_STATEMENTS, error) ||
        !load_state(writer, error)) {
        return NULL;
    }
    writer->drift = writer->drift_stored;
    return g_steal_pointer(&writer);
}

void writer_free(Writer *writer)
{
    if (writer == NULL) {
        return;
    }
    writeback_free(writer->writeback);
    statement_set_clear(&writer->statements);
    file_table_free(writer->files);
    message_rows_free(writer->rows);
    fts_builder_free(writer->fts_builder);
    thread_index_free(writer->threads);
    if (writer->in_transaction) {
        sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
    }
    free_batches(writer);
    g_array_unref(writer->new_messages);
    g_array_unref(writer->shared_ids);
    g_array_unref(writer->occurrences);
    known_hashes_free(writer->known);
    g_hash_table_unref(writer->batch_ids);
    g_hash_table_unref(writer->crowded);
    mail_record_destroy(&writer->scratch);
    g_free(writer);
}

FileTable *writer_files(Writer *writer)
{
    return writer->files;
}

bool writer_begin(Writer *writer, GError **error)
{
    if (!writer->in_transaction) {
        writer->in_transaction = archive_exec(writer->db, "BEGIN IMMEDIATE", error);
        writer->began_us = g_get_monotonic_time();
    }
    return writer->in_transaction;
}

static bool id_is_free(Writer *writer, int64_t id, bool *ret_free, GError **error)
{
    if (g_hash_table_contains(writer->batch_ids, &id)) {
        *ret_free = false;
        return true;
    }
    bool found = false;
    int64_t one = 0;
    sqlite3_stmt *find = statement_set_get(&writer->statements, FIND_ID);
    sqlite3_bind_int64(find, 1, id);
    if (!statement_find(find, &found, &one, error)) {
        return false;
    }
    *ret_free = !found;
    return true;
}

/* Thousands of messages may carry one second; each search begins where the last one ended. */
static void remember_crowd(Writer *writer, int64_t first, int64_t next)
{
    if (g_hash_table_size(writer->crowded) >= CROWDED_MAX) {
        g_hash_table_remove_all(writer->crowded);
    }
    g_hash_table_insert(writer->crowded, g_memdup2(&first, sizeof(first)),
                        g_memdup2(&next, sizeof(next)));
}

static bool choose_id(Writer *writer, const MailRecord *record, int64_t *ret_id, GError **error)
{
    int64_t first = record->has_date ? record->date : writer->last_undated + 1;
    const int64_t *next = g_hash_table_lookup(writer->crowded, &first);
    int64_t id = next == NULL ? first : *next;
    bool is_free = false;
    while (id_is_free(writer, id, &is_free, error) && !is_free) {
        id++;
    }
    if (!is_free) {
        return false;
    }
    if (id != first) {
        remember_crowd(writer, first, id + 1);
    }
    if (record->has_date) {
        writer->drift = MAX(writer->drift, id - record->date);
    } else {
        writer->last_undated = id;
    }
    *ret_id = id;
    return true;
}

/* What messages share gets its rows and ids here, in the order of reading. */
static bool queue_message(Writer *writer, int64_t id, Slice flat, const MailRecord *record,
                          GError **error)
{
    NewMessage message = {
        .id = id,
        .flat_at = writer->batch->flat->len,
        .flat_length = flat.len,
        .shared_at = writer->shared_ids->len,
    };
    if (!thread_index_add(writer->threads, id, record, &message.thread, error)) {
        return false;
    }
    g_byte_array_append(writer->batch->flat, (const guint8 *)flat.ptr, (guint)flat.len);
    g_array_append_val(writer->new_messages, message);
    known_hashes_add(writer->known, record->sha256, id);
    g_hash_table_add(writer->batch_ids, g_memdup2(&id, sizeof(id)));
    writer->counts.added++;
    writer->counts.problems += record->problems != 0;
    return message_rows_intern(writer->rows, record, writer->shared_ids, error);
}

bool writer_add_message(Writer *writer, int64_t file_id, const SourceSpan *span, Slice flat,
                        const MailRecord *record, GError **error)
{
    int64_t id = 0;
    if (!writer_begin(writer, error) ||
        !known_hashes_find(writer->known, record->sha256, &id, error)) {
        return false;
    }
    if (id == 0) {
        if (!choose_id(writer, record, &id, error) ||
            !queue_message(writer, id, flat, record, error)) {
            return false;
        }
    }
    Occurrence occurrence = {
        .file_id = file_id,
        .message_id = id,
        .offset = span->offset,
        .length = span->length,
        .separator_before = span->separator_before,
        .separator_after = span->separator_after,
        .quoting = span->quoting,
    };
    g_array_append_val(writer->occurrences, occurrence);
    writer->counts.messages++;
    writer->counts.bytes += span->separator_before + span->length + span->separator_after;
    return true;
}

bool writer_add_damaged(Writer *writer, int64_t file_id, const SourceSpan *span, GError **error)
{
    if (!writer_begin(writer, error)) {
        return false;
    }
    sqlite3_stmt *add = statement_set_get(&writer->statements, ADD_DAMAGED);
    sqlite3_bind_int64(add, 1, file_id);
    sqlite3_bind_int64(add, 2, (int64_t)span->offset);
    sqlite3_bind_int64(add, 3, (int64_t)span->length);
    statement_bind_text(add, 4, slice_of_string(span->reason));
    writer->counts.bytes += span->length;
    return statement_run(add, error);
}

/* The last batches of a long run become smaller: nothing is read while the last one is indexed.
 */
static uint64_t batch_bytes(const Writer *writer, uint64_t rest)
{
    return writer->counts.batches < LONG_RUN_BATCHES
               ? WRITER_BATCH_BYTES
               : CLAMP(rest / 4, WRITER_BATCH_BYTES / 4, WRITER_BATCH_BYTES);
}

bool writer_is_full(const Writer *writer, uint64_t rest)
{
    return writer->batch->flat->len >= batch_bytes(writer, rest) ||
           writer->occurrences->len >= WRITER_BATCH_MESSAGES;
}

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    const NewMessage *first = a;
    const NewMessage *second = b;
    return (first->id > second->id) - (first->id < second->id);
}

static Slice flat_of(const Writer *writer, const NewMessage *message)
{
    return slice_of((const char *)writer->batch->flat->data + message->flat_at,
                    message->flat_length);
}

static bool insert_message(Writer *writer, const NewMessage *message, GError **error)
{
    mail_record_clear(&writer->scratch);
    bool decoded = record_decode(flat_of(writer, message), true, &writer->scratch);
    g_assert(decoded);
    const int64_t *shared_ids = (const int64_t *)(void *)writer->shared_ids->data;
    const MessageRowIds ids = {
        .id = message->id,
        .thread_id = thread_index_thread(writer->threads, message->thread, message->id),
    };
    return message_rows_insert(writer->rows, ids, &writer->scratch,
                               shared_ids + message->shared_at, error);
}

static bool start_fts_builder(Writer *writer, GError **error)
{
    GArray *documents = writer->batch->documents;
    g_array_set_size(documents, 0);
    for (guint i = 0; i < writer->new_messages->len; i++) {
        const NewMessage *message = &g_array_index(writer->new_messages, NewMessage, i);
        const FtsDocument document = {message->id, flat_of(writer, message)};
        g_array_append_val(documents, document);
    }
    return fts_builder_start(writer->fts_builder,
                             (const FtsDocument *)(const void *)documents->data, documents->len,
                             error);
}

/* In the order of ids. */
static bool write_messages(Writer *writer, GError **error)
{
    g_array_sort(writer->new_messages, compare_ids);
    if (!start_fts_builder(writer, error)) {
        return false;
    }
    for (guint i = 0; i < writer->new_messages->len; i++) {
        if (!insert_message(writer, &g_array_index(writer->new_messages, NewMessage, i),
                            error)) {
            return false;
        }
    }
    return true;
}

static bool write_occurrences(Writer *writer, GError **error)
{
    for (guint i = 0; i < writer->occurrences->len; i++) {
        const Occurrence *entry = &g_array_index(writer->occurrences, Occurrence, i);
        sqlite3_stmt *add = statement_set_get(&writer->statements, ADD_OCCURRENCE);
        sqlite3_bind_int64(add, 1, entry->file_id);
        sqlite3_bind_int64(add, 2, (int64_t)entry->offset);
        sqlite3_bind_int64(add, 3, (int64_t)entry->length);
        sqlite3_bind_int64(add, 4, entry->message_id);
        sqlite3_bind_int64(add, 5, (int64_t)entry->separator_before);
        sqlite3_bind_int64(add, 6, (int64_t)entry->separator_after);
        statement_bind_text(add, 7, slice_of_string(quoting_word(entry->quoting)));
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool write_drift(Writer *writer, GError **error)
{
    if (writer->drift == writer->drift_stored) {
        return true;
    }
    sqlite3_stmt *set = statement_set_get(&writer->statements, SET_DRIFT);
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT, writer->drift);
    statement_bind_text(set, 1, slice_of_string(value));
    writer->drift_stored = writer->drift;
    return statement_run(set, error);
}

/* Takes the batch of the ring that the index's threads are done with. */
static void next_batch(Writer *writer)
{
    const size_t next = ((size_t)(writer->batch - writer->batches) + 1) % writer->n_batches;
    writer->batch = &writer->batches[next];
    /* One huge message must not keep its memory for the rest of the run. */
    if (writer->batch->flat->len > 2 * WRITER_BATCH_BYTES) {
        g_byte_array_unref(writer->batch->flat);
        writer->batch->flat = g_byte_array_new();
    }
    g_byte_array_set_size(writer->batch->flat, 0);
}

/* The records stay with the index's threads, the rest is forgotten. */
static void empty_batch(Writer *writer)
{
    if (writer->new_messages->len > 0) {
        next_batch(writer);
    }
    g_array_set_size(writer->new_messages, 0);
    g_array_set_size(writer->shared_ids, 0);
    g_array_set_size(writer->occurrences, 0);
    known_hashes_written(writer->known);
    g_hash_table_remove_all(writer->batch_ids);
}

/* Writes the rows of the batch, and leaves its index to the builder. */
static bool write_batch(Writer *writer, GError **error)
{
    if (!write_messages(writer, error) || !write_occurrences(writer, error)) {
        return false;
    }
    empty_batch(writer);
    writer->counts.batches++;
    if (writer->writeback != NULL) {
        writeback_start(writer->writeback);
    }
    return true;
}

static bool commit(Writer *writer, bool at_end, GError **error)
{
    if (!write_drift(writer, error) || !thread_index_store(writer->threads, at_end, error) ||
        !fts_builder_finish(writer->fts_builder, error) ||
        !archive_exec(writer->db, "COMMIT", error)) {
        return false;
    }
    writer->in_transaction = false;
    writer->committed_batches = writer->counts.batches;
    writer->committed_merges = fts_builder_merge_count(writer->fts_builder);
    return true;
}

bool writer_prepare_end(Writer *writer, GError **error)
{
    /* A small archive is faster without: its last rows are most of them. */
    return writer->counts.batches < LONG_RUN_BATCHES ||
           (writer_begin(writer, error) && archive_make_indexes(writer->db, 1, error));
}

bool writer_flush(Writer *writer, GError **error)
{
    return !writer->in_transaction ||
           (write_batch(writer, error) && commit(writer, false, error));
}

static bool is_time_to_commit(const Writer *writer)
{
    const gint64 commit_us = writer->is_new ? WRITER_NEW_COMMIT_US : WRITER_COMMIT_US;
    return g_get_monotonic_time() - writer->began_us >= commit_us ||
           fts_builder_merge_count(writer->fts_builder) != writer->committed_merges ||
           thread_index_is_full(writer->threads);
}

bool writer_end_batch(Writer *writer, GError **error)
{
    return write_batch(writer, error) &&
           (!is_time_to_commit(writer) || commit(writer, false, error));
}

/* Commits first, lest a merge that fails or is killed take mail with it. But where what is
 * merged is of this one transaction, as nearly always in a new archive, its pages need no copy
 * in SQLite's journal. */
static bool merge(Writer *writer, GError **error)
{
    const bool may_wait = writer->is_new || writer->committed_batches == 0;
    return (may_wait || commit(writer, true, error)) && writer_begin(writer, error) &&
           fts_builder_merge(writer->fts_builder, error);
}

bool writer_finish(Writer *writer, bool may_merge, GError **error)
{
    /* The indexes are made while the text of the last batch is being indexed. */
    return writer_begin(writer, error) && write_batch(writer, error) &&
           archive_end_load(writer->db, error) &&
           (!may_merge || writer->counts.added == 0 || merge(writer, error)) &&
           commit(writer, true, error);
}

const WriterCounts *writer_counts(const Writer *writer)
{
    return &writer->counts;
}
