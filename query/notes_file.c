/* SPDX-License-Identifier: MIT */
#include "query/notes_file.h"

#include "query/notes_sql.h"
#include "schema/archive.h"

#define SCHEMA "notes"

static const ArchiveKind notes_kind = {
    .name = "a Waxseal file of notes",
    .application_id = 0x5758534E, /* "WXSN" */
    .user_version = 1,
    .sql = notes_sql,
};

char *notes_file_path(const char *option, const char *archive_path)
{
    if (option != NULL) {
        return g_strdup(option);
    }
    const char *environment = g_getenv("WAXSEAL_NOTES");
    return environment != NULL && *environment != '\0'
               ? g_strdup(environment)
               : g_strconcat(archive_path, ".notes", NULL);
}

bool notes_file_attach(sqlite3 *db, const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return true;
    }
    g_autoptr(sqlite3_stmt) attach = archive_prepare(db, "ATTACH ?1 AS " SCHEMA, error);
    if (attach == NULL) {
        return false;
    }
    sqlite3_bind_text(attach, 1, path, -1, SQLITE_STATIC);
    if (sqlite3_step(attach) != SQLITE_DONE) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN, "%s: %s", path,
                    sqlite3_errmsg(db));
        return false;
    }
    return archive_check_kind(db, SCHEMA, &notes_kind, path, error);
}

bool notes_file_is_attached(sqlite3 *db)
{
    return sqlite3_db_filename(db, SCHEMA) != NULL;
}

sqlite3 *notes_file_open(const char *path, GError **error)
{
    return archive_open_kind(path, &notes_kind, NULL, error);
}
