/* SPDX-License-Identifier: MIT
 *
 * One line a message of what the archive says: CSV for spreadsheets, JSON for programs. */
#include "query/csv_writer.h"
#include "query/export_format.h"
#include "query/output_file.h"
#include "query/search_output.h"
#include "schema/utf8_text.h"

/* Spreadsheets take at most 32,767 characters in a cell. */
#define CELL_TEXT_MAX ((size_t)32000)

typedef struct {
    OutputFile *file;
    GString *line;
    CsvWriter csv;
} ExportRows;

static void free_rows(gpointer target)
{
    ExportRows *rows = target;
    if (rows != NULL) {
        output_file_free(rows->file);
        g_string_free(rows->line, true);
        g_free(rows);
    }
}

static gpointer open_rows(const char *path, char separator, GError **error)
{
    OutputFile *file = output_file_open(path, error);
    if (file == NULL) {
        return NULL;
    }
    ExportRows *rows = g_new0(ExportRows, 1);
    rows->file = file;
    rows->line = g_string_new(NULL);
    rows->csv = csv_writer_on(rows->line, separator);
    return rows;
}

static bool write_line(ExportRows *rows, GError **error)
{
    const bool ok =
        output_file_write(rows->file, slice_of(rows->line->str, rows->line->len), error);
    g_string_truncate(rows->line, 0);
    return ok;
}

static gpointer open_csv(const char *path, char separator, GError **error)
{
    static const char *const names[] = {
        "id",  "date",    "dkim",        "level", "caveats", "from",   "to",   "cc",
        "bcc", "subject", "attachments", "size",  "msgid",   "sha256", "file", "text"};
    ExportRows *rows = open_rows(path, separator, error);
    if (rows == NULL) {
        return NULL;
    }
    /* Without the mark, spreadsheets take UTF-8 for something else. */
    g_string_append(rows->line, "\xEF\xBB\xBF");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        csv_writer_text(&rows->csv, slice_of_string(names[i]));
    }
    csv_writer_end(&rows->csv);
    if (!write_line(rows, error)) {
        free_rows(rows);
        return NULL;
    }
    return rows;
}

static bool add_jsonl(gpointer target, const ExportItem *item, GError **error)
{
    ExportRows *rows = target;
    message_view_write_json(item->view, rows->line);
    return write_line(rows, error);
}

static void append_text(CsvWriter *csv, const char *text)
{
    csv_writer_text(csv, utf8_text_cut(slice_of_string(text), CELL_TEXT_MAX));
}

/* "Name <address>, ..." of one role. */
static void append_addresses(CsvWriter *csv, const MessageView *view, const char *role)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    for (guint i = 0; i < view->addresses->len; i++) {
        const ViewAddress *address = &g_array_index(view->addresses, ViewAddress, i);
        if (!g_str_equal(address->role, role)) {
            continue;
        }
        g_string_append_printf(cell, "%s%s%s<%s>", cell->len > 0 ? ", " : "", address->name,
                               *address->name == '\0' ? "" : " ", address->address);
    }
    append_text(csv, cell->str);
}

static void append_attachments(CsvWriter *csv, const MessageView *view)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    for (guint i = 0; i < view->attachments->len; i++) {
        const ViewAttachment *attachment = &g_array_index(view->attachments, ViewAttachment, i);
        g_string_append_printf(cell, "%s%s", cell->len > 0 ? ", " : "", attachment->name);
    }
    append_text(csv, cell->str);
}

static bool add_csv(gpointer target, const ExportItem *item, GError **error)
{
    ExportRows *rows = target;
    const MessageView *view = item->view;
    CsvWriter *csv = &rows->csv;
    g_autofree char *date = search_date_text(view->has_date, view->date, "%Y-%m-%dT%H:%M:%SZ");
    csv_writer_integer(csv, view->id);
    append_text(csv, date);
    append_text(csv, view->dkim);
    append_text(csv, view->level);
    append_text(csv, view->caveats);
    append_addresses(csv, view, "from");
    append_addresses(csv, view, "to");
    append_addresses(csv, view, "cc");
    append_addresses(csv, view, "bcc");
    append_text(csv, view->subject);
    append_attachments(csv, view);
    csv_writer_integer(csv, view->size);
    append_text(csv, view->msgid);
    append_text(csv, view->sha256);
    append_text(csv,
                view->places->len == 0 ? "" : g_array_index(view->places, ViewPlace, 0).path);
    append_text(csv, view->body);
    csv_writer_end(csv);
    return write_line(rows, error);
}

static bool finish(gpointer target, GString *note, GError **error)
{
    (void)note;
    return output_file_finish(((ExportRows *)target)->file, error);
}

const ExportFormat export_format_csv = {
    .name = "csv",
    .open = open_csv,
    .add = add_csv,
    .finish = finish,
    .free = free_rows,
};

const ExportFormat export_format_jsonl = {
    .name = "jsonl",
    .open = open_rows,
    .add = add_jsonl,
    .finish = finish,
    .free = free_rows,
};
