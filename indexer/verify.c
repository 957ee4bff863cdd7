/* SPDX-License-Identifier: MIT */
#include "indexer/verify.h"

#include <unistd.h>

#include "indexer/slot_record.h"
#include "indexer/spool.h"

/* How often an interruption is looked for. */
#define TICK_MS 200

typedef struct {
    const VerifyOptions *options;
    WorkerPool *pool;
    Reader *reader;
    GPtrArray *sources; /* ReaderSource */
    Spool *spool;       /* standard input, when it is a source */
    MailRecord record;
    char *file;    /* of the file whose events are being taken */
    bool is_named; /* it is a source, not below one */
    bool is_mail;
    bool has_damage;
    VerifyOutcome outcome;
} Verify;

static void verify_clear(Verify *verify)
{
    if (verify->reader != NULL) {
        worker_pool_cancel(verify->pool);
        reader_stop(verify->reader);
        reader_join(verify->reader);
    }
    worker_pool_free(verify->pool);
    g_clear_pointer(&verify->sources, g_ptr_array_unref);
    spool_free(verify->spool);
    mail_record_destroy(&verify->record);
    g_free(verify->file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Verify, verify_clear)

/* What lies in the spool is called as the person called it. */
static const char *shown_path(const Verify *verify, const char *path)
{
    const bool is_spool = verify->spool != NULL && g_str_equal(path, spool_path(verify->spool));
    return is_spool ? VERIFY_STANDARD_INPUT : path;
}

/* One line that begins with a path. */
static void tell(const Verify *verify, const char *line)
{
    const char *spooled = verify->spool == NULL ? NULL : spool_path(verify->spool);
    g_autofree char *own = NULL;
    if (spooled != NULL && g_str_has_prefix(line, spooled)) {
        own = g_strconcat(VERIFY_STANDARD_INPUT, line + strlen(spooled), NULL);
    }
    verify->options->trouble(own == NULL ? line : own, verify->options->user_data);
}

static void on_file_begin(Verify *verify, const ReaderEvent *event)
{
    g_free(verify->file);
    verify->file = g_strdup(shown_path(verify, event->entry->path));
    verify->is_named = *event->entry->relative == '\0';
    verify->is_mail = event->facts.kind != SOURCE_KIND_OTHER;
    verify->has_damage = false;
}

static void on_damaged(Verify *verify, const SourceSpan *span)
{
    if (verify->is_mail) {
        g_autofree char *line = g_strdup_printf(
            "%s: at %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " bytes in no message: %s",
            verify->file, span->offset, span->length, span->reason);
        tell(verify, line);
        verify->has_damage = true;
    }
}

static bool on_message(Verify *verify, const JobSlot *slot, const ReaderEvent *event)
{
    slot_record_read(slot, event, verify->options->keys, &verify->record, NULL);
    const VerifyMessage message = {
        .file = verify->file,
        .offset = event->span.offset,
        .record = &verify->record,
        .keys = verify->options->keys,
    };
    verify->outcome.messages++;
    return verify->options->message(&message, verify->options->user_data);
}

static void on_file_end(Verify *verify, const ReaderEvent *event)
{
    if (event->facts.kind == SOURCE_KIND_OTHER) {
        if (verify->is_named) {
            g_autofree char *line = g_strdup_printf("%s: not recognised as mail", verify->file);
            tell(verify, line);
        }
        verify->outcome.other_files += !verify->is_named;
        verify->outcome.damaged_files += verify->is_named;
        return;
    }
    if (event->note != NULL) {
        tell(verify, event->note);
    }
    verify->outcome.damaged_files += verify->has_damage || event->note != NULL;
}

static void on_trouble(Verify *verify, const ReaderEvent *event)
{
    verify->outcome.failed_sources += event->is_source;
    verify->outcome.damaged_files += !event->is_source;
    tell(verify, event->note);
}

/* Returns: false to stop. */
static bool on_event(Verify *verify, const JobSlot *slot, const ReaderEvent *event)
{
    switch (event->kind) {
    case EVENT_FILE_BEGIN:
        on_file_begin(verify, event);
        return true;
    case EVENT_MESSAGE:
        return on_message(verify, slot, event);
    case EVENT_DAMAGED:
        on_damaged(verify, &event->span);
        return true;
    case EVENT_FILE_END:
        on_file_end(verify, event);
        return true;
    case EVENT_TROUBLE:
        on_trouble(verify, event);
        return true;
    case EVENT_FILE_CHANGED:
    case EVENT_PROGRESS:
        return true;
    }
    return true;
}

static bool take_slot(Verify *verify, const JobSlot *slot)
{
    const GArray *plan = reader_plan(verify->reader, slot);
    for (guint i = 0; i < plan->len; i++) {
        if (!on_event(verify, slot, &g_array_index(plan, ReaderEvent, i))) {
            return false;
        }
    }
    return true;
}

static bool is_interrupted(const Verify *verify)
{
    return verify->options->interrupted != NULL && *verify->options->interrupted != 0;
}

static bool take_all(Verify *verify, GError **error)
{
    while (!is_interrupted(verify)) {
        JobSlot *slot = NULL;
        switch (worker_pool_next(verify->pool, TICK_MS, &slot, error)) {
        case POOL_SLOT:
            if (!take_slot(verify, slot)) {
                verify->outcome.stopped = true;
                return true;
            }
            worker_pool_release(verify->pool, slot);
            break;
        case POOL_TIMEOUT:
            break;
        case POOL_END:
            return true;
        case POOL_FAILED:
            return false;
        }
    }
    verify->outcome.stopped = true;
    return true;
}

/* Standard input may be named once; it is read to its end before anything else begins. */
static bool add_source(Verify *verify, const char *path, GError **error)
{
    if (g_str_equal(path, VERIFY_STANDARD_INPUT)) {
        if (verify->spool == NULL) {
            verify->spool = spool_new(STDIN_FILENO, error);
        }
        if (verify->spool == NULL) {
            return false;
        }
        path = spool_path(verify->spool);
    }
    ReaderSource *source = g_new0(ReaderSource, 1);
    source->path = g_strdup(path);
    source->files = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(verify->sources, source);
    return true;
}

bool verify_run(const VerifyOptions *options, VerifyOutcome *ret_outcome, GError **error)
{
    g_auto(Verify) verify = {.options = options};
    mail_record_init(&verify.record);
    /* The workers come first: they must inherit no thread. */
    const WorkerPoolOptions pool = {
        .n_workers = options->n_workers,
        .keys = options->keys,
        .no_repair = options->no_repair,
        .no_sandbox = options->no_sandbox,
        .has_received_at = options->has_received_at,
        .received_at = options->received_at,
    };
    verify.pool = worker_pool_new(&pool, error);
    if (verify.pool == NULL) {
        return false;
    }
    verify.sources = g_ptr_array_new_with_free_func((GDestroyNotify)reader_source_free);
    for (const char *const *path = options->sources; *path != NULL; path++) {
        if (!add_source(&verify, *path, error)) {
            return false;
        }
    }
    verify.reader = reader_start(verify.sources, verify.pool);
    if (!take_all(&verify, error)) {
        return false;
    }
    *ret_outcome = verify.outcome;
    if (!verify.outcome.stopped) {
        reader_join(g_steal_pointer(&verify.reader));
    }
    return true;
}
