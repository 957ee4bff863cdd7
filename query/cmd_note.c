/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/notes.h"
#include "query/raw_bytes.h"
#include "schema/archive.h"
#include "schema/record.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"remove", 0, "N", "take the note with this number away"},
    {"json", 0, NULL, "the notes and tags of the message as one JSON object"},
    {NULL, 0, NULL, NULL},
};

static char *join_text(const GPtrArray *words)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 1; i < words->len; i++) {
        g_string_append_printf(text, "%s%s", i > 1 ? " " : "",
                               (const char *)g_ptr_array_index(words, i));
    }
    return g_strstrip(g_string_free(g_steal_pointer(&text), false));
}

static CommandExit add(const OptionSet *options, const uint8_t *sha256)
{
    g_autofree char *text = join_text(options->words);
    const size_t length = strlen(text);
    if (length == 0 || length > NOTES_TEXT_MAX || !g_utf8_validate(text, -1, NULL)) {
        command_complain("a note is 1 to %zu bytes of UTF-8", NOTES_TEXT_MAX);
        return EXIT_BAD_QUERY;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) notes = command_open_notes(options);
    if (notes == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    return notes_add_note(notes, sha256, text, &error) ? EXIT_HITS : command_fail(error, NULL);
}

static CommandExit take_away(const OptionSet *options, const uint8_t *sha256, int64_t number)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) notes = command_open_notes(options);
    if (notes == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    bool has_changed = false;
    if (!notes_remove_note(notes, sha256, number, &has_changed, &error)) {
        return command_fail(error, NULL);
    }
    if (!has_changed) {
        command_complain("this message has no note %" G_GINT64_FORMAT, number);
        return EXIT_NO_HITS;
    }
    return EXIT_HITS;
}

static CommandExit list(sqlite3 *db, const uint8_t *sha256, bool as_json)
{
    g_auto(MessageNotes) notes = {0};
    g_autoptr(GError) error = NULL;
    if (!notes_read(db, sha256, &notes, &error)) {
        return command_fail(error, NULL);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (as_json) {
        JsonWriter writer = json_writer_on(out);
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "schema", 1);
        notes_write_json(&notes, &writer);
        json_writer_end_object(&writer);
        g_string_append_c(out, '\n');
    } else {
        notes_write_text(&notes, out);
        if (out->len > 0) {
            g_string_erase(out, 0, 1); /* the blank line that show has before it */
        }
    }
    command_print(out);
    if (notes.tags->len + notes.notes->len == 0) {
        command_complain("this message has no tags and no notes");
        return EXIT_NO_HITS;
    }
    return EXIT_HITS;
}

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    int64_t number = 0;
    uint8_t sha256[SHA256_BYTES];
    g_autoptr(GError) error = NULL;
    if (!command_id(options, &id)) {
        command_complain("note needs an id, a number as search lists it, and a text");
        return EXIT_BAD_QUERY;
    }
    if (!command_number(options, "remove", 0, &number)) {
        return EXIT_BAD_QUERY;
    }
    if (number > 0 && options->words->len > 1) {
        command_complain("--remove takes a note away; a text does not go with it");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    if (!raw_bytes_hash(db, id, sha256, &error)) {
        CommandExit code = command_fail(error, NULL);
        return error->domain == RAW_BYTES_ERROR ? EXIT_NO_HITS : code;
    }
    if (number > 0) {
        return take_away(options, sha256, number);
    }
    return options->words->len > 1 ? add(options, sha256)
                                   : list(db, sha256, option_given(options, "json"));
}

const Command command_note = {
    .name = "note",
    .arguments = "ID [TEXT...]",
    .summary = "adds a note to a message, or lists its notes",
    .details =
        "Notes lie with the tags in a file beside the archive, with who wrote them, when.\n"
        "note:WORD finds them, has:note every message that has one.\n",
    .options = options_table,
    .run = run,
};
