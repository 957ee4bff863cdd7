/* SPDX-License-Identifier: MIT */
#include "schema/archive.h"
#include "schema/fold.h"

static const struct {
    const char *text;
    const char *folded;
} cases[] = {
    {"", ""},
    {"plain ascii text", "plain ascii text"},
    {"\xC5\x93uvre", "oeuvre"},
    {"L\xE2\x80\x99\xC5\x92UVRE", "L\xE2\x80\x99OEUVRE"},
    {"Stra\xC3\x9F"
     "e",
     "Strasse"},
    {"\xC3\x86on et \xC3\xA9t\xC3\xA9", "AEon et \xC3\xA9t\xC3\xA9"},
    {"e\xEF\xAC\x83"
     "cace",
     "efficace"},
    {"\xE4\xB8\xAD\xE6\x96\x87", "\xE4\xB8\xAD\xE6\x96\x87"},
    {"cut \xC5", "cut \xC5"},
    {"\xC5\x93", "oe"},
    {"l\xCA\xBC\xC3\xA9lu", "l \xC3\xA9lu"},
};

static void test_letters_are_folded(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].text);
        char *exact = g_memdup2(cases[i].text, MAX(length, 1));
        Slice text = slice_of(exact, length);
        g_autoptr(GString) out = g_string_new(NULL);
        fold_append(out, text);
        g_assert_cmpstr(out->str, ==, cases[i].folded);
        g_assert_cmpint(fold_needed(text), ==, strcmp(cases[i].text, cases[i].folded) != 0);
        g_free(exact);
    }
}

/* The view in the archive must fold as the program does, or FTS5's integrity check fails. */
static void test_sql_folds_the_same(void)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_autofree char *expression = fold_sql("?1");
    g_autofree char *sql = g_strdup_printf("SELECT %s", expression);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (!g_utf8_validate(cases[i].text, -1, NULL)) {
            continue;
        }
        sqlite3_stmt *statement = archive_prepare(db, sql, NULL);
        sqlite3_bind_text(statement, 1, cases[i].text, -1, SQLITE_STATIC);
        g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
        g_assert_cmpstr((const char *)sqlite3_column_text(statement, 0), ==, cases[i].folded);
        sqlite3_finalize(statement);
    }
    sqlite3_close(db);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fold/letters_that_unicode61_keeps_are_folded", test_letters_are_folded);
    g_test_add_func("/fold/sql_folds_the_same", test_sql_folds_the_same);
    return g_test_run();
}
