/* SPDX-License-Identifier: MIT */
#include "tests/token_list.h"

#include "schema/pairs.h"

/* A full-text table that reports each token with its place: fts5vocab of type instance. */
sqlite3 *token_list_open(void)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_assert_true(archive_exec(db,
                               "CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'unicode61 "
                               "remove_diacritics 2');"
                               "CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance')",
                               NULL));
    return db;
}

char *token_list_of_builtin(sqlite3 *db, Slice text)
{
    g_autoptr(GString) cut = g_string_new(NULL);
    pairs_append(cut, text);
    sqlite3_stmt *add = archive_prepare(db, "INSERT INTO t (rowid, x) VALUES (1, ?1)", NULL);
    sqlite3_bind_text64(add, 1, cut->str, cut->len, SQLITE_STATIC, SQLITE_UTF8);
    g_assert_cmpint(sqlite3_step(add), ==, SQLITE_DONE);
    sqlite3_finalize(add);
    GString *tokens = g_string_new(NULL);
    sqlite3_stmt *list =
        archive_prepare(db, "SELECT hex(term), offset FROM v ORDER BY offset, term", NULL);
    while (sqlite3_step(list) == SQLITE_ROW) {
        g_string_append_printf(tokens, "%s@%d ", (const char *)sqlite3_column_text(list, 0),
                               sqlite3_column_int(list, 1));
    }
    sqlite3_finalize(list);
    g_assert_true(archive_exec(db, "DELETE FROM t", NULL));
    return g_string_free(tokens, false);
}

typedef struct {
    GString *text;
    int position;
} List;

static void append_token(void *data, Slice token)
{
    List *list = data;
    for (size_t i = 0; i < token.len; i++) {
        g_string_append_printf(list->text, "%02X", (uint8_t)token.ptr[i]);
    }
    g_string_append_printf(list->text, "@%d ", list->position++);
}

char *token_list_of_ours(Tokenizer *tokenizer, Slice text)
{
    List list = {g_string_new(NULL), 0};
    g_assert_true(tokenizer_run(tokenizer, text, append_token, &list));
    return g_string_free(list.text, false);
}
