/* SPDX-License-Identifier: MIT */
#include "query/export_maildir.h"

#include "query/output_folder.h"

struct ExportMaildir {
    OutputFolder *folder;
    OutputFolder *current;
};

ExportMaildir *export_maildir_open(const char *path, GError **error)
{
    g_autoptr(ExportMaildir) maildir = g_new0(ExportMaildir, 1);
    maildir->folder = output_folder_open(path, true, error);
    if (maildir->folder == NULL) {
        return NULL;
    }
    g_autoptr(OutputFolder) arrived = output_folder_make(maildir->folder, "new", error);
    if (arrived == NULL) {
        return NULL;
    }
    g_autoptr(OutputFolder) unfinished = output_folder_make(maildir->folder, "tmp", error);
    if (unfinished == NULL) {
        return NULL;
    }
    maildir->current = output_folder_make(maildir->folder, "cur", error);
    return maildir->current == NULL ? NULL : g_steal_pointer(&maildir);
}

void export_maildir_free(ExportMaildir *maildir)
{
    if (maildir == NULL) {
        return;
    }
    output_folder_free(maildir->current);
    output_folder_free(maildir->folder);
    g_free(maildir);
}

/* Flags are letters, in order of the alphabet; they come from a file name of the dump. */
static void append_flags(GString *name, const char *flags)
{
    for (int letter = 'A'; letter <= 'z'; letter++) {
        if (g_ascii_isalpha(letter) && strchr(flags, letter) != NULL) {
            g_string_append_c(name, (char)letter);
        }
    }
}

bool export_maildir_add(ExportMaildir *maildir, const ExportItem *item, GError **error)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_string_printf(name, "%" G_GINT64_FORMAT ".W%" G_GINT64_FORMAT ".waxseal:2,",
                    item->has_date && item->date > 0 ? item->date : 0, item->id);
    append_flags(name, item->flags == NULL ? "S" : item->flags);
    return output_folder_write(maildir->current, name->str, item->bytes, error);
}

bool export_maildir_finish(const ExportMaildir *maildir, GError **error)
{
    return output_folder_finish(maildir->folder, error);
}

static gpointer open_maildir(const char *path, char separator, GError **error)
{
    (void)separator;
    return export_maildir_open(path, error);
}

static bool add(gpointer target, const ExportItem *item, GError **error)
{
    return export_maildir_add(target, item, error);
}

static bool finish(gpointer target, GString *note, GError **error)
{
    (void)note;
    return export_maildir_finish(target, error);
}

static void free_maildir(gpointer target)
{
    export_maildir_free(target);
}

const ExportFormat export_format_maildir = {
    .name = "maildir",
    .needs_bytes = true,
    .open = open_maildir,
    .add = add,
    .finish = finish,
    .free = free_maildir,
};
