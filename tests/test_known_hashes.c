/* SPDX-License-Identifier: MIT
 *
 * What is known while an archive is loaded, after a load that was killed, and by the index. */
#include "indexer/known_hashes.h"

#include <glib/gstdio.h>

static void make_hash(int number, uint8_t *ret_sha256)
{
    g_autofree char *text = g_strdup_printf("message %d", number);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = SHA256_BYTES;
    g_checksum_update(checksum, (const guchar *)text, -1);
    g_checksum_get_digest(checksum, ret_sha256, &length);
}

static void add_row(sqlite3 *db, int number, int64_t id)
{
    uint8_t sha256[SHA256_BYTES];
    make_hash(number, sha256);
    sqlite3_stmt *add = archive_prepare(
        db,
        "INSERT OR REPLACE INTO message (id, sha256, size, date_source, date_offset, msgid,"
        " in_reply_to, refs, dkim, level, caveats, signatures, attachments, thread_id)"
        " VALUES (?1, ?2, 0, 'none', 0, '', '', '', 'none', 'none', '', 0, 0, ?1)",
        NULL);
    sqlite3_bind_int64(add, 1, id);
    sqlite3_bind_blob(add, 2, sha256, SHA256_BYTES, SQLITE_STATIC);
    g_assert_cmpint(sqlite3_step(add), ==, SQLITE_DONE);
    sqlite3_finalize(add);
}

static int64_t find(KnownHashes *known, int number)
{
    uint8_t sha256[SHA256_BYTES];
    make_hash(number, sha256);
    int64_t id = -1;
    g_assert_true(known_hashes_find(known, sha256, &id, NULL));
    return id;
}

static void add(KnownHashes *known, int number, int64_t id)
{
    uint8_t sha256[SHA256_BYTES];
    make_hash(number, sha256);
    known_hashes_add(known, sha256, id);
}

/* The same whether the hashes are in memory or in an index. */
static void assert_known(sqlite3 *db)
{
    g_autoptr(KnownHashes) known = known_hashes_new(db, NULL);
    g_assert_cmpint(find(known, 1), ==, 10);
    g_assert_cmpint(find(known, 2), ==, 20);
    g_assert_cmpint(find(known, 3), ==, 0);
    add(known, 3, 30);
    g_assert_cmpint(find(known, 3), ==, 30);
    g_assert_cmpint(find(known, 4), ==, 0);
    add_row(db, 3, 30);
    known_hashes_written(known);
    g_assert_cmpint(find(known, 3), ==, 30);
    g_assert_cmpint(find(known, 1), ==, 10);
    g_assert_true(archive_exec(db, "DELETE FROM message WHERE id = 30", NULL));
}

/* An archive that is being loaded. */
static sqlite3 *new_archive(char **ret_path)
{
    g_autofree char *folder = g_dir_make_tmp("waxseal-XXXXXX", NULL);
    *ret_path = g_build_filename(folder, "archive.db", NULL);
    sqlite3 *db = archive_open_writable(*ret_path, NULL, NULL);
    g_assert_nonnull(db);
    g_assert_true(archive_begin_load(db, NULL));
    return db;
}

static void remove_archive(sqlite3 *db, char *path)
{
    sqlite3_close(db);
    g_unlink(path);
    *strrchr(path, '/') = '\0';
    g_rmdir(path);
    g_free(path);
}

static void test_loading_and_loaded(void)
{
    char *path = NULL;
    sqlite3 *db = new_archive(&path);
    add_row(db, 1, 10);
    add_row(db, 2, 20);
    assert_known(db);
    g_assert_true(archive_end_load(db, NULL));
    assert_known(db);
    remove_archive(db, path);
}

/* A row that has another hash than the one it is remembered by stands for two messages with the
 * same keyed hash. */
static void test_only_the_whole_hash_counts(void)
{
    char *path = NULL;
    sqlite3 *db = new_archive(&path);
    add_row(db, 1, 10);
    g_autoptr(KnownHashes) known = known_hashes_new(db, NULL);
    add_row(db, 2, 10);
    g_assert_cmpint(find(known, 1), ==, 0);
    add_row(db, 1, 11);
    g_assert_cmpint(find(known, 1), ==, 11);
    g_clear_pointer(&known, known_hashes_free);
    remove_archive(db, path);
}

/* Nothing else keeps two rows of one message out. */
static void test_the_index_is_unique(void)
{
    char *path = NULL;
    sqlite3 *db = new_archive(&path);
    add_row(db, 1, 10);
    add_row(db, 1, 11);
    g_autoptr(GError) error = NULL;
    g_assert_false(archive_end_load(db, &error));
    g_assert_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL);
    remove_archive(db, path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/known_hashes/loading_and_loaded", test_loading_and_loaded);
    g_test_add_func("/known_hashes/only_the_whole_hash_counts",
                    test_only_the_whole_hash_counts);
    g_test_add_func("/known_hashes/the_index_is_unique", test_the_index_is_unique);
    return g_test_run();
}
