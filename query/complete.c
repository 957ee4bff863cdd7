/* SPDX-License-Identifier: MIT */
#include "query/complete.h"

#include "query/notes_file.h"
#include "query/query_address.h"
#include "query/query_field_notes.h"
#include "query/query_flag.h"
#include "schema/archive.h"

typedef enum { SQL_ADDRESSES, SQL_TAGS } Sql;

/* A prefix is a range of the index: from it up to what sorts behind all that begin so. */
static const char *const sql[] = {
    [SQL_ADDRESSES] = "SELECT DISTINCT address FROM address WHERE address >= ?1 "
                      "AND address < ?1 || char(1114111) AND address <> '' "
                      "ORDER BY address LIMIT ?2",
    [SQL_TAGS] = "SELECT DISTINCT tag FROM notes.tag WHERE tag >= ?1 "
                 "AND tag < ?1 || char(1114111) ORDER BY tag LIMIT ?2",
};

typedef struct {
    const char *prefix; /* what was typed of the word */
    GString *out;
} Candidates;

static void offer(Candidates *candidates, const char *before, const char *word,
                  const char *behind)
{
    g_autofree char *whole = g_strconcat(before, word, behind, NULL);
    if (g_str_has_prefix(whole, candidates->prefix)) {
        g_string_append_printf(candidates->out, "%s\n", whole);
    }
}

/* Text from mail that a shell takes as one plain word. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && strchr("-_.+@/:", *at) == NULL) {
            return false;
        }
    }
    return *text != '\0';
}

/* The archive that the command line names so far. */
static sqlite3 *open_archive(int n_words, char **words)
{
    const char *path = NULL;
    const char *notes = NULL;
    for (int i = 0; i + 2 < n_words; i++) {
        if (g_str_equal(words[i], "-d") || g_str_equal(words[i], "--database")) {
            path = words[i + 1];
        } else if (g_str_equal(words[i], "--notes")) {
            notes = words[i + 1];
        }
    }
    path = archive_default_path(path);
    sqlite3 *db = archive_open_readonly(path, NULL);
    g_autofree char *notes_path = notes_file_path(notes, path);
    if (db != NULL) {
        (void)notes_file_attach(db, notes_path, NULL);
    }
    return db;
}

static void offer_rows(Candidates *candidates, const char *field, Sql which, sqlite3 *db)
{
    g_autoptr(sqlite3_stmt) rows = db == NULL ? NULL : archive_prepare(db, sql[which], NULL);
    if (rows == NULL) {
        return;
    }
    g_autofree char *lower = g_utf8_strdown(candidates->prefix + strlen(field), -1);
    sqlite3_bind_text(rows, 1, lower, -1, SQLITE_STATIC);
    sqlite3_bind_int(rows, 2, COMPLETE_ADDRESSES_MAX);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        const char *word = archive_column_text(rows, 0);
        if (is_plain(word)) {
            offer(candidates, field, word, "");
        }
    }
}

/* The value behind "field:" or "-field:". */
static void offer_values(Candidates *candidates, const QueryField *field, const char *before,
                         int n_words, char **words)
{
    for (size_t i = 0; i < QUERY_FIELD_MAX_WORDS && field->words[i] != NULL; i++) {
        offer(candidates, before, field->words[i], "");
    }
    const bool is_address = field->compile == query_field_compile_address;
    if (is_address || field->compile == query_field_compile_tag) {
        g_autoptr(sqlite3) db = open_archive(n_words, words);
        offer_rows(candidates, before, is_address ? SQL_ADDRESSES : SQL_TAGS, db);
    }
}

static void offer_fields(Candidates *candidates, int n_words, char **words)
{
    const char *word = candidates->prefix;
    const char *colon = strchr(word, ':');
    const char *name = word + strspn(word, "-(");
    if (colon != NULL && colon > name) {
        const QueryField *field = query_field_find(slice_of(name, (size_t)(colon - name)));
        g_autofree char *before = g_strndup(word, (gsize)(colon + 1 - word));
        if (field != NULL) {
            offer_values(candidates, field, before, n_words, words);
        }
        return;
    }
    size_t n_fields = 0;
    const QueryField *fields = query_field_table(&n_fields);
    g_autofree char *signs = g_strndup(word, (gsize)(name - word));
    for (size_t i = 0; i < n_fields; i++) {
        offer(candidates, signs, fields[i].name, ":");
    }
}

/* The value of a flag that is a field: --from al. Returns: false when `flag` is none. */
static bool offer_flag_value(Candidates *candidates, const Command *command, const char *flag,
                             int n_words, char **words)
{
    const QueryField *field = command->takes_fields && g_str_has_prefix(flag, "--")
                                  ? query_field_find(slice_of_string(flag + 2))
                                  : NULL;
    if (field != NULL) {
        offer_values(candidates, field, "", n_words, words);
    }
    return field != NULL;
}

static const Command *find_command(const Command *const *commands, size_t n_commands,
                                   int n_words, char **words)
{
    for (int i = 0; i + 1 < n_words; i++) {
        if (option_table_takes_value(commands[0]->options, words[i])) {
            i++;
            continue;
        }
        for (size_t n = 0; n < n_commands; n++) {
            if (g_str_equal(commands[n]->name, words[i])) {
                return commands[n];
            }
        }
    }
    return NULL;
}

void complete_line(const Command *const *commands, size_t n_commands, int n_words, char **words,
                   GString *out)
{
    if (n_words == 0) {
        return;
    }
    Candidates candidates = {.prefix = words[n_words - 1], .out = out};
    const Command *command = find_command(commands, n_commands, n_words, words);
    const char *before = n_words > 1 ? words[n_words - 2] : "";
    const Option *options = (command == NULL ? commands[0] : command)->options;
    if (option_table_takes_value(options, before)) {
        return; /* a file, a number: the shell's own completion */
    }
    if (command == NULL) {
        for (size_t i = 0; i < n_commands; i++) {
            offer(&candidates, "", commands[i]->name, "");
        }
    } else if (!offer_flag_value(&candidates, command, before, n_words, words)) {
        if (g_str_has_prefix(candidates.prefix, "--")) {
            option_table_offer(command->options, candidates.prefix, out);
            if (command->takes_fields) {
                query_flag_offer(candidates.prefix, out);
            }
        } else if (command->takes_fields) {
            offer_fields(&candidates, n_words, words);
        }
    }
}
