/* notes.h - tags and notes of messages: what they may be, reading and changing them.
 *
 * Does not know where they lie: that is notes_file.
 *
 * Memory: see each function. Errors: ARCHIVE_ERROR. Limits: NOTES_TAG_MAX, NOTES_TEXT_MAX.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/json_writer.h"

/* Characters of a tag: it is one word of a query and of a table. */
#define NOTES_TAG_MAX 64

/* Bytes of a note: some pages. */
#define NOTES_TEXT_MAX ((size_t)64 << 10)

typedef struct {
    int64_t id;
    char *text;
    int64_t added_at; /* Unix time */
    char *added_by;
} Note;

/* Of one message. */
typedef struct {
    GPtrArray *tags; /* char *, in order */
    GArray *notes;   /* Note, oldest first */
} MessageNotes;

/* The form in which a tag is kept: lower case, composed; letters, digits and - _ . / : behind a
 * first letter or digit. Returns: (transfer full) NULL when it is no tag. */
char *notes_normalize_tag(const char *text);

/* Reads what `db`, to which the file is attached or not, has of a message.
 * Returns: false with `error`; empty then. */
bool notes_read(sqlite3 *db, const uint8_t *sha256, MessageNotes *ret_notes, GError **error);
void message_notes_clear(MessageNotes *notes);

/* The lines of show: nothing without tags and notes. */
void notes_write_text(const MessageNotes *notes, GString *out);

/* The members "tags" and "notes". */
void notes_write_json(const MessageNotes *notes, JsonWriter *writer);

/* Changes of the file itself, by the person who runs this program. `ret_changed` says whether
 * the message has the tag since, or no longer has it. Returns: false with `error`. */
bool notes_add_tag(sqlite3 *notes_db, const uint8_t *sha256, const char *tag, bool *ret_changed,
                   GError **error);
bool notes_remove_tag(sqlite3 *notes_db, const uint8_t *sha256, const char *tag,
                      bool *ret_changed, GError **error);
bool notes_add_note(sqlite3 *notes_db, const uint8_t *sha256, const char *text, GError **error);
bool notes_remove_note(sqlite3 *notes_db, const uint8_t *sha256, int64_t id, bool *ret_changed,
                       GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MessageNotes, message_notes_clear)
