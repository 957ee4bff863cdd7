/* SPDX-License-Identifier: MIT */
#include "query/message_view.h"

#include "query/raw_bytes.h"
#include "schema/archive.h"
#include "schema/record.h"

typedef enum {
    SQL_MESSAGE,
    SQL_ADDRESSES,
    SQL_SIGNATURES,
    SQL_ARC_SETS,
    SQL_DOMAINKEYS,
    SQL_CLAIMS,
    SQL_ATTACHMENTS,
    SQL_PLACES,
    SQL_PROBLEMS
} Sql;

static const char *const sql[] = {
    [SQL_MESSAGE] =
        "SELECT m.id, m.date, m.date_offset, m.date_source, m.msgid, m.in_reply_to, "
        "m.refs, m.dkim, m.level, m.caveats, m.size, lower(hex(m.sha256)), "
        "t.subject, t.body, (SELECT count(*) FROM message w WHERE w.msgid <> '' "
        "AND w.msgid = m.msgid AND w.id <> m.id), m.arc, m.arc_reason "
        "FROM message m JOIN message_text t ON t.id = m.id WHERE m.id = ?",
    [SQL_ADDRESSES] = "SELECT ma.role, a.name, a.address FROM message_address ma "
                      "JOIN address a ON a.id = ma.address_id WHERE ma.message_id = ? "
                      "ORDER BY ma.role, ma.position",
    [SQL_SIGNATURES] =
        "SELECT s.result, s.reason, s.domain, s.selector, s.identity, "
        "s.algorithm, s.canonicalization, f.fields, s.caveats, s.header_ok, "
        "s.body_ok, s.aligned, k.bits, s.body_length, s.signed_at, s.expires_at, "
        "s.repair, s.key_id "
        "FROM signature s JOIN signed_fields f ON f.id = s.signed_fields_id "
        "LEFT JOIN dkim_key k ON k.id = s.key_id "
        "WHERE s.message_id = ? ORDER BY s.position",
    [SQL_ARC_SETS] =
        "SELECT a.instance, a.cv, a.authserv_id, a.authentication_results, "
        "a.canonicalization, f.fields, a.body_length, a.body_ok, "
        "a.seal_result, a.seal_reason, a.seal_caveats, a.seal_domain, a.seal_selector, "
        "a.seal_algorithm, a.sealed_at, s.bits, "
        "a.message_result, a.message_reason, a.message_caveats, a.message_domain, "
        "a.message_selector, a.message_algorithm, a.message_signed_at, k.bits "
        "FROM arc_set a JOIN signed_fields f ON f.id = a.signed_fields_id "
        "LEFT JOIN dkim_key s ON s.id = a.seal_key_id "
        "LEFT JOIN dkim_key k ON k.id = a.message_key_id "
        "WHERE a.message_id = ? ORDER BY a.instance",
    [SQL_DOMAINKEYS] =
        "SELECT s.result, s.reason, s.domain, s.selector, s.sender, "
        "s.algorithm, s.canonicalization, f.fields, s.caveats, s.aligned, k.bits "
        "FROM domainkey_signature s "
        "JOIN signed_fields f ON f.id = s.signed_fields_id "
        "LEFT JOIN dkim_key k ON k.id = s.key_id "
        "WHERE s.message_id = ? ORDER BY s.position",
    [SQL_CLAIMS] = "SELECT field, authserv_id, method, result, reason, properties "
                   "FROM claim WHERE message_id = ? ORDER BY position",
    [SQL_ATTACHMENTS] =
        "SELECT part, name, declared_type, sniffed_type, lower(hex(sha256)), "
        "size, is_inline FROM attachment WHERE message_id = ? ORDER BY position",
    [SQL_PLACES] = "SELECT CASE l.path WHEN '' THEN r.path ELSE r.path || '/' || l.path END, "
                   "l.folder, l.state, o.offset, o.length FROM occurrence o "
                   "JOIN file l ON l.id = o.file_id JOIN source r ON r.id = l.source_id "
                   "WHERE o.message_id = ? ORDER BY o.file_id, o.offset",
    [SQL_PROBLEMS] = "SELECT word FROM problem WHERE message_id = ? ORDER BY word",
};

static int64_t integer_or(sqlite3_stmt *row, int column, int64_t otherwise)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? otherwise
                                                           : sqlite3_column_int64(row, column);
}

static void read_message(MessageView *view, sqlite3_stmt *row)
{
    view->id = sqlite3_column_int64(row, 0);
    view->has_date = sqlite3_column_type(row, 1) != SQLITE_NULL;
    view->date = sqlite3_column_int64(row, 1);
    view->date_offset_minutes = sqlite3_column_int64(row, 2);
    view->date_source = archive_column_dup(row, 3);
    view->msgid = archive_column_dup(row, 4);
    view->in_reply_to = archive_column_dup(row, 5);
    view->refs = archive_column_dup(row, 6);
    view->dkim = archive_column_dup(row, 7);
    view->level = archive_column_dup(row, 8);
    view->caveats = archive_column_dup(row, 9);
    view->size = sqlite3_column_int64(row, 10);
    view->sha256 = archive_column_dup(row, 11);
    view->subject = archive_column_dup(row, 12);
    view->body = archive_column_dup(row, 13);
    view->twins = sqlite3_column_int64(row, 14);
    view->arc = archive_column_dup(row, 15);
    view->arc_reason = archive_column_dup(row, 16);
}

static void read_address(MessageView *view, sqlite3_stmt *row)
{
    ViewAddress address = {.role = archive_column_dup(row, 0),
                           .name = archive_column_dup(row, 1),
                           .address = archive_column_dup(row, 2)};
    g_array_append_val(view->addresses, address);
}

static void read_signature(MessageView *view, sqlite3_stmt *row)
{
    ViewSignature signature = {
        .result = archive_column_dup(row, 0),
        .reason = archive_column_dup(row, 1),
        .domain = archive_column_dup(row, 2),
        .selector = archive_column_dup(row, 3),
        .identity = archive_column_dup(row, 4),
        .algorithm = archive_column_dup(row, 5),
        .canonicalization = archive_column_dup(row, 6),
        .signed_fields = archive_column_dup(row, 7),
        .caveats = archive_column_dup(row, 8),
        .header_ok = (int)integer_or(row, 9, -1),
        .body_ok = (int)integer_or(row, 10, -1),
        .aligned = sqlite3_column_int(row, 11) != 0,
        .key_bits = integer_or(row, 12, -1),
        .body_length = integer_or(row, 13, -1),
        .signed_at = integer_or(row, 14, -1),
        .expires_at = integer_or(row, 15, -1),
        .repair = archive_column_dup(row, 16),
        .key_id = integer_or(row, 17, -1),
        .key_sightings = key_sightings_new(),
    };
    g_array_append_val(view->signatures, signature);
}

static ViewArcSignature arc_signature_at(sqlite3_stmt *row, int at)
{
    return (ViewArcSignature){
        .result = archive_column_dup(row, at),
        .reason = archive_column_dup(row, at + 1),
        .caveats = archive_column_dup(row, at + 2),
        .domain = archive_column_dup(row, at + 3),
        .selector = archive_column_dup(row, at + 4),
        .algorithm = archive_column_dup(row, at + 5),
        .signed_at = integer_or(row, at + 6, -1),
        .key_bits = integer_or(row, at + 7, -1),
    };
}

static void read_arc_set(MessageView *view, sqlite3_stmt *row)
{
    ViewArcSet set = {
        .instance = sqlite3_column_int64(row, 0),
        .cv = archive_column_dup(row, 1),
        .authserv_id = archive_column_dup(row, 2),
        .results = archive_column_dup(row, 3),
        .canonicalization = archive_column_dup(row, 4),
        .signed_fields = archive_column_dup(row, 5),
        .body_length = integer_or(row, 6, -1),
        .body_ok = (int)integer_or(row, 7, -1),
        .seal = arc_signature_at(row, 8),
        .message = arc_signature_at(row, 16),
    };
    g_array_append_val(view->arc_sets, set);
}

static void read_domainkeys(MessageView *view, sqlite3_stmt *row)
{
    ViewDomainKeys signature = {
        .result = archive_column_dup(row, 0),
        .reason = archive_column_dup(row, 1),
        .domain = archive_column_dup(row, 2),
        .selector = archive_column_dup(row, 3),
        .sender = archive_column_dup(row, 4),
        .algorithm = archive_column_dup(row, 5),
        .canonicalization = archive_column_dup(row, 6),
        .signed_fields = archive_column_dup(row, 7),
        .caveats = archive_column_dup(row, 8),
        .aligned = sqlite3_column_int(row, 9) != 0,
        .key_bits = integer_or(row, 10, -1),
    };
    g_array_append_val(view->domainkeys, signature);
}

static void read_claim(MessageView *view, sqlite3_stmt *row)
{
    ViewClaim claim = {
        .field = archive_column_dup(row, 0),
        .authserv_id = archive_column_dup(row, 1),
        .method = archive_column_dup(row, 2),
        .result = archive_column_dup(row, 3),
        .reason = archive_column_dup(row, 4),
        .properties = archive_column_dup(row, 5),
    };
    g_array_append_val(view->claims, claim);
}

static void read_attachment(MessageView *view, sqlite3_stmt *row)
{
    ViewAttachment attachment = {
        .part = archive_column_dup(row, 0),
        .name = archive_column_dup(row, 1),
        .declared_type = archive_column_dup(row, 2),
        .sniffed_type = archive_column_dup(row, 3),
        .sha256 = archive_column_dup(row, 4),
        .size = sqlite3_column_int64(row, 5),
        .is_inline = sqlite3_column_int(row, 6) != 0,
    };
    g_array_append_val(view->attachments, attachment);
}

static void read_place(MessageView *view, sqlite3_stmt *row)
{
    ViewPlace place = {
        .path = archive_column_dup(row, 0),
        .folder = archive_column_dup(row, 1),
        .state = archive_column_dup(row, 2),
        .offset = sqlite3_column_int64(row, 3),
        .length = sqlite3_column_int64(row, 4),
    };
    g_array_append_val(view->places, place);
}

static void read_problem(MessageView *view, sqlite3_stmt *row)
{
    g_ptr_array_add(view->problems, archive_column_dup(row, 0));
}

typedef void ReadRow(MessageView *view, sqlite3_stmt *row);

/* Hands every row about the message to `read`. Returns: how many, or -1 with `error`. */
static int read_rows(sqlite3 *db, Sql which, int64_t id, MessageView *view, ReadRow *read,
                     GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[which], error);
    if (rows == NULL) {
        return -1;
    }
    sqlite3_bind_int64(rows, 1, id);
    int n_rows = 0;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        read(view, rows);
        n_rows++;
    }
    return archive_end_rows(rows, code, error) ? n_rows : -1;
}

static void address_clear(gpointer data)
{
    ViewAddress *address = data;
    g_free(address->role);
    g_free(address->name);
    g_free(address->address);
}

static void signature_clear(gpointer data)
{
    ViewSignature *signature = data;
    g_free(signature->result);
    g_free(signature->reason);
    g_free(signature->domain);
    g_free(signature->selector);
    g_free(signature->identity);
    g_free(signature->algorithm);
    g_free(signature->canonicalization);
    g_free(signature->signed_fields);
    g_free(signature->caveats);
    g_free(signature->repair);
    g_array_unref(signature->key_sightings);
}

static void arc_signature_clear(ViewArcSignature *signature)
{
    g_free(signature->result);
    g_free(signature->reason);
    g_free(signature->caveats);
    g_free(signature->domain);
    g_free(signature->selector);
    g_free(signature->algorithm);
}

static void arc_set_clear(gpointer data)
{
    ViewArcSet *set = data;
    g_free(set->cv);
    g_free(set->authserv_id);
    g_free(set->results);
    g_free(set->canonicalization);
    g_free(set->signed_fields);
    arc_signature_clear(&set->seal);
    arc_signature_clear(&set->message);
}

static void domainkeys_clear(gpointer data)
{
    ViewDomainKeys *signature = data;
    g_free(signature->result);
    g_free(signature->reason);
    g_free(signature->domain);
    g_free(signature->selector);
    g_free(signature->sender);
    g_free(signature->algorithm);
    g_free(signature->canonicalization);
    g_free(signature->signed_fields);
    g_free(signature->caveats);
}

static void claim_clear(gpointer data)
{
    ViewClaim *claim = data;
    g_free(claim->field);
    g_free(claim->authserv_id);
    g_free(claim->method);
    g_free(claim->result);
    g_free(claim->reason);
    g_free(claim->properties);
}

static void attachment_clear(gpointer data)
{
    ViewAttachment *attachment = data;
    g_free(attachment->part);
    g_free(attachment->name);
    g_free(attachment->declared_type);
    g_free(attachment->sniffed_type);
    g_free(attachment->sha256);
}

static void place_clear(gpointer data)
{
    ViewPlace *place = data;
    g_free(place->path);
    g_free(place->folder);
    g_free(place->state);
}

static GArray *array_new(guint element_size, GDestroyNotify clear)
{
    GArray *array = g_array_new(false, false, element_size);
    g_array_set_clear_func(array, clear);
    return array;
}

static MessageView *message_view_new(void)
{
    MessageView *view = g_new0(MessageView, 1);
    view->addresses = array_new(sizeof(ViewAddress), address_clear);
    view->signatures = array_new(sizeof(ViewSignature), signature_clear);
    view->arc_sets = array_new(sizeof(ViewArcSet), arc_set_clear);
    view->domainkeys = array_new(sizeof(ViewDomainKeys), domainkeys_clear);
    view->claims = array_new(sizeof(ViewClaim), claim_clear);
    view->attachments = array_new(sizeof(ViewAttachment), attachment_clear);
    view->places = array_new(sizeof(ViewPlace), place_clear);
    view->problems = g_ptr_array_new_with_free_func(g_free);
    return view;
}

/* Who had the keys of the signatures, and when they were used. */
static bool read_keys(sqlite3 *db, MessageView *view, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = key_sightings_prepare(db, error);
    if (rows == NULL) {
        return false;
    }
    for (guint i = 0; i < view->signatures->len; i++) {
        ViewSignature *signature = &g_array_index(view->signatures, ViewSignature, i);
        sqlite3_bind_int64(rows, 1, signature->key_id);
        if (!key_sightings_read(rows, signature->key_sightings, error) ||
            !key_span_read(db, signature->key_id, &signature->key_span, error)) {
            return false;
        }
    }
    return true;
}

MessageView *message_view_read(sqlite3 *db, int64_t id, GError **error)
{
    MessageView *view = message_view_new();
    uint8_t sha256[SHA256_BYTES];
    if (read_rows(db, SQL_MESSAGE, id, view, read_message, error) < 1 ||
        read_rows(db, SQL_ADDRESSES, id, view, read_address, error) < 0 ||
        read_rows(db, SQL_SIGNATURES, id, view, read_signature, error) < 0 ||
        !read_keys(db, view, error) ||
        read_rows(db, SQL_ARC_SETS, id, view, read_arc_set, error) < 0 ||
        read_rows(db, SQL_DOMAINKEYS, id, view, read_domainkeys, error) < 0 ||
        read_rows(db, SQL_CLAIMS, id, view, read_claim, error) < 0 ||
        read_rows(db, SQL_ATTACHMENTS, id, view, read_attachment, error) < 0 ||
        read_rows(db, SQL_PLACES, id, view, read_place, error) < 0 ||
        read_rows(db, SQL_PROBLEMS, id, view, read_problem, error) < 0 ||
        !raw_bytes_hash(db, id, sha256, error) ||
        !notes_read(db, sha256, &view->notes, error)) {
        message_view_free(view);
        return NULL;
    }
    return view;
}

void message_view_free(MessageView *view)
{
    if (view == NULL) {
        return;
    }
    g_free(view->date_source);
    g_free(view->msgid);
    g_free(view->in_reply_to);
    g_free(view->refs);
    g_free(view->dkim);
    g_free(view->level);
    g_free(view->caveats);
    g_free(view->sha256);
    g_free(view->subject);
    g_free(view->body);
    g_array_unref(view->addresses);
    g_array_unref(view->signatures);
    g_free(view->arc);
    g_free(view->arc_reason);
    g_array_unref(view->arc_sets);
    g_array_unref(view->domainkeys);
    g_array_unref(view->claims);
    g_array_unref(view->attachments);
    g_array_unref(view->places);
    g_ptr_array_unref(view->problems);
    message_notes_clear(&view->notes);
    g_free(view);
}
