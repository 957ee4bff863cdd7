/* SPDX-License-Identifier: MIT */
#include "query/command_query.h"

#include "query/notes.h"
#include "query/notes_file.h"
#include "query/raw_bytes.h"
#include "schema/archive.h"
#include "schema/record.h"
#include "schema/terminal_text.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"json", 0, NULL, "one JSON object; of the list one a tag"},
    {"tz", 0, "ZONE", "dates of the query are in this time zone (UTC)"},
    {"timeout", 0, "SECONDS", "give up after this long (30; 0 is never)"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "What stands last with a + or - is added or taken away; a - before it belongs to\n"
    "the query, so write NOT there. Without arguments, lists the tags. A lone number\n"
    "is an id. Tags are letters, digits and - _ . / : and lie in the file of notes,\n"
    "not in the archive.\n"
    "Examples: tag 1498226400 +read -todo\n"
    "          tag from:@bank.example date:2016 +follow-up\n";

static const char sql_list[] =
    "SELECT tag, count(*) FROM notes.tag GROUP BY tag ORDER BY count(*) DESC, tag";

typedef struct {
    bool adds;
    char *tag;
    int64_t n_changed;
} TagChange;

static void tag_change_clear(gpointer data)
{
    g_free(((TagChange *)data)->tag);
}

static GArray *tag_changes_new(void)
{
    GArray *changes = g_array_new(false, false, sizeof(TagChange));
    g_array_set_clear_func(changes, tag_change_clear);
    return changes;
}

static bool is_change(const char *word)
{
    return (word[0] == '+' || word[0] == '-') && word[1] != '\0';
}

/* Takes the changes off the end of the words. Returns: false after it has complained. */
static bool take_changes(GPtrArray *words, GArray *changes)
{
    guint first = words->len;
    while (first > 0 && is_change(g_ptr_array_index(words, first - 1))) {
        first--;
    }
    for (guint i = first; i < words->len; i++) {
        const char *word = g_ptr_array_index(words, i);
        TagChange change = {.adds = word[0] == '+', .tag = notes_normalize_tag(word + 1)};
        if (change.tag == NULL) {
            command_complain("\"%s\" is no tag: 1 to %d letters, digits and - _ . / :",
                             word + 1, NOTES_TAG_MAX);
            return false;
        }
        g_array_append_val(changes, change);
    }
    g_ptr_array_set_size(words, (gint)first);
    return true;
}

static bool change_message(sqlite3 *notes, const uint8_t *sha256, GArray *changes,
                           GError **error)
{
    for (guint i = 0; i < changes->len; i++) {
        TagChange *change = &g_array_index(changes, TagChange, i);
        bool has_changed = false;
        if (change->adds ? !notes_add_tag(notes, sha256, change->tag, &has_changed, error)
                         : !notes_remove_tag(notes, sha256, change->tag, &has_changed, error)) {
            return false;
        }
        change->n_changed += has_changed;
    }
    return true;
}

/* All or nothing. */
static bool change_all(sqlite3 *db, sqlite3 *notes, const GArray *ids, GArray *changes,
                       GError **error)
{
    g_autoptr(RawBytesReader) reader = raw_bytes_reader_new(db, error);
    if (reader == NULL || !archive_exec(notes, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    for (guint i = 0; i < ids->len; i++) {
        uint8_t sha256[SHA256_BYTES];
        if (!raw_bytes_reader_hash(reader, g_array_index(ids, int64_t, i), sha256, error) ||
            !change_message(notes, sha256, changes, error)) {
            return false;
        }
    }
    return archive_exec(notes, "COMMIT", error);
}

static void report(const GArray *ids, const GArray *changes, bool as_json)
{
    g_autoptr(GString) out = g_string_new(NULL);
    JsonWriter writer = json_writer_on(out);
    if (as_json) {
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "schema", 1);
        json_writer_integer(&writer, "messages", ids->len);
        json_writer_begin_array(&writer, "changes");
    }
    for (guint i = 0; i < changes->len; i++) {
        const TagChange *change = &g_array_index(changes, TagChange, i);
        if (as_json) {
            json_writer_begin_object(&writer, NULL);
            json_writer_text(&writer, "tag", change->tag);
            json_writer_boolean(&writer, "added", change->adds);
            json_writer_integer(&writer, "changed", change->n_changed);
            json_writer_end_object(&writer);
        } else {
            g_string_append_printf(out, "%c%s: %" G_GINT64_FORMAT " of %u messages changed\n",
                                   change->adds ? '+' : '-', change->tag, change->n_changed,
                                   ids->len);
        }
    }
    if (as_json) {
        json_writer_end_array(&writer);
        json_writer_end_object(&writer);
        g_string_append_c(out, '\n');
    }
    command_print(out);
}

static CommandExit change_tags(sqlite3 *db, const OptionSet *options, GArray *changes)
{
    CommandExit code = EXIT_HITS;
    g_auto(CommandQuery) query = {0};
    if (!command_query_read(options, &query)) {
        return EXIT_BAD_QUERY;
    }
    g_autoptr(GArray) ids = command_query_ids(db, &query, options, &code);
    if (ids == NULL) {
        return code;
    }
    if (ids->len == 0) {
        command_complain("nothing found, nothing tagged");
        return EXIT_NO_HITS;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) notes = command_open_notes(options);
    if (notes == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    if (!change_all(db, notes, ids, changes, &error)) {
        return command_fail(error, NULL);
    }
    report(ids, changes, option_given(options, "json"));
    return EXIT_HITS;
}

static void append_listed(GString *out, sqlite3_stmt *row, bool as_json)
{
    const char *tag = archive_column_text(row, 0);
    if (as_json) {
        JsonWriter writer = json_writer_on(out);
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "schema", 1);
        json_writer_text(&writer, "tag", tag);
        json_writer_integer(&writer, "messages", sqlite3_column_int64(row, 1));
        json_writer_end_object(&writer);
    } else {
        g_string_append_printf(out, "%8" G_GINT64_FORMAT "  ",
                               (gint64)sqlite3_column_int64(row, 1));
        terminal_text_append(out, slice_of_string(tag), TERMINAL_TEXT_PLAIN);
    }
    g_string_append_c(out, '\n');
}

static CommandExit list_tags(sqlite3 *db, bool as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    if (notes_file_is_attached(db)) {
        g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql_list, &error);
        int code = SQLITE_OK;
        while (rows != NULL && (code = sqlite3_step(rows)) == SQLITE_ROW) {
            append_listed(out, rows, as_json);
        }
        if (rows == NULL || !archive_end_rows(rows, code, &error)) {
            return command_fail(error, NULL);
        }
    }
    if (out->len == 0) {
        command_complain("nothing is tagged");
        return EXIT_NO_HITS;
    }
    command_print(out);
    return EXIT_HITS;
}

/* A lone number is an id, as show takes it. Returns: (transfer full) the query for it, or NULL.
 */
static char *id_query(const GPtrArray *words)
{
    const char *word = words->len == 1 ? g_ptr_array_index(words, 0) : "";
    return *word != '\0' && word[strspn(word, "0123456789")] == '\0'
               ? g_strconcat("id:", word, NULL)
               : NULL;
}

static CommandExit run(const OptionSet *options)
{
    g_autoptr(GArray) changes = tag_changes_new();
    if (!take_changes(options->words, changes)) {
        return EXIT_BAD_QUERY;
    }
    const bool has_query = options->words->len > 0 || options->fields->len > 0;
    if (has_query != (changes->len > 0)) {
        command_complain(has_query ? "which tags? (+read adds one, -todo takes one away)"
                                   : "which messages? (an id or a query before the tags)");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    if (!has_query) {
        return list_tags(db, option_given(options, "json"));
    }
    g_autofree char *query = id_query(options->words);
    if (query != NULL) {
        g_ptr_array_index(options->words, 0) = query;
    }
    return change_tags(db, options, changes);
}

const Command command_tag = {
    .name = "tag",
    .arguments = "ID|QUERY... +TAG -TAG",
    .summary = "marks messages with words of your own",
    .details = details,
    .options = options_table,
    .takes_fields = true,
    .run = run,
};
