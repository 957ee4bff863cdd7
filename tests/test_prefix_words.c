/* SPDX-License-Identifier: MIT */
#include "query/prefix_words.h"

#include "schema/archive.h"

static sqlite3 *open_rows(void)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    archive_exec(db,
                 "CREATE VIRTUAL TABLE message_fts USING fts5 (subject, body, "
                 "tokenize = 'unicode61 remove_diacritics 2');"
                 "INSERT INTO message_fts (subject, body) VALUES "
                 "('over', 'overall éclair eclipse'), ('ove', 'overt ovid overall 会議');"
                 "PRAGMA query_only = 1",
                 &error);
    g_assert_no_error(error);
    return db;
}

static char *words_of(sqlite3 *db, const char *prefix)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TextTokenizer) tokenizer = text_tokenizer_new(db, &error);
    g_assert_no_error(error);
    GString *words = prefix_words_expand(db, tokenizer, prefix);
    return words == NULL ? NULL : g_string_free(words, false);
}

static void test_words(void)
{
    static const struct {
        const char *prefix;
        const char *words;
    } cases[] = {
        {"over", "\"over\" OR \"overall\" OR \"overt\""},
        {"ove", "\"ove\" OR \"over\" OR \"overall\" OR \"overt\""},
        {"overt", "\"overt\""},
        {"ec", "\"eclair\" OR \"eclipse\""},
        {"会", "\"会議\""},
        {"overtu", NULL},
        {"zz", NULL},
    };
    g_autoptr(sqlite3) db = open_rows();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *words = words_of(db, cases[i].prefix);
        g_assert_cmpstr(words, ==, cases[i].words);
    }
}

static void test_stays_read_only(void)
{
    g_autoptr(sqlite3) db = open_rows();
    g_autofree char *words = words_of(db, "over");
    g_assert_nonnull(words);
    g_assert_false(archive_exec(db, "DELETE FROM message_fts", NULL));
}

/* As many words as are allowed, and one more. */
static void test_limit(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_rows();
    archive_exec(db,
                 "PRAGMA query_only = 0;"
                 "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) "
                 "INSERT INTO message_fts (body) SELECT 'many' || i FROM n",
                 &error);
    g_assert_no_error(error);
    g_autofree char *words = words_of(db, "many");
    g_assert_nonnull(words);
    archive_exec(db, "INSERT INTO message_fts (body) VALUES ('manyfold')", &error);
    g_assert_no_error(error);
    g_assert_null(words_of(db, "many"));
}

/* Only a hostile archive has such words. */
static void test_what_is_no_word_is_not_taken(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_rows();
    archive_exec(db,
                 "PRAGMA query_only = 0; DROP TABLE message_fts;"
                 "CREATE VIRTUAL TABLE message_fts USING fts5 (body, tokenize = "
                 "\"unicode61 tokenchars '\"\"'\");"
                 "INSERT INTO message_fts (body) VALUES ('over overt\"\"x')",
                 &error);
    g_assert_no_error(error);
    g_assert_null(words_of(db, "over"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prefix_words/words", test_words);
    g_test_add_func("/prefix_words/stays_read_only", test_stays_read_only);
    g_test_add_func("/prefix_words/limit", test_limit);
    g_test_add_func("/prefix_words/what_is_no_word_is_not_taken",
                    test_what_is_no_word_is_not_taken);
    return g_test_run();
}
