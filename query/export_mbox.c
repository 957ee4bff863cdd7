/* SPDX-License-Identifier: MIT
 *
 * One file in the mboxrd dialect. A message that no mbox can hold byte for byte lies in a
 * Maildir beside it, so that reading both again gives every message. */
#include "query/export_maildir.h"
#include "query/mbox_message.h"
#include "query/output_file.h"

/* A buffer above this is given back after a large message. */
#define KEPT_BUFFER_BYTES ((size_t)4 << 20)

typedef struct {
    OutputFile *file;
    GString *buffer;
    char *other_path;
    ExportMaildir *other; /* NULL until it is needed */
    uint64_t n_other;
    GHashTable *obstacles; /* words -> how often */
} ExportMbox;

static void free_mbox(gpointer target)
{
    ExportMbox *mbox = target;
    if (mbox == NULL) {
        return;
    }
    output_file_free(mbox->file);
    g_string_free(mbox->buffer, true);
    g_free(mbox->other_path);
    export_maildir_free(mbox->other);
    g_hash_table_unref(mbox->obstacles);
    g_free(mbox);
}

static gpointer open_mbox(const char *path, char separator, GError **error)
{
    (void)separator;
    OutputFile *file = output_file_open(path, error);
    if (file == NULL) {
        return NULL;
    }
    ExportMbox *mbox = g_new0(ExportMbox, 1);
    mbox->file = file;
    mbox->buffer = g_string_new(NULL);
    mbox->other_path = g_strconcat(path, ".other", NULL);
    mbox->obstacles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return mbox;
}

static bool add_other(ExportMbox *mbox, const ExportItem *item, const char *obstacle,
                      GError **error)
{
    if (mbox->other == NULL) {
        mbox->other = export_maildir_open(mbox->other_path, error);
        if (mbox->other == NULL) {
            return false;
        }
    }
    const unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(mbox->obstacles, obstacle));
    g_hash_table_replace(mbox->obstacles, g_strdup(obstacle), GUINT_TO_POINTER(count + 1));
    mbox->n_other++;
    return export_maildir_add(mbox->other, item, error);
}

static bool add(gpointer target, const ExportItem *item, GError **error)
{
    ExportMbox *mbox = target;
    if (mbox->buffer->allocated_len > KEPT_BUFFER_BYTES) {
        g_string_free(mbox->buffer, true);
        mbox->buffer = g_string_new(NULL);
    }
    g_string_truncate(mbox->buffer, 0);
    const char *obstacle = mbox_message_append(mbox->buffer, item->bytes, item->sender,
                                               item->has_date ? item->date : 0);
    if (obstacle != NULL) {
        return add_other(mbox, item, obstacle, error);
    }
    return output_file_write(mbox->file, slice_of(mbox->buffer->str, mbox->buffer->len), error);
}

static bool finish(gpointer target, GString *note, GError **error)
{
    ExportMbox *mbox = target;
    if (mbox->n_other > 0) {
        GHashTableIter at;
        gpointer words = NULL;
        gpointer count = NULL;
        g_string_append_printf(note,
                               "%" G_GUINT64_FORMAT " of them no mbox can hold byte for byte; "
                               "they are in the Maildir %s:",
                               mbox->n_other, mbox->other_path);
        g_hash_table_iter_init(&at, mbox->obstacles);
        for (const char *between = " "; g_hash_table_iter_next(&at, &words, &count);
             between = ", ") {
            g_string_append_printf(note, "%s%u with %s", between, GPOINTER_TO_UINT(count),
                                   (const char *)words);
        }
    }
    return (mbox->other == NULL || export_maildir_finish(mbox->other, error)) &&
           output_file_finish(mbox->file, error);
}

const ExportFormat export_format_mbox = {
    .name = "mbox",
    .needs_bytes = true,
    .open = open_mbox,
    .add = add,
    .finish = finish,
    .free = free_mbox,
};
