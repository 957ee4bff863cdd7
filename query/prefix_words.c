/* SPDX-License-Identifier: MIT */
#include "query/prefix_words.h"

#include "schema/archive.h"

typedef enum { SQL_QUERY_ONLY, SQL_MAKE, SQL_WORDS } Sql;

static const char *const sql[] = {
    [SQL_QUERY_ONLY] = "PRAGMA query_only",
    [SQL_MAKE] = "PRAGMA query_only = 0; CREATE VIRTUAL TABLE IF NOT EXISTS temp.message_word "
                 "USING fts5vocab ('main', 'message_fts', 'row')",
    /* No character comes after the last one of Unicode. */
    [SQL_WORDS] = "SELECT term FROM temp.message_word "
                  "WHERE term >= ?1 AND term < ?1 || char(0x10FFFF) LIMIT ?2",
};

static bool is_query_only(sqlite3 *db)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql[SQL_QUERY_ONLY], NULL);
    return row != NULL && sqlite3_step(row) == SQLITE_ROW && sqlite3_column_int(row, 0) != 0;
}

/* The list of words lies beside the archive, in memory; query_only forbids that, too. */
static bool make_word_list(sqlite3 *db)
{
    const bool was_query_only = is_query_only(db);
    const bool is_made = archive_exec(db, sql[SQL_MAKE], NULL);
    return (!was_query_only || archive_exec(db, "PRAGMA query_only = 1", NULL)) && is_made;
}

/* Whether FTS5 reads the quoted word as this word. */
static bool is_plain(const TextTokenizer *tokenizer, const char *word)
{
    bool is_prefix = false;
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(tokenizer, slice_of_string(word), &is_prefix);
    return tokens->len == 1 && !is_prefix && g_str_equal(g_ptr_array_index(tokens, 0), word);
}

static bool append_words(sqlite3_stmt *rows, const TextTokenizer *tokenizer, GString *out)
{
    unsigned n_words = 0;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *word = archive_column_text(rows, 0);
        if (++n_words > PREFIX_WORDS_MAX || !is_plain(tokenizer, word)) {
            return false;
        }
        g_string_append_printf(out, "%s\"%s\"", n_words > 1 ? " OR " : "", word);
    }
    return code == SQLITE_DONE && n_words > 0;
}

GString *prefix_words_expand(sqlite3 *db, const TextTokenizer *tokenizer, const char *prefix)
{
    g_autoptr(sqlite3_stmt) rows =
        make_word_list(db) ? archive_prepare(db, sql[SQL_WORDS], NULL) : NULL;
    if (rows == NULL) {
        return NULL;
    }
    sqlite3_bind_text(rows, 1, prefix, -1, SQLITE_STATIC);
    sqlite3_bind_int(rows, 2, PREFIX_WORDS_MAX + 1);
    g_autoptr(GString) out = g_string_new(NULL);
    return append_words(rows, tokenizer, out) ? g_steal_pointer(&out) : NULL;
}
