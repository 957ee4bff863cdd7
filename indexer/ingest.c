/* SPDX-License-Identifier: MIT */
#include "indexer/ingest.h"

#include <malloc.h>
#include <unistd.h>

#include "indexer/fts_index.h"
#include "indexer/slot_record.h"
#include "schema/record_codec.h"

/* How often progress is told and an interruption looked for. */
#define TICK_MS 200

/* FTS5 frees its terms after each segment; memory that is given back to the kernel each time is
 * paid for again in page faults. */
#define KEEP_FREED_BYTES (64 << 20)

/* The same goes for what is mapped by itself, unless told otherwise from 128 KiB on: rows as
 * SQLite puts them together, and long doclists. */
#define MAP_BYTES (4 << 20)

/* One index thread, and one more for so many workers: what they feed it with. More than three
 * would only wait for the main thread, and each takes the memory of a batch. */
#define WORKERS_PER_INDEX_THREAD 4
#define INDEX_THREADS_MAX        3

/* Page cache of the writing connection. */
#define CACHE_KIB 24576

/* So many bytes before the last one the end is prepared, while the workers are still busy; and
 * so many bytes lie between two steps, so that the workers never wait for the writer. */
#define NEAR_END_BYTES ((uint64_t)64 << 20)
#define END_STEP_BYTES ((uint64_t)2 << 20)

typedef struct {
    const IngestOptions *options;
    sqlite3 *db;
    int lock_fd; /* of archive_lock, or -1 */
    WorkerPool *pool;
    Writer *writer;
    Reader *reader;
    GPtrArray *sources; /* ReaderSource */
    MailRecord record;
    int64_t file_id; /* of the file whose events are being written */
    bool file_has_damage;
    uint64_t end_step_at; /* bytes before the last one */
    gint64 started_us;
    gint64 told_us;
    IngestOutcome outcome;
} Ingest;

static void ingest_clear(Ingest *ingest)
{
    if (ingest->reader != NULL) {
        worker_pool_cancel(ingest->pool);
        reader_stop(ingest->reader);
        reader_join(ingest->reader);
    }
    worker_pool_free(ingest->pool);
    writer_free(ingest->writer);
    if (ingest->db != NULL && !ingest->outcome.created) {
        archive_unshare(ingest->db);
    }
    sqlite3_close(ingest->db);
    if (ingest->lock_fd >= 0) {
        close(ingest->lock_fd);
    }
    g_clear_pointer(&ingest->sources, g_ptr_array_unref);
    mail_record_destroy(&ingest->record);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ingest, ingest_clear)

static double seconds_since(gint64 start_us)
{
    return (double)(g_get_monotonic_time() - start_us) / G_USEC_PER_SEC;
}

static void tell_progress(Ingest *ingest, bool merging)
{
    gint64 now_us = g_get_monotonic_time();
    if (ingest->options->progress == NULL ||
        (!merging && now_us - ingest->told_us < (gint64)TICK_MS * 1000)) {
        return;
    }
    ingest->told_us = now_us;
    const ReaderProgress *reader = reader_progress(ingest->reader);
    IngestProgress progress = {
        .passed_bytes = atomic_load(&reader->passed_bytes),
        .total_bytes = atomic_load(&reader->total_bytes),
        .messages = writer_counts(ingest->writer)->messages,
        .seconds = seconds_since(ingest->started_us),
        .merging = merging,
    };
    ingest->options->progress(&progress, ingest->options->user_data);
}

static bool on_file_begin(Ingest *ingest, const ReaderEvent *event, GError **error)
{
    ingest->file_has_damage = false;
    if (event->memory_id != 0) {
        ingest->file_id = event->memory_id;
        return true;
    }
    return file_table_add(writer_files(ingest->writer), event->source_id, event->entry,
                          &ingest->file_id, error);
}

/* What the parent adds to a record must be in the flat one, too. */
static bool on_message(Ingest *ingest, const JobSlot *slot, const ReaderEvent *event,
                       GError **error)
{
    Slice flat;
    bool decoded = slot_record_read(slot, event, ingest->options->keys, &ingest->record, &flat);
    g_autofree char *own = NULL;
    if (!decoded || event->span.problems != 0) {
        size_t capacity = flat.len + sizeof(MailRecord) + 4096;
        own = g_malloc(capacity);
        flat = slice_of(own, record_encode(&ingest->record, own, capacity));
        g_assert(flat.len > 0);
    }
    return writer_add_message(ingest->writer, ingest->file_id, &event->span, flat,
                              &ingest->record, error);
}

static bool update_file(Ingest *ingest, const ReaderEvent *event, GError **error)
{
    bool at_end = event->kind == EVENT_FILE_END;
    bool is_other = event->facts.kind == SOURCE_KIND_OTHER;
    bool damaged = event->note != NULL || (ingest->file_has_damage && !is_other);
    FileState state = !at_end ? FILE_PARTIAL : damaged ? FILE_DAMAGED : FILE_COMPLETE;
    if (at_end) {
        ingest->outcome.damaged_files += damaged;
        ingest->outcome.other_files += is_other;
    }
    if (event->note != NULL && ingest->options->trouble != NULL) {
        ingest->options->trouble(event->note, ingest->options->user_data);
    }
    FileTable *files = writer_files(ingest->writer);
    return file_table_update(files, ingest->file_id, &event->facts, event->position,
                             event->position, state, event->note, error) &&
           (!event->is_unread || file_table_forget_time(files, ingest->file_id, error));
}

static bool on_damaged(Ingest *ingest, const ReaderEvent *event, GError **error)
{
    ingest->file_has_damage = true;
    ingest->outcome.damaged_bytes += event->span.length;
    return writer_add_damaged(ingest->writer, ingest->file_id, &event->span, error);
}

static void on_trouble(Ingest *ingest, const ReaderEvent *event)
{
    if (event->is_source) {
        ingest->outcome.failed_sources++;
    } else {
        ingest->outcome.damaged_files++;
    }
    if (ingest->options->trouble != NULL) {
        ingest->options->trouble(event->note, ingest->options->user_data);
    }
}

/* Where depends on the sources alone. */
static bool prepare_end(Ingest *ingest, const ReaderEvent *event, GError **error)
{
    if (event->rest > ingest->end_step_at) {
        return true;
    }
    ingest->end_step_at = event->rest - MIN(event->rest, END_STEP_BYTES);
    return writer_prepare_end(ingest->writer, error);
}

static bool on_event(Ingest *ingest, const JobSlot *slot, const ReaderEvent *event,
                     GError **error)
{
    switch (event->kind) {
    case EVENT_FILE_BEGIN:
        return on_file_begin(ingest, event, error);
    case EVENT_FILE_CHANGED:
        return file_table_replace(writer_files(ingest->writer), event->memory_id, error);
    case EVENT_MESSAGE:
        return on_message(ingest, slot, event, error);
    case EVENT_DAMAGED:
        return on_damaged(ingest, event, error);
    case EVENT_PROGRESS:
    case EVENT_FILE_END:
        /* Only here is everything before it in the batch: a batch may end. */
        return update_file(ingest, event, error) && prepare_end(ingest, event, error) &&
               (!writer_is_full(ingest->writer, event->rest) ||
                writer_end_batch(ingest->writer, error));
    case EVENT_TROUBLE:
        on_trouble(ingest, event);
        return true;
    }
    return true;
}

static bool write_slot(Ingest *ingest, const JobSlot *slot, GError **error)
{
    const GArray *plan = reader_plan(ingest->reader, slot);
    for (guint i = 0; i < plan->len; i++) {
        if (!writer_begin(ingest->writer, error) ||
            !on_event(ingest, slot, &g_array_index(plan, ReaderEvent, i), error)) {
            return false;
        }
    }
    return true;
}

static void look_for_interruption(Ingest *ingest)
{
    if (ingest->options->interrupted != NULL && *ingest->options->interrupted != 0) {
        ingest->outcome.interrupted = true;
        reader_stop(ingest->reader);
    }
}

static bool write_all(Ingest *ingest, GError **error)
{
    for (;;) {
        JobSlot *slot = NULL;
        PoolNext next = worker_pool_next(ingest->pool, TICK_MS, &slot, error);
        look_for_interruption(ingest);
        tell_progress(ingest, false);
        switch (next) {
        case POOL_SLOT:
            if (!write_slot(ingest, slot, error)) {
                return false;
            }
            worker_pool_release(ingest->pool, slot);
            break;
        case POOL_TIMEOUT:
            break;
        case POOL_END:
            return true;
        case POOL_FAILED:
            return false;
        }
    }
}

static bool open_archive(Ingest *ingest, GError **error)
{
    ingest->lock_fd = archive_lock(ingest->options->database, error);
    if (ingest->lock_fd < 0) {
        return false;
    }
    ingest->db =
        archive_open_writable(ingest->options->database, &ingest->outcome.created, error);
    if (ingest->db == NULL) {
        return false;
    }
    /* SQLite fills a table in memory for each "CHECK (x IN (...))" of each row, and looks for
     * both ends of each foreign key. The words come from tables of constants, the ids from rows
     * that were just written; integrity_check and foreign_key_check look at them all again.
     * With `threads` another thread sorts what an index is made of. */
    g_autofree char *pragmas = g_strdup_printf(
        "PRAGMA cache_size = -%d; PRAGMA threads = 1; PRAGMA synchronous = NORMAL;"
        " PRAGMA secure_delete = 0; PRAGMA ignore_check_constraints = 1;"
        " PRAGMA foreign_keys = 0",
        CACHE_KIB);
    /* Nobody reads an archive that is being made, and a log of its own would be everything
     * written twice. */
    if (!ingest->outcome.created) {
        archive_share(ingest->db);
    }
    return archive_exec(ingest->db, pragmas, error) && fts_index_configure(ingest->db, error) &&
           (!ingest->outcome.created || archive_begin_load(ingest->db, error));
}

/* What is in the archive is settled with the keys that the new mail is checked with. */
static bool import_keys(Ingest *ingest, GError **error)
{
    const IngestOptions *options = ingest->options;
    return options->keys == NULL || options->n_imported_keys == 0 ||
           recheck_run(ingest->db, options->keys, options->n_imported_keys,
                       &ingest->outcome.recheck, error);
}

static bool add_sources(Ingest *ingest, GError **error)
{
    ingest->sources = g_ptr_array_new_with_free_func((GDestroyNotify)reader_source_free);
    if (!writer_begin(ingest->writer, error)) {
        return false;
    }
    for (const char *const *path = ingest->options->sources; *path != NULL; path++) {
        ReaderSource *source = g_new0(ReaderSource, 1);
        g_ptr_array_add(ingest->sources, source);
        source->path = g_canonicalize_filename(*path, NULL);
        FileTable *files = writer_files(ingest->writer);
        if (!file_table_source(files, source->path, &source->id, error)) {
            return false;
        }
        source->files = file_table_load(files, source->id, error);
        if (source->files == NULL) {
            return false;
        }
    }
    return writer_flush(ingest->writer, error);
}

static void fill_outcome(Ingest *ingest, IngestOutcome *ret_outcome)
{
    ingest->outcome.counts = *writer_counts(ingest->writer);
    ingest->outcome.unchanged_files =
        atomic_load(&reader_progress(ingest->reader)->unchanged_files);
    ingest->outcome.seconds = seconds_since(ingest->started_us);
    ingest->outcome.no_sandbox = ingest->options->no_sandbox;
    *ret_outcome = ingest->outcome;
}

static unsigned index_threads(unsigned n_workers)
{
    return CLAMP(1 + n_workers / WORKERS_PER_INDEX_THREAD, 1, INDEX_THREADS_MAX);
}

bool ingest_run(const IngestOptions *options, IngestOutcome *ret_outcome, GError **error)
{
    g_auto(Ingest) ingest = {.options = options,
                             .lock_fd = -1,
                             .end_step_at = NEAR_END_BYTES,
                             .started_us = g_get_monotonic_time()};
    mail_record_init(&ingest.record);
    /* The workers come first: they must inherit neither threads nor a connection. */
    const WorkerPoolOptions pool = {
        .n_workers = options->n_workers,
        .keys = options->keys,
        .no_repair = options->no_repair,
        .no_sandbox = options->no_sandbox,
    };
    ingest.pool = worker_pool_new(&pool, error);
    mallopt(M_TRIM_THRESHOLD, KEEP_FREED_BYTES);
    mallopt(M_MMAP_THRESHOLD, MAP_BYTES);
    if (ingest.pool == NULL || !open_archive(&ingest, error) || !import_keys(&ingest, error)) {
        return false;
    }
    const WriterOptions writer = {
        .keys = options->keys,
        .n_index_threads = index_threads(options->n_workers),
        .is_new = ingest.outcome.created,
    };
    ingest.writer = writer_new(ingest.db, ingest.lock_fd, &writer, error);
    if (ingest.writer == NULL || !add_sources(&ingest, error)) {
        return false;
    }
    ingest.reader = reader_start(ingest.sources, ingest.pool);
    if (!write_all(&ingest, error)) {
        return false;
    }
    tell_progress(&ingest, true);
    if (!writer_finish(ingest.writer, !ingest.outcome.interrupted, error)) {
        return false;
    }
    fill_outcome(&ingest, ret_outcome);
    reader_join(g_steal_pointer(&ingest.reader));
    return true;
}
