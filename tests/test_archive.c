/* SPDX-License-Identifier: MIT */
#include "schema/archive.h"

#include <glib/gstdio.h>

#include "schema/slice.h"

static char *folder;

static char *path_of(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void test_a_new_archive_opens_both_ways(void)
{
    g_autofree char *path = path_of("new.db");
    bool created = false;
    g_autoptr(GError) error = NULL;
    sqlite3_close(archive_open_writable(path, &created, &error));
    g_assert_no_error(error);
    g_assert_true(created);
    sqlite3_close(archive_open_writable(path, &created, &error));
    g_assert_no_error(error);
    g_assert_false(created);
    g_autoptr(sqlite3) db = archive_open_readonly(path, &error);
    g_assert_no_error(error);
    g_assert_nonnull(db);
    g_assert_false(archive_exec(db, "DELETE FROM message", NULL));
    GStatBuf info;
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0077, ==, 0);
}

static void assert_refused(const char *path, ArchiveError kind)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(archive_open_readonly(path, &error));
    g_assert_error(error, ARCHIVE_ERROR, (int)kind);
    g_assert_true(g_str_has_prefix(error->message, path));
    g_assert_null(strchr(error->message, '\n'));
}

static void test_what_is_no_archive_is_refused(void)
{
    g_autofree char *text = path_of("text.db");
    g_assert_true(
        g_file_set_contents(text, "From nobody, this is no database at all", -1, NULL));
    assert_refused(text, ARCHIVE_ERROR_NOT_ARCHIVE);
    g_autofree char *missing = path_of("missing.db");
    assert_refused(missing, ARCHIVE_ERROR_CANNOT_OPEN);
    assert_refused(folder, ARCHIVE_ERROR_NOT_ARCHIVE);
    g_autofree char *other = path_of("other.db");
    sqlite3 *db = NULL;
    sqlite3_open(other, &db);
    g_assert_true(archive_exec(db, "CREATE TABLE t (x)", NULL));
    sqlite3_close(db);
    assert_refused(other, ARCHIVE_ERROR_NOT_ARCHIVE);
    g_autoptr(GError) error = NULL;
    g_assert_null(archive_open_writable(other, NULL, &error));
    g_assert_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_NOT_ARCHIVE);
}

static void test_a_newer_version_is_refused(void)
{
    g_autofree char *path = path_of("newer.db");
    g_autoptr(sqlite3) db = archive_open_writable(path, NULL, NULL);
    g_assert_true(archive_exec(db, "PRAGMA user_version = 99", NULL));
    assert_refused(path, ARCHIVE_ERROR_VERSION);
}

/* The stock shell must be able to check and rebuild the index from the view. */
static void test_the_index_agrees_with_its_content_view(void)
{
    g_autofree char *path = path_of("fts.db");
    g_autoptr(sqlite3) db = archive_open_writable(path, NULL, NULL);
    g_autoptr(GError) error = NULL;
    archive_exec(db,
                 "INSERT INTO message VALUES (5, x'00', 1, NULL, 'none', 0, NULL, '', '', '',"
                 " 'none', 'none', '', 0, 0, 'none', '', 5, '');"
                 "INSERT INTO message_text VALUES (5, 'L\xE2\x80\x99\xC5\x93uvre', 'a', 'b',"
                 " 'n', 'Stra\xC3\x9F"
                 "e', '');"
                 "INSERT INTO message_fts (rowid, subject, sender, recipients,"
                 " attachment_names, body, attachment_text) VALUES"
                 " (5, 'L\xE2\x80\x99oeuvre', 'a', 'b', 'n', 'Strasse', '');"
                 "INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1);"
                 "INSERT INTO message_fts (message_fts) VALUES ('rebuild');"
                 "INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1);",
                 &error);
    g_assert_no_error(error);
}

/* What SQLite runs only where it may write is run, and a write is an error. */
static void test_a_frozen_archive_never_changes(void)
{
    g_autofree char *path = path_of("frozen.db");
    g_autofree char *journal = path_of("frozen.db-journal");
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    gsize size = 0;
    gsize size_after = 0;
    sqlite3_close(archive_open_writable(path, NULL, NULL));
    g_assert_true(g_file_get_contents(path, &before, &size, NULL));
    g_assert_cmpint(g_chmod(path, 0444), ==, 0);

    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = archive_open_frozen(path, &error);
    g_assert_no_error(error);
    archive_exec(db,
                 "INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)",
                 &error);
    g_assert_no_error(error);
    g_assert_false(archive_exec(db, "INSERT INTO source VALUES (1, 'x', 0)", NULL));
    g_assert_false(archive_exec(db, "PRAGMA user_version = 9", NULL));
    g_assert_false(archive_exec(db, "VACUUM", NULL));
    g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_get_contents(path, &after, &size_after, NULL));
    g_assert_cmpmem(before, size, after, size_after);
}

/* A value that no message has, in an archive that somebody else has made. */
static void test_a_reader_has_limits(void)
{
    g_autofree char *path = path_of("limits.db");
    sqlite3 *writer = archive_open_writable(path, NULL, NULL);
    g_assert_true(archive_exec(
        writer, "INSERT INTO archive_property VALUES ('big', hex(zeroblob(50000000)))", NULL));
    sqlite3_close(writer);
    g_autoptr(sqlite3) db = archive_open_readonly(path, NULL);
    g_assert_true(archive_exec(db, "SELECT name FROM archive_property", NULL));
    g_assert_false(archive_exec(db, "SELECT value FROM archive_property", NULL));
    g_assert_cmpint(sqlite3_errcode(db), ==, SQLITE_TOOBIG);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("waxseal-XXXXXX", NULL);
    g_test_add_func("/archive/a_new_archive_opens_both_ways",
                    test_a_new_archive_opens_both_ways);
    g_test_add_func("/archive/what_is_no_archive_is_refused",
                    test_what_is_no_archive_is_refused);
    g_test_add_func("/archive/a_newer_version_is_refused", test_a_newer_version_is_refused);
    g_test_add_func("/archive/the_index_agrees_with_its_content_view",
                    test_the_index_agrees_with_its_content_view);
    g_test_add_func("/archive/a_frozen_archive_never_changes",
                    test_a_frozen_archive_never_changes);
    g_test_add_func("/archive/a_reader_has_limits", test_a_reader_has_limits);
    int result = g_test_run();
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", folder);
    g_assert_cmpint(system(remove), ==, 0);
    g_free(folder);
    return result;
}
