/* SPDX-License-Identifier: MIT */
#include "indexer/key_files.h"

#include <unistd.h>

#include "indexer/key_reader.h"
#include "indexer/statement_set.h"
#include "schema/archive.h"

static const char *const load_sql =
    "SELECT k.selector, k.domain, k.record, o.source, o.channel, o.first_seen, o.last_seen,"
    " o.notes, o.dnssec FROM dkim_key k LEFT JOIN dkim_key_observation o ON o.key_id = k.id "
    "ORDER BY "
    "k.id";

char *key_files_builtin_path(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (program == NULL) {
        return NULL;
    }
    g_autofree char *folder = g_path_get_dirname(program);
    g_autofree char *path =
        g_build_filename(folder, "..", "share", "waxseal", "keys.tsv", NULL);
    return access(path, R_OK) == 0 ? g_steal_pointer(&path) : NULL;
}

static void add_row(KeyStore *store, sqlite3_stmt *row)
{
    const KeyObservation observation = {
        .source = archive_column_text(row, 3),
        .channel = archive_column_text(row, 4),
        .first_seen = archive_column_text(row, 5),
        .last_seen = archive_column_text(row, 6),
        .notes = archive_column_text(row, 7),
        .dnssec = archive_column_text(row, 8),
    };
    key_store_add(store, archive_column_text(row, 0), archive_column_text(row, 1),
                  archive_column_text(row, 2), &observation);
}

static bool load_archive(KeyStore *store, const char *database, GError **error)
{
    if (!g_file_test(database, G_FILE_TEST_EXISTS)) {
        return true;
    }
    g_autoptr(sqlite3) db = archive_open_writable(database, NULL, error);
    if (db == NULL) {
        return false;
    }
    g_autoptr(sqlite3_stmt) load = archive_prepare(db, load_sql, error);
    if (load == NULL) {
        return false;
    }
    int code = sqlite3_step(load);
    for (; code == SQLITE_ROW; code = sqlite3_step(load)) {
        add_row(store, load);
    }
    return archive_end_rows(load, code, error);
}

static bool load_file(KeyStore *store, const char *path, KeyFilesWarnFunc warn, GError **error)
{
    KeyReport report = {.n_records = 0};
    const bool is_read = key_reader_read(store, path, &report, error);
    if ((report.n_faults > 0 || report.n_aliases > 0) && warn != NULL) {
        warn(path, &report);
    }
    return is_read;
}

bool key_files_load(KeyStore *store, const KeyFilesOptions *options, KeyFilesWarnFunc warn,
                    size_t *ret_n_named, GError **error)
{
    for (size_t i = 0; options->files != NULL && options->files[i] != NULL; i++) {
        if (!load_file(store, options->files[i], warn, error)) {
            return false;
        }
    }
    const size_t n_named = key_store_size(store);
    if (options->database != NULL && !load_archive(store, options->database, error)) {
        return false;
    }
    g_autofree char *builtin = options->use_builtin ? key_files_builtin_path() : NULL;
    if (builtin != NULL && !load_file(store, builtin, warn, error)) {
        return false;
    }
    *ret_n_named = n_named;
    return true;
}
