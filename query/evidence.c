/* SPDX-License-Identifier: MIT */
#include "query/evidence.h"

#include "query/raw_bytes.h"
#include "schema/archive.h"

static const char *const signatures_sql =
    "SELECT s.body_bytes, k.id, k.selector, k.domain, k.record, s.field, "
    "s.header_digest, k.state, ifnull(k.leaked_since, -1) FROM signature s "
    "LEFT JOIN dkim_key k ON k.id = s.key_id WHERE s.message_id = ? ORDER BY s.position";

static void signature_clear(gpointer data)
{
    EvidenceSignature *signature = data;
    g_bytes_unref(signature->header_digest);
    g_free(signature->key_selector);
    g_free(signature->key_domain);
    g_free(signature->key_record);
}

static void read_signature(sqlite3_stmt *row, const ViewSignature *view, GArray *signatures)
{
    EvidenceSignature signature = {
        .field = sqlite3_column_int64(row, 5),
        .header_digest =
            g_bytes_new(sqlite3_column_blob(row, 6), (gsize)sqlite3_column_bytes(row, 6)),
        .body_bytes = sqlite3_column_int64(row, 0),
        .has_key = sqlite3_column_type(row, 1) != SQLITE_NULL,
        .key_selector = archive_column_dup(row, 2),
        .key_domain = archive_column_dup(row, 3),
        .key_record = archive_column_dup(row, 4),
        .key_is_leaked = g_str_equal(archive_column_text(row, 7), "leaked"),
        .key_leaked_since = sqlite3_column_int64(row, 8),
        .observations = view->key_sightings,
    };
    g_array_append_val(signatures, signature);
}

static bool read_signatures(sqlite3 *db, Evidence *evidence, GError **error)
{
    const GArray *views = evidence->view->signatures;
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, signatures_sql, error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_int64(rows, 1, evidence->view->id);
    int code = SQLITE_OK;
    for (guint i = 0; (code = sqlite3_step(rows)) == SQLITE_ROW && i < views->len; i++) {
        read_signature(rows, &g_array_index(views, ViewSignature, i), evidence->signatures);
    }
    return archive_end_rows(rows, code, error);
}

/* The dump may be on another disk by now; then the archive's own word has to do. */
static void look_at_bytes(sqlite3 *db, Evidence *evidence)
{
    g_autoptr(GError) error = NULL;
    evidence->bytes = raw_bytes_read(db, evidence->view->id, &error);
    if (evidence->bytes == NULL) {
        evidence->bytes_fault = g_strdup(error->message);
        evidence->fields = shown_fields_of_view(evidence->view);
        return;
    }
    gsize size = 0;
    const char *data = g_bytes_get_data(evidence->bytes, &size);
    evidence->fields = shown_fields_count(slice_of(data, size));
}

Evidence *evidence_read(sqlite3 *db, int64_t id, GError **error)
{
    g_autoptr(Evidence) evidence = g_new0(Evidence, 1);
    evidence->signatures = g_array_new(false, false, sizeof(EvidenceSignature));
    g_array_set_clear_func(evidence->signatures, signature_clear);
    evidence->view = message_view_read(db, id, error);
    if (evidence->view == NULL || !read_signatures(db, evidence, error)) {
        return NULL;
    }
    look_at_bytes(db, evidence);
    return g_steal_pointer(&evidence);
}

void evidence_free(Evidence *evidence)
{
    if (evidence == NULL) {
        return;
    }
    message_view_free(evidence->view);
    g_array_unref(evidence->signatures);
    if (evidence->bytes != NULL) {
        g_bytes_unref(evidence->bytes);
    }
    g_free(evidence->bytes_fault);
    g_free(evidence);
}
