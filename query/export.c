/* SPDX-License-Identifier: MIT */
#include "query/export.h"

#include "query/raw_bytes.h"
#include "schema/archive.h"

static const ExportFormat *const formats[] = {
    &export_format_mbox, &export_format_maildir, &export_format_eml,
    &export_format_csv,  &export_format_jsonl,
};

/* What a form that holds the bytes wants to know beside them. */
static const char item_sql[] =
    "SELECT m.date, t.subject, "
    "(SELECT a.address FROM message_address ma JOIN address a ON a.id = ma.address_id "
    "WHERE ma.message_id = m.id AND ma.role = 'from' ORDER BY ma.position LIMIT 1), "
    "(SELECT l.flags FROM occurrence o JOIN file l ON l.id = o.file_id "
    "WHERE o.message_id = m.id AND l.container = 'maildir' ORDER BY o.file_id LIMIT 1) "
    "FROM message m JOIN message_text t ON t.id = m.id WHERE m.id = ?";

typedef struct {
    sqlite3 *db;
    const ExportOptions *options;
    ExportCounts *counts;
    gpointer target;
    RawBytesReader *reader;
    sqlite3_stmt *item;
} Export;

const ExportFormat *export_format_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_str_equal(formats[i]->name, name)) {
            return formats[i];
        }
    }
    return NULL;
}

static bool leave_out(const Export *export, int64_t id, const char *reason)
{
    export->counts->n_missing++;
    export->options->report.missing(export->options->report.data, id, reason);
    return true;
}

static Slice column_slice(sqlite3_stmt *row, int column)
{
    const char *text = archive_column_text(row, column);
    return slice_of(text, (size_t)sqlite3_column_bytes(row, column));
}

static bool add_row(const Export *export, int64_t id, GBytes *bytes, GError **error)
{
    sqlite3_stmt *row = export->item;
    gsize size = 0;
    const char *data = g_bytes_get_data(bytes, &size);
    const ExportItem item = {
        .id = id,
        .has_date = sqlite3_column_type(row, 0) != SQLITE_NULL,
        .date = sqlite3_column_int64(row, 0),
        .subject = column_slice(row, 1),
        .sender = column_slice(row, 2),
        .flags = (const char *)sqlite3_column_text(row, 3),
        .bytes = slice_of(data, size),
    };
    return export->options->format->add(export->target, &item, error);
}

static bool add_bytes(const Export *export, int64_t id, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) bytes = raw_bytes_reader_read(export->reader, id, &reason);
    if (bytes == NULL && reason->domain != RAW_BYTES_ERROR) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    if (bytes == NULL) {
        return leave_out(export, id, reason->message);
    }
    sqlite3_reset(export->item);
    sqlite3_bind_int64(export->item, 1, id);
    if (sqlite3_step(export->item) != SQLITE_ROW) {
        archive_set_error(export->db, error);
        return false;
    }
    export->counts->n_written++;
    return add_row(export, id, bytes, error);
}

static bool add_view(const Export *export, int64_t id, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(MessageView) view = message_view_read(export->db, id, &reason);
    if (view == NULL && reason != NULL) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    if (view == NULL) {
        return leave_out(export, id, "the archive has no such message");
    }
    const ExportItem item = {.id = id, .view = view};
    export->counts->n_written++;
    return export->options->format->add(export->target, &item, error);
}

static bool add_all(const Export *export, const GArray *ids, GError **error)
{
    const ExportOptions *options = export->options;
    for (guint i = 0; i < ids->len; i++) {
        const int64_t id = g_array_index(ids, int64_t, i);
        options->report.progress(options->report.data, export->counts);
        if (!(options->format->needs_bytes ? add_bytes(export, id, error)
                                           : add_view(export, id, error))) {
            return false;
        }
    }
    return true;
}

bool export_run(sqlite3 *db, GArray *ids, const ExportOptions *options, ExportCounts *counts,
                GString *note, GError **error)
{
    const ExportFormat *format = options->format;
    g_autoptr(RawBytesReader) reader = raw_bytes_reader_new(db, error);
    if (reader == NULL || (format->needs_bytes && !raw_bytes_reader_sort(reader, ids, error))) {
        return false;
    }
    g_autoptr(sqlite3_stmt) item = archive_prepare(db, item_sql, error);
    if (item == NULL) {
        return false;
    }
    Export export = {
        .db = db, .options = options, .counts = counts, .reader = reader, .item = item};
    export.target = format->open(options->path, options->separator, error);
    if (export.target == NULL) {
        return false;
    }
    const bool is_done =
        add_all(&export, ids, error) && format->finish(export.target, note, error);
    format->free(export.target);
    return is_done;
}
