/* SPDX-License-Identifier: MIT
 *
 * A folder with one file a message, named so that a person finds it. */
#include "query/export_format.h"
#include "query/output_folder.h"
#include "query/safe_name.h"
#include "query/search_output.h"
#include "schema/utf8_text.h"

/* Bytes of the subject in a name. */
#define SUBJECT_MAX ((size_t)100)

static gpointer open_eml(const char *path, char separator, GError **error)
{
    (void)separator;
    return output_folder_open(path, true, error);
}

/* "1483949100 2017-01-09 Budget.eml"; a "/" of the subject begins no folder. */
static char *name_of(const ExportItem *item)
{
    const Slice subject = utf8_text_cut(item->subject, SUBJECT_MAX);
    g_autofree char *date = search_date_text(item->has_date, item->date, " %Y-%m-%d");
    g_autofree char *words = slice_dup(subject);
    g_autofree char *fallback = g_strdup_printf("%" G_GINT64_FORMAT ".eml", item->id);
    g_strdelimit(words, "/\\", '_');
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "%s%s%s.eml", item->id, date,
                                            *words == '\0' ? "" : " ", words);
    unsigned ignored = 0;
    return safe_name_make(slice_of_string(name), fallback, &ignored);
}

static bool add(gpointer target, const ExportItem *item, GError **error)
{
    g_autofree char *name = name_of(item);
    g_autofree char *written = output_folder_write_as(target, name, item->bytes, error);
    return written != NULL;
}

static bool finish(gpointer target, GString *note, GError **error)
{
    (void)note;
    return output_folder_finish(target, error);
}

static void free_eml(gpointer target)
{
    output_folder_free(target);
}

const ExportFormat export_format_eml = {
    .name = "eml",
    .needs_bytes = true,
    .open = open_eml,
    .add = add,
    .finish = finish,
    .free = free_eml,
};
