/* SPDX-License-Identifier: MIT */
#include "query/evidence.h"

#include "query/raw_bytes.h"
#include "schema/archive.h"
#include "schema/repair.h"

static const char *const signatures_sql =
    "SELECT s.body_bytes, k.id, k.selector, k.domain, k.record, s.field, "
    "s.header_digest, k.state, ifnull(k.leaked_since, -1) FROM signature s "
    "LEFT JOIN dkim_key k ON k.id = s.key_id WHERE s.message_id = ? ORDER BY s.position";

/* Columns of others_sql. */
enum {
    OTHER_METHOD,
    OTHER_NUMBER,
    OTHER_RESULT,
    OTHER_REASON,
    OTHER_CAVEATS,
    OTHER_DOMAIN,
    OTHER_SELECTOR,
    OTHER_ALGORITHM,
    OTHER_BODY_OK,
    OTHER_FIELD,
    OTHER_DIGEST,
    OTHER_LISTED_DIGEST,
    OTHER_KEY
};

/* The first column is the EvidenceMethod. */
static const char *const others_sql =
    "SELECT o.*, k.selector, k.domain, k.record FROM ("
    "SELECT 0 AS method, instance AS number, message_result, message_reason, message_caveats, "
    "message_domain, message_selector, message_algorithm, ifnull(body_ok, -1), -1, "
    "message_digest, x'', message_key_id AS key_id FROM arc_set WHERE message_id = ?1 "
    "UNION ALL SELECT 1, instance, seal_result, seal_reason, seal_caveats, seal_domain, "
    "seal_selector, seal_algorithm, -1, -1, seal_digest, x'', seal_key_id FROM arc_set "
    "WHERE message_id = ?1 "
    "UNION ALL SELECT 2, position + 1, result, reason, caveats, domain, selector, algorithm, "
    "-1, "
    "field, digest, listed_digest, key_id FROM domainkey_signature WHERE message_id = ?1) o "
    "LEFT JOIN dkim_key k ON k.id = o.key_id ORDER BY method = 2, number, method";

static void signature_clear(gpointer data)
{
    EvidenceSignature *signature = data;
    g_bytes_unref(signature->header_digest);
    g_free(signature->key_selector);
    g_free(signature->key_domain);
    g_free(signature->key_record);
}

static GBytes *column_blob(sqlite3_stmt *row, int column)
{
    return g_bytes_new(sqlite3_column_blob(row, column),
                       (gsize)sqlite3_column_bytes(row, column));
}

static void read_signature(sqlite3_stmt *row, const ViewSignature *view, GArray *signatures)
{
    EvidenceSignature signature = {
        .field = sqlite3_column_int64(row, 5),
        .header_digest = column_blob(row, 6),
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

static void other_clear(gpointer data)
{
    EvidenceOther *other = data;
    g_free(other->result);
    g_free(other->reason);
    g_free(other->caveats);
    g_free(other->domain);
    g_free(other->selector);
    g_free(other->algorithm);
    signature_clear(&other->more);
    g_bytes_unref(other->listed_digest);
    g_array_unref(other->sightings);
}

static bool read_other(sqlite3_stmt *row, sqlite3_stmt *sightings, GArray *others,
                       GError **error)
{
    EvidenceOther other = {
        .method = (EvidenceMethod)sqlite3_column_int(row, OTHER_METHOD),
        .number = sqlite3_column_int64(row, OTHER_NUMBER),
        .result = archive_column_dup(row, OTHER_RESULT),
        .reason = archive_column_dup(row, OTHER_REASON),
        .caveats = archive_column_dup(row, OTHER_CAVEATS),
        .domain = archive_column_dup(row, OTHER_DOMAIN),
        .selector = archive_column_dup(row, OTHER_SELECTOR),
        .algorithm = archive_column_dup(row, OTHER_ALGORITHM),
        .body_ok = sqlite3_column_int(row, OTHER_BODY_OK),
        .more = {.field = sqlite3_column_int64(row, OTHER_FIELD),
                 .header_digest = column_blob(row, OTHER_DIGEST),
                 .has_key = sqlite3_column_type(row, OTHER_KEY) != SQLITE_NULL,
                 .key_selector = archive_column_dup(row, OTHER_KEY + 1),
                 .key_domain = archive_column_dup(row, OTHER_KEY + 2),
                 .key_record = archive_column_dup(row, OTHER_KEY + 3)},
        .listed_digest = column_blob(row, OTHER_LISTED_DIGEST),
        .sightings = key_sightings_new(),
    };
    other.more.observations = other.sightings;
    g_array_append_val(others, other);
    sqlite3_bind_int64(sightings, 1, sqlite3_column_int64(row, OTHER_KEY));
    return key_sightings_read(sightings, other.sightings, error);
}

static bool read_others(sqlite3 *db, Evidence *evidence, GError **error)
{
    g_autoptr(sqlite3_stmt) sightings = key_sightings_prepare(db, error);
    g_autoptr(sqlite3_stmt) rows =
        sightings == NULL ? NULL : archive_prepare(db, others_sql, error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_int64(rows, 1, evidence->view->id);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!read_other(rows, sightings, evidence->others, error)) {
            return false;
        }
    }
    return archive_end_rows(rows, code, error);
}

/* Whether what was signed may be the bytes with their quoting. */
static bool needs_quoted(const MessageView *view)
{
    for (guint i = 0; i < view->signatures->len; i++) {
        const Repair repair =
            repair_of_word(g_array_index(view->signatures, ViewSignature, i).repair);
        if (repair == REPAIR_QUOTING_KEPT || repair == REPAIR_MBOXO) {
            return true;
        }
    }
    return false;
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
    if (needs_quoted(evidence->view)) {
        evidence->quoted = raw_bytes_read_quoted(db, evidence->view->id, NULL);
    }
}

Evidence *evidence_read(sqlite3 *db, int64_t id, GError **error)
{
    g_autoptr(Evidence) evidence = g_new0(Evidence, 1);
    evidence->signatures = g_array_new(false, false, sizeof(EvidenceSignature));
    g_array_set_clear_func(evidence->signatures, signature_clear);
    evidence->others = g_array_new(false, false, sizeof(EvidenceOther));
    g_array_set_clear_func(evidence->others, other_clear);
    evidence->view = message_view_read(db, id, error);
    if (evidence->view == NULL || !read_signatures(db, evidence, error) ||
        !read_others(db, evidence, error)) {
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
    g_array_unref(evidence->others);
    g_clear_pointer(&evidence->quoted, g_bytes_unref);
    if (evidence->bytes != NULL) {
        g_bytes_unref(evidence->bytes);
    }
    g_free(evidence->bytes_fault);
    g_free(evidence);
}
