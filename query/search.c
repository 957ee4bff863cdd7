/* SPDX-License-Identifier: MIT */
#include "query/search.h"

#include "query/notes_file.h"
#include "schema/archive.h"
#include "schema/record.h"

typedef enum { SQL_HIT, SQL_SENDER, SQL_THREAD_SIZE, SQL_NOTES } Sql;

static const char *const sql[] = {
    [SQL_HIT] = "SELECT m.date, m.date_source, m.dkim, m.level, m.caveats, m.msgid, m.size, "
                "m.attachments, m.sha256, t.subject, t.body, t.attachment_text, m.thread_id "
                "FROM message m JOIN message_text t ON t.id = m.id WHERE m.id = ?",
    [SQL_SENDER] = "SELECT a.name, a.address FROM message_address ma "
                   "JOIN address a ON a.id = ma.address_id "
                   "WHERE ma.message_id = ? AND ma.role = 'from' ORDER BY ma.position LIMIT 1",
    [SQL_THREAD_SIZE] = "SELECT count(*) FROM message WHERE thread_id = ?",
    [SQL_NOTES] = ("SELECT (SELECT group_concat(tag, ' ') FROM (SELECT tag FROM notes.tag "
                   "WHERE sha256 = ?1 ORDER BY tag)), "
                   "(SELECT count(*) FROM notes.note WHERE sha256 = ?1)"),
};

struct Search {
    sqlite3 *db;
    const CompiledQuery *query;
    sqlite3_stmt *ids;
    sqlite3_stmt *hit;
    sqlite3_stmt *sender;
    sqlite3_stmt *thread_size;
    sqlite3_stmt *notes; /* NULL without a file of notes */
    Snippet snippet;
};

Search *search_new(sqlite3 *db, const CompiledQuery *query, GError **error)
{
    g_autoptr(Search) search = g_new0(Search, 1);
    search->db = db;
    search->query = query;
    snippet_init(&search->snippet);
    search->ids = sql_builder_prepare(query->statement, db, error);
    if (search->ids == NULL) {
        return NULL;
    }
    search->hit = archive_prepare(db, sql[SQL_HIT], error);
    if (search->hit == NULL) {
        return NULL;
    }
    search->sender = archive_prepare(db, sql[SQL_SENDER], error);
    search->thread_size =
        search->sender == NULL ? NULL : archive_prepare(db, sql[SQL_THREAD_SIZE], error);
    if (search->thread_size == NULL) {
        return NULL;
    }
    if (notes_file_is_attached(db)) {
        search->notes = archive_prepare(db, sql[SQL_NOTES], error);
        if (search->notes == NULL) {
            return NULL;
        }
    }
    return g_steal_pointer(&search);
}

void search_free(Search *search)
{
    if (search == NULL) {
        return;
    }
    sqlite3_finalize(search->ids);
    sqlite3_finalize(search->hit);
    sqlite3_finalize(search->sender);
    sqlite3_finalize(search->thread_size);
    sqlite3_finalize(search->notes);
    snippet_clear(&search->snippet);
    g_free(search);
}

static Slice column_slice(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return slice_of(text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, column));
}

/* Steps `statement` for the message. Returns: SQLITE_ROW, SQLITE_DONE, or -1 with `error`. */
static int step_for(Search *search, sqlite3_stmt *statement, int64_t id, GError **error)
{
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, id);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        archive_set_error(search->db, error);
        return -1;
    }
    return code;
}

/* The body's hit; failing that, an attached text's; failing that, the body's beginning. */
static void make_snippet(Search *search, Slice body, Slice attachment_text)
{
    snippet_make(search->query->shown, body, &search->snippet);
    if (search->snippet.is_hit || attachment_text.len == 0) {
        return;
    }
    g_auto(Snippet) other = {0};
    snippet_init(&other);
    snippet_make(search->query->shown, attachment_text, &other);
    if (other.is_hit) {
        Snippet swapped = search->snippet;
        search->snippet = other;
        other = swapped;
    }
}

static void read_hit(Search *search, SearchHit *hit)
{
    sqlite3_stmt *row = search->hit;
    hit->has_date = sqlite3_column_type(row, 0) != SQLITE_NULL;
    hit->date = sqlite3_column_int64(row, 0);
    hit->date_source = archive_column_text(row, 1);
    hit->dkim = archive_column_text(row, 2);
    hit->level = archive_column_text(row, 3);
    hit->caveats = archive_column_text(row, 4);
    hit->msgid = column_slice(row, 5);
    hit->size = sqlite3_column_int64(row, 6);
    hit->attachments = sqlite3_column_int64(row, 7);
    static const uint8_t no_hash[SHA256_BYTES] = {0};
    const uint8_t *sha256 = sqlite3_column_blob(row, 8);
    hit->sha256 =
        sha256 != NULL && sqlite3_column_bytes(row, 8) == SHA256_BYTES ? sha256 : no_hash;
    hit->subject = column_slice(row, 9);
    make_snippet(search, column_slice(row, 10), column_slice(row, 11));
    hit->snippet = &search->snippet;
    hit->thread_id = sqlite3_column_int64(row, 12);
}

/* Reads the tags of the hit, and how many notes it has. Returns: false with `error`. */
static bool read_notes(Search *search, SearchHit *hit, GError **error)
{
    hit->tags = "";
    if (search->notes == NULL) {
        return true;
    }
    sqlite3_reset(search->notes);
    sqlite3_bind_blob(search->notes, 1, hit->sha256, SHA256_BYTES, SQLITE_STATIC);
    if (sqlite3_step(search->notes) != SQLITE_ROW) {
        archive_set_error(search->db, error);
        return false;
    }
    hit->tags = archive_column_text(search->notes, 0);
    hit->notes = sqlite3_column_int64(search->notes, 1);
    return true;
}

bool search_next(Search *search, SearchHit *ret_hit, GError **error)
{
    int code = sqlite3_step(search->ids);
    if (code == SQLITE_DONE) {
        return false;
    }
    if (code != SQLITE_ROW) {
        archive_set_error(search->db, error);
        return false;
    }
    SearchHit hit = {
        .id = sqlite3_column_int64(search->ids, 0),
        .sort = search->query->sort,
        .thread_hits = search->query->by_thread ? sqlite3_column_int64(search->ids, 1) : 1,
        .n_judged = search->query->is_ranked ? sqlite3_column_int64(search->ids, 1) : 0,
    };
    code = step_for(search, search->hit, hit.id, error);
    if (code != SQLITE_ROW) {
        if (code == SQLITE_DONE) {
            g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_NOT_ARCHIVE,
                        "%s: the index names message %" G_GINT64_FORMAT ", which is not there",
                        sqlite3_db_filename(search->db, "main"), hit.id);
        }
        return false;
    }
    read_hit(search, &hit);
    if (!read_notes(search, &hit, error)) {
        return false;
    }
    code = step_for(search, search->sender, hit.id, error);
    if (code < 0) {
        return false;
    }
    if (code == SQLITE_ROW) {
        hit.sender_name = column_slice(search->sender, 0);
        hit.sender_address = column_slice(search->sender, 1);
    }
    if (search->query->by_thread) {
        if (step_for(search, search->thread_size, hit.thread_id, error) < 0) {
            return false;
        }
        hit.thread_messages = sqlite3_column_int64(search->thread_size, 0);
    }
    *ret_hit = hit;
    return true;
}

bool search_count(sqlite3 *db, const CompiledQuery *query, int64_t *ret_count, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = sql_builder_prepare(query->statement, db, error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        archive_set_error(db, error);
        return false;
    }
    *ret_count = sqlite3_column_int64(statement, 0);
    return true;
}
