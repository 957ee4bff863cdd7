/* SPDX-License-Identifier: MIT */
#include "query/notes.h"

#include "query/notes_file.h"
#include "query/search_output.h"
#include "schema/archive.h"
#include "schema/record.h"
#include "schema/terminal_text.h"

typedef enum {
    SQL_TAGS,
    SQL_NOTES,
    SQL_ADD_TAG,
    SQL_REMOVE_TAG,
    SQL_ADD_NOTE,
    SQL_REMOVE_NOTE
} Sql;

static const char *const sql[] = {
    [SQL_TAGS] = "SELECT tag FROM notes.tag WHERE sha256 = ?1 ORDER BY tag",
    [SQL_NOTES] =
        "SELECT id, text, added_at, added_by FROM notes.note WHERE sha256 = ?1 ORDER BY id",
    [SQL_ADD_TAG] = ("INSERT OR IGNORE INTO tag (sha256, tag, added_at, added_by) "
                     "VALUES (?1, ?2, ?3, ?4)"),
    [SQL_REMOVE_TAG] = "DELETE FROM tag WHERE sha256 = ?1 AND tag = ?2",
    [SQL_ADD_NOTE] =
        "INSERT INTO note (sha256, text, added_at, added_by) VALUES (?1, ?2, ?3, ?4)",
    [SQL_REMOVE_NOTE] = "DELETE FROM note WHERE sha256 = ?1 AND id = ?2",
};

static bool is_tag_character(gunichar character, bool is_first)
{
    return g_unichar_isalnum(character) || g_unichar_ismark(character) ||
           (!is_first && character < 0x80 && strchr("-_./:", (int)character) != NULL);
}

char *notes_normalize_tag(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    if (composed == NULL) {
        return NULL; /* no UTF-8 */
    }
    g_autofree char *lower = g_utf8_strdown(composed, -1);
    const glong length = g_utf8_strlen(lower, -1);
    if (length == 0 || length > NOTES_TAG_MAX) {
        return NULL;
    }
    for (const char *at = lower; *at != '\0'; at = g_utf8_next_char(at)) {
        if (!is_tag_character(g_utf8_get_char(at), at == lower)) {
            return NULL;
        }
    }
    return g_steal_pointer(&lower);
}

static void note_clear(gpointer data)
{
    Note *note = data;
    g_free(note->text);
    g_free(note->added_by);
}

void message_notes_clear(MessageNotes *notes)
{
    g_clear_pointer(&notes->tags, g_ptr_array_unref);
    g_clear_pointer(&notes->notes, g_array_unref);
}

static bool read_tags(sqlite3 *db, const uint8_t *sha256, GPtrArray *tags, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_TAGS], error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_blob(rows, 1, sha256, SHA256_BYTES, SQLITE_STATIC);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        g_ptr_array_add(tags, archive_column_dup(rows, 0));
    }
    return archive_end_rows(rows, code, error);
}

static bool read_notes(sqlite3 *db, const uint8_t *sha256, GArray *notes, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_NOTES], error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_blob(rows, 1, sha256, SHA256_BYTES, SQLITE_STATIC);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const Note note = {.id = sqlite3_column_int64(rows, 0),
                           .text = archive_column_dup(rows, 1),
                           .added_at = sqlite3_column_int64(rows, 2),
                           .added_by = archive_column_dup(rows, 3)};
        g_array_append_val(notes, note);
    }
    return archive_end_rows(rows, code, error);
}

bool notes_read(sqlite3 *db, const uint8_t *sha256, MessageNotes *ret_notes, GError **error)
{
    *ret_notes = (MessageNotes){.tags = g_ptr_array_new_with_free_func(g_free),
                                .notes = g_array_new(false, false, sizeof(Note))};
    g_array_set_clear_func(ret_notes->notes, note_clear);
    return !notes_file_is_attached(db) || (read_tags(db, sha256, ret_notes->tags, error) &&
                                           read_notes(db, sha256, ret_notes->notes, error));
}

void notes_write_text(const MessageNotes *notes, GString *out)
{
    for (guint i = 0; i < notes->tags->len; i++) {
        g_string_append(out, i == 0 ? "\nTags         " : " ");
        terminal_text_append(out, slice_of_string(g_ptr_array_index(notes->tags, i)),
                             TERMINAL_TEXT_PLAIN);
    }
    g_string_append(out, notes->tags->len > 0 ? "\n" : "");
    g_string_append(out, notes->notes->len > 0 ? "\nNotes\n" : "");
    for (guint i = 0; i < notes->notes->len; i++) {
        const Note *note = &g_array_index(notes->notes, Note, i);
        g_autofree char *date = search_date_text(true, note->added_at, "%Y-%m-%d %H:%M");
        g_string_append_printf(out, "  %" G_GINT64_FORMAT "  %s UTC  ", note->id, date);
        terminal_text_append(out, slice_of_string(note->added_by), TERMINAL_TEXT_PLAIN);
        g_string_append(out, ": ");
        terminal_text_append(out, slice_of_string(note->text), TERMINAL_TEXT_PLAIN);
        g_string_append_c(out, '\n');
    }
}

void notes_write_json(const MessageNotes *notes, JsonWriter *writer)
{
    json_writer_begin_array(writer, "tags");
    for (guint i = 0; i < notes->tags->len; i++) {
        json_writer_text(writer, NULL, g_ptr_array_index(notes->tags, i));
    }
    json_writer_end_array(writer);
    json_writer_begin_array(writer, "notes");
    for (guint i = 0; i < notes->notes->len; i++) {
        const Note *note = &g_array_index(notes->notes, Note, i);
        g_autofree char *date = search_date_text(true, note->added_at, "%Y-%m-%dT%H:%M:%SZ");
        json_writer_begin_object(writer, NULL);
        json_writer_integer(writer, "id", note->id);
        json_writer_text(writer, "text", note->text);
        json_writer_text(writer, "added_at", date);
        json_writer_text(writer, "added_by", note->added_by);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

/* Runs one change, whose first value is the message. `text` may be NULL. */
static bool change(sqlite3 *notes_db, Sql which, const uint8_t *sha256, const char *text,
                   int64_t id, bool *ret_changed, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = archive_prepare(notes_db, sql[which], error);
    if (statement == NULL) {
        return false;
    }
    sqlite3_bind_blob(statement, 1, sha256, SHA256_BYTES, SQLITE_STATIC);
    if (text == NULL) {
        sqlite3_bind_int64(statement, 2, id);
    } else {
        sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC);
    }
    if (which == SQL_ADD_TAG || which == SQL_ADD_NOTE) {
        sqlite3_bind_int64(statement, 3, g_get_real_time() / G_USEC_PER_SEC);
        sqlite3_bind_text(statement, 4, g_get_user_name(), -1, SQLITE_STATIC);
    }
    if (sqlite3_step(statement) != SQLITE_DONE) {
        archive_set_error(notes_db, error);
        return false;
    }
    if (ret_changed != NULL) {
        *ret_changed = sqlite3_changes(notes_db) > 0;
    }
    return true;
}

bool notes_add_tag(sqlite3 *notes_db, const uint8_t *sha256, const char *tag, bool *ret_changed,
                   GError **error)
{
    return change(notes_db, SQL_ADD_TAG, sha256, tag, 0, ret_changed, error);
}

bool notes_remove_tag(sqlite3 *notes_db, const uint8_t *sha256, const char *tag,
                      bool *ret_changed, GError **error)
{
    return change(notes_db, SQL_REMOVE_TAG, sha256, tag, 0, ret_changed, error);
}

bool notes_add_note(sqlite3 *notes_db, const uint8_t *sha256, const char *text, GError **error)
{
    return change(notes_db, SQL_ADD_NOTE, sha256, text, 0, NULL, error);
}

bool notes_remove_note(sqlite3 *notes_db, const uint8_t *sha256, int64_t id, bool *ret_changed,
                       GError **error)
{
    return change(notes_db, SQL_REMOVE_NOTE, sha256, NULL, id, ret_changed, error);
}
