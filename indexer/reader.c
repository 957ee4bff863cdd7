/* SPDX-License-Identifier: MIT */
#include "indexer/reader.h"

#include "indexer/folder_name.h"
#include "schema/byte_stream.h"

/* A slot is handed on when so many events wait in it, e.g. files that hold no mail. */
#define PLAN_EVENTS_MAX 4096

struct Reader {
    const GPtrArray *sources;
    WorkerPool *pool;
    GThread *thread;
    GArray **plans; /* ReaderEvent, by slot index */
    ReaderProgress progress;
    _Atomic bool stopping;

    /* Of the thread alone. */
    const ReaderSource *source;
    JobSlot *slot; /* being filled, or NULL */
    GArray *spans;
    bool counting;
    uint64_t passed_before; /* bytes on disk of the files before this one */
};

static void event_clear(gpointer data)
{
    ReaderEvent *event = data;
    source_entry_free(event->entry);
    g_free(event->note);
}

/* The slot being filled. Returns: NULL when the run is being given up. */
static JobSlot *current_slot(Reader *reader)
{
    if (reader->slot == NULL) {
        reader->slot = worker_pool_acquire(reader->pool);
        if (reader->slot != NULL) {
            g_array_set_size(reader->plans[reader->slot->index], 0);
        }
    }
    return reader->slot;
}

static void submit_slot(Reader *reader)
{
    if (reader->slot != NULL) {
        worker_pool_submit(reader->pool, reader->slot);
        reader->slot = NULL;
    }
}

static bool is_full(Reader *reader)
{
    return reader->slot != NULL && (reader->slot->window.used >= JOB_TARGET_BYTES ||
                                    reader->slot->n_items >= JOB_ITEM_MAX ||
                                    reader->plans[reader->slot->index]->len >= PLAN_EVENTS_MAX);
}

/* Adds an event to the current slot's plan. Takes what the event owns.
 * Returns: false when the run is being given up. */
static bool add_event(Reader *reader, ReaderEvent event)
{
    JobSlot *slot = current_slot(reader);
    if (slot == NULL) {
        event_clear(&event);
        return false;
    }
    event.source_id = reader->source->id;
    g_array_append_val(reader->plans[slot->index], event);
    return true;
}

static bool add_span(Reader *reader, const SourceSpan *span)
{
    ReaderEvent event = {.kind = EVENT_DAMAGED, .span = *span};
    if (span->kind == SPAN_MESSAGE) {
        event.kind = EVENT_MESSAGE;
        event.item = reader->slot->n_items;
        job_slot_add(reader->slot, span);
    }
    return add_event(reader, event);
}

/* Reads one slot's worth of a file. */
static SourceRead read_batch(Reader *reader, SourceReader *file, GError **error)
{
    g_array_set_size(reader->spans, 0);
    JobSlot *slot = current_slot(reader);
    if (slot == NULL) {
        return SOURCE_READ_END;
    }
    SourceRead result = source_reader_next(file, &slot->window, JOB_TARGET_BYTES,
                                           JOB_ITEM_MAX - slot->n_items, reader->spans, error);
    for (guint i = 0; i < reader->spans->len; i++) {
        add_span(reader, &g_array_index(reader->spans, SourceSpan, i));
    }
    return result;
}

static bool is_stopping(Reader *reader)
{
    return atomic_load(&reader->stopping);
}

static void read_file(Reader *reader, SourceReader *file)
{
    g_autoptr(GError) error = NULL;
    SourceRead result = SOURCE_READ_SPANS;
    while (result == SOURCE_READ_SPANS) {
        result = read_batch(reader, file, &error);
        const uint64_t passed = reader->passed_before + source_reader_stored_position(file);
        const uint64_t total = atomic_load(&reader->progress.total_bytes);
        ReaderEvent event = {
            .kind = result == SOURCE_READ_SPANS ? EVENT_PROGRESS : EVENT_FILE_END,
            .facts = *source_reader_facts(file),
            .position = source_reader_position(file),
            .rest = total - MIN(passed, total),
            .note = result == SOURCE_READ_ERROR ? g_strdup(error->message) : NULL,
            .is_unread = result == SOURCE_READ_ERROR &&
                         !g_error_matches(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_DAMAGED),
        };
        atomic_store(&reader->progress.passed_bytes, passed);
        if (!add_event(reader, event) || (is_stopping(reader) && result == SOURCE_READ_SPANS)) {
            return;
        }
        if (is_full(reader)) {
            submit_slot(reader);
        }
    }
}

static bool is_unchanged(const FileMemory *memory, const SourceEntry *entry)
{
    return memory->stored_size == entry->stored_size && memory->mtime_ns == entry->mtime_ns;
}

static void add_trouble(Reader *reader, const char *message, bool is_source)
{
    ReaderEvent event = {
        .kind = EVENT_TROUBLE, .note = g_strdup(message), .is_source = is_source};
    add_event(reader, event);
}

/* An mbox is a folder of its own; other files lie in one, also a message that was saved with
 * its From_ line. */
static void name_folder(SourceEntry *entry, const SourceReader *file)
{
    g_autofree char *name = g_path_get_basename(entry->path);
    if (source_reader_facts(file)->kind == SOURCE_KIND_MBOX &&
        entry->container == SOURCE_CONTAINER_FILE && !g_str_has_suffix(name, ".eml")) {
        g_autofree char *parent = g_steal_pointer(&entry->folder);
        entry->folder = folder_name_of_mbox(parent, name);
    }
}

/* Begins a new reading, or goes on with the one an interrupted run has left. Takes the entry.
 */
static void open_file(Reader *reader, SourceEntry *entry, const FileMemory *memory)
{
    bool resume = memory != NULL && is_unchanged(memory, entry);
    g_autoptr(GError) error = NULL;
    g_autoptr(SourceReader) file = source_reader_open(
        entry, resume ? memory->done : 0, resume ? memory->dialect : MBOX_DIALECT_NONE, &error);
    if (file == NULL) {
        add_trouble(reader, error->message, *entry->relative == '\0');
        source_entry_free(entry);
        return;
    }
    if (memory != NULL && !resume &&
        !add_event(reader,
                   (ReaderEvent){.kind = EVENT_FILE_CHANGED, .memory_id = memory->id})) {
        source_entry_free(entry);
        return;
    }
    name_folder(entry, file);
    ReaderEvent event = {.kind = EVENT_FILE_BEGIN,
                         .entry = entry,
                         .memory_id = resume ? memory->id : 0,
                         .facts = *source_reader_facts(file)};
    if (add_event(reader, event)) {
        read_file(reader, file);
    }
}

static bool on_entry(SourceEntry *entry, gpointer user_data)
{
    Reader *reader = user_data;
    uint64_t stored_size = entry->stored_size;
    if (reader->counting) {
        atomic_fetch_add(&reader->progress.total_bytes, stored_size);
        source_entry_free(entry);
        return !is_stopping(reader);
    }
    const FileMemory *memory = g_hash_table_lookup(reader->source->files, entry->relative);
    if (memory != NULL && is_unchanged(memory, entry) && memory->state != FILE_PARTIAL) {
        atomic_fetch_add(&reader->progress.unchanged_files, 1);
        source_entry_free(entry);
    } else {
        open_file(reader, entry, memory);
    }
    reader->passed_before += stored_size;
    atomic_store(&reader->progress.passed_bytes, reader->passed_before);
    return !is_stopping(reader);
}

static void on_trouble(const char *path G_GNUC_UNUSED, const char *message, gpointer user_data)
{
    Reader *reader = user_data;
    if (!reader->counting) {
        add_trouble(reader, message, false);
    }
}

static void walk_sources(Reader *reader, bool counting)
{
    reader->counting = counting;
    for (guint i = 0; i < reader->sources->len && !is_stopping(reader); i++) {
        g_autoptr(GError) error = NULL;
        reader->source = g_ptr_array_index(reader->sources, i);
        if (!source_walk(reader->source->path, on_entry, on_trouble, reader, &error) &&
            !counting) {
            add_trouble(reader, error->message, true);
        }
    }
}

static gpointer reader_run(gpointer data)
{
    Reader *reader = data;
    walk_sources(reader, true);
    walk_sources(reader, false);
    submit_slot(reader);
    worker_pool_finish(reader->pool);
    return NULL;
}

Reader *reader_start(const GPtrArray *sources, WorkerPool *pool)
{
    Reader *reader = g_new0(Reader, 1);
    reader->sources = sources;
    reader->pool = pool;
    reader->spans = g_array_new(false, false, sizeof(SourceSpan));
    reader->plans = g_new0(GArray *, worker_pool_n_slots(pool));
    for (uint32_t i = 0; i < worker_pool_n_slots(pool); i++) {
        reader->plans[i] = g_array_new(false, false, sizeof(ReaderEvent));
        g_array_set_clear_func(reader->plans[i], event_clear);
    }
    reader->thread = g_thread_new("reader", reader_run, reader);
    return reader;
}

const GArray *reader_plan(const Reader *reader, const JobSlot *slot)
{
    return reader->plans[slot->index];
}

const ReaderProgress *reader_progress(const Reader *reader)
{
    return &reader->progress;
}

void reader_stop(Reader *reader)
{
    atomic_store(&reader->stopping, true);
}

void reader_join(Reader *reader)
{
    if (reader == NULL) {
        return;
    }
    g_thread_join(reader->thread);
    for (uint32_t i = 0; i < worker_pool_n_slots(reader->pool); i++) {
        g_array_unref(reader->plans[i]);
    }
    g_free(reader->plans);
    g_array_unref(reader->spans);
    g_free(reader);
}

void reader_source_free(ReaderSource *source)
{
    if (source == NULL) {
        return;
    }
    g_free(source->path);
    g_clear_pointer(&source->files, g_hash_table_unref);
    g_free(source);
}
