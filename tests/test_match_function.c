/* SPDX-License-Identifier: MIT */
#include "query/match_function.h"

#include "schema/archive.h"

/* More rows than are looked up one by one. */
#define N_ROWS 500

#define MAKE_ROWS                                                                              \
    "CREATE VIRTUAL TABLE message_fts USING fts5 (body);"                                      \
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "          \
    "INSERT INTO message_fts (rowid, body) SELECT i * 7, 'all' || iif(i % 2, ' odd', ' "       \
    "even') "                                                                                  \
    "|| iif(i % 3, '', ' third') || iif(i = 250, ' once', '') FROM n"

static sqlite3 *open_rows(void)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    archive_exec(db, MAKE_ROWS, &error);
    g_assert_no_error(error);
    g_assert_true(match_function_register(db, &error));
    g_assert_no_error(error);
    return db;
}

static int64_t number(sqlite3 *db, const char *statement, const char *expression)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, statement, &error);
    g_assert_no_error(error);
    sqlite3_bind_text(row, 1, expression, -1, SQLITE_STATIC);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
    return sqlite3_column_int64(row, 0);
}

/* The ids that are asked for: one by one, and rows that are not there. */
#define IDS                                                                                    \
    "WITH RECURSIVE n (i) AS (SELECT -3 UNION ALL SELECT i + 1 FROM n WHERE i < 3600), "       \
    "id (i) AS MATERIALIZED (SELECT i FROM n ORDER BY "

static const char *const orders[] = {"i", "i DESC", "i * 1103515245 % 4099"};

static const struct {
    const char *expression;
    int64_t count;
} cases[] = {
    {"\"all\"", N_ROWS},      {"\"odd\"", N_ROWS / 2},
    {"\"third\"", 166},       {"(\"odd\") NOT (\"third\")", 167},
    {"\"once\"", 1},          {"\"on\" *", 1},
    {"\"od\" *", N_ROWS / 2}, {"\"nowhere\"", 0},
};

static void test_same_as_in(gconstpointer data)
{
    const char *order = data;
    g_autoptr(sqlite3) db = open_rows();
    g_autofree char *count =
        g_strconcat(IDS, order, ") SELECT count(*) FROM id WHERE message_matches(i, ?1)", NULL);
    g_autofree char *difference =
        g_strconcat(IDS, order,
                    ") SELECT count(*) FROM id WHERE message_matches(i, ?1) <> "
                    "(i IN (SELECT rowid FROM message_fts WHERE message_fts MATCH ?1))",
                    NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(number(db, count, cases[i].expression), ==, cases[i].count);
        g_assert_cmpint(number(db, difference, cases[i].expression), ==, 0);
    }
}

/* What is kept is of one run: the rows may have changed before the next. */
static void test_each_run_is_new(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_rows();
    g_autoptr(sqlite3_stmt) count = archive_prepare(
        db, "SELECT count(*) FROM message_fts WHERE message_matches(rowid, '\"once\"')",
        &error);
    g_assert_no_error(error);
    for (int64_t expected = 1; expected >= 0; expected--) {
        g_assert_cmpint(sqlite3_step(count), ==, SQLITE_ROW);
        g_assert_cmpint(sqlite3_column_int64(count, 0), ==, expected);
        sqlite3_reset(count);
        archive_exec(db, "DELETE FROM message_fts WHERE rowid = 250 * 7", &error);
        g_assert_no_error(error);
    }
}

static void test_a_bad_expression_is_an_error(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_rows();
    g_autoptr(sqlite3_stmt) row =
        archive_prepare(db, "SELECT message_matches(7, '\"')", &error);
    g_assert_no_error(error);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ERROR);
}

static int end_now(void *data)
{
    (void)data;
    return 1;
}

/* A query that runs too long is ended while the function reads rows, too. */
static void test_can_be_interrupted(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_rows();
    g_autoptr(sqlite3_stmt) row =
        archive_prepare(db, "SELECT message_matches(0, '\"al\" *')", &error);
    g_assert_no_error(error);
    sqlite3_progress_handler(db, N_ROWS, end_now, NULL);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_INTERRUPT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/match_function/same_as_in/oldest_first", orders[0], test_same_as_in);
    g_test_add_data_func("/match_function/same_as_in/newest_first", orders[1], test_same_as_in);
    g_test_add_data_func("/match_function/same_as_in/mixed", orders[2], test_same_as_in);
    g_test_add_func("/match_function/each_run_is_new", test_each_run_is_new);
    g_test_add_func("/match_function/a_bad_expression_is_an_error",
                    test_a_bad_expression_is_an_error);
    g_test_add_func("/match_function/can_be_interrupted", test_can_be_interrupted);
    return g_test_run();
}
