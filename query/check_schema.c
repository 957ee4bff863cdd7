/* SPDX-License-Identifier: MIT */
#include "query/check_schema.h"

#include "schema/archive.h"

/* Without what SQLite makes by itself: indexes of UNIQUE columns, statistics. */
static const char sql_objects[] =
    "SELECT type || ' ' || name, CASE WHEN name LIKE 'message\\_fts\\_%' ESCAPE '\\' "
    "AND type = 'table' THEN '' ELSE coalesce(sql, '') END FROM sqlite_schema "
    "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/* Reads name to text. Returns: (transfer full) NULL with `error`. */
static GHashTable *read_objects(sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql_objects, error);
    if (rows == NULL) {
        return NULL;
    }
    g_autoptr(GHashTable) objects =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        g_hash_table_insert(objects, archive_column_dup(rows, 0), archive_column_dup(rows, 1));
    }
    return archive_end_rows(rows, code, error) ? g_steal_pointer(&objects) : NULL;
}

static GHashTable *expected_objects(GError **error)
{
    g_autoptr(sqlite3) empty = NULL;
    if (sqlite3_open(":memory:", &empty) != SQLITE_OK) {
        archive_set_error(empty, error);
        return NULL;
    }
    return archive_make_schema(empty, error) ? read_objects(empty, error) : NULL;
}

static void compare(GHashTable *expected, GHashTable *found, CheckResult *result)
{
    GHashTableIter iterator;
    gpointer name = NULL;
    gpointer text = NULL;
    g_hash_table_iter_init(&iterator, expected);
    while (g_hash_table_iter_next(&iterator, &name, &text)) {
        const char *other = g_hash_table_lookup(found, name);
        if (other == NULL) {
            check_result_find(result, CHECK_FAILED, "%s is missing", (const char *)name);
        } else if (!g_str_equal(other, text)) {
            check_result_find(result, CHECK_FAILED, "%s is not what Waxseal makes",
                              (const char *)name);
        }
    }
    g_hash_table_iter_init(&iterator, found);
    while (g_hash_table_iter_next(&iterator, &name, NULL)) {
        if (!g_hash_table_contains(expected, name)) {
            check_result_find(result, CHECK_FAILED, "%s does not belong here",
                              (const char *)name);
        }
    }
}

void check_schema_run(sqlite3 *db, CheckResult *result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) expected = expected_objects(&error);
    g_autoptr(GHashTable) found = expected == NULL ? NULL : read_objects(db, &error);
    check_result_say(result, "tables, views and indexes are those of this version");
    if (found == NULL) {
        check_result_error(result, error);
        return;
    }
    check_result_say(result, "%u tables, views and indexes, as this version makes them",
                     g_hash_table_size(expected));
    compare(expected, found, result);
}
