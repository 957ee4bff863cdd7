/* SPDX-License-Identifier: MIT */
#include "query/part_selection.h"

/* Digits and dots: part numbers in mail have a few levels. */
static bool is_part_number(const char *word)
{
    return g_ascii_isdigit(word[0]) && word[strspn(word, "0123456789.")] == '\0';
}

static void add(GArray *parts, const SelectedPart *part)
{
    for (guint i = 0; i < parts->len; i++) {
        const SelectedPart *known = &g_array_index(parts, SelectedPart, i);
        if (known->position == part->position && strcmp(known->number, part->number) == 0) {
            return;
        }
    }
    g_array_append_val(parts, *part);
}

static void add_attachment(const MessageView *view, guint at, GArray *parts)
{
    const ViewAttachment *attachment = &g_array_index(view->attachments, ViewAttachment, at);
    const SelectedPart part = {
        .attachment = attachment, .position = at + 1, .number = attachment->part};
    add(parts, &part);
}

bool part_selection_add(const MessageView *view, const char *word, GArray *parts)
{
    guint64 position = 0;
    if (word[0] == '@') {
        if (!g_ascii_string_to_unsigned(word + 1, 10, 1, view->attachments->len, &position,
                                        NULL)) {
            return false;
        }
        add_attachment(view, (guint)position - 1, parts);
        return true;
    }
    if (!is_part_number(word)) {
        return false;
    }
    bool is_attachment = false;
    for (guint i = 0; i < view->attachments->len; i++) {
        if (strcmp(g_array_index(view->attachments, ViewAttachment, i).part, word) == 0) {
            is_attachment = true;
            add_attachment(view, i, parts);
        }
    }
    if (!is_attachment) {
        const SelectedPart part = {.number = word};
        add(parts, &part);
    }
    return true;
}

void part_selection_add_all(const MessageView *view, GArray *parts)
{
    for (guint i = 0; i < view->attachments->len; i++) {
        add_attachment(view, i, parts);
    }
}

static char *sum_of(Slice bytes)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes.ptr, bytes.len);
}

/* The SHA-256 of each file, computed once however many parts are looked for. */
static GPtrArray *sums_of(const GArray *files)
{
    GPtrArray *sums = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < files->len; i++) {
        g_ptr_array_add(sums, sum_of(g_array_index(files, MessageFile, i).bytes));
    }
    return sums;
}

static void find(SelectedPart *part, const GArray *files, const GPtrArray *sums)
{
    for (guint i = 0; i < files->len && !part->is_found; i++) {
        const MessageFile *file = &g_array_index(files, MessageFile, i);
        const bool is_it = part->attachment == NULL ? file->kind != MESSAGE_PART_UUENCODED
                                                    : strcmp(part->attachment->sha256,
                                                             g_ptr_array_index(sums, i)) == 0;
        if (is_it && strcmp(part->number, file->number) == 0) {
            part->is_found = true;
            part->bytes = file->bytes;
        }
    }
}

MessageFiles *part_selection_read(GBytes *message, GArray *parts, GError **error)
{
    g_autoptr(GHashTable) numbers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < parts->len; i++) {
        g_hash_table_add(numbers, g_strdup(g_array_index(parts, SelectedPart, i).number));
    }
    MessageFiles *files = message_files_read(message, numbers, error);
    if (files == NULL) {
        return NULL;
    }
    g_autoptr(GPtrArray) sums = sums_of(files->files);
    for (guint i = 0; i < parts->len; i++) {
        find(&g_array_index(parts, SelectedPart, i), files->files, sums);
    }
    return files;
}
