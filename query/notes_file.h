/* notes_file.h - the file of tags and notes beside an archive.
 *
 * The archive is evidence and is never written by the query tool; what its readers add lies in
 * a second SQLite file, query/notes.sql, which is made by the first tag or note. Several people
 * may write at once: SQLite's locks keep them apart.
 *
 * Errors: ARCHIVE_ERROR; messages begin with the path.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/* The file to use: `option` if not NULL, else $WAXSEAL_NOTES, else the archive's path with
 * ".notes" behind it. Returns: (transfer full), free with g_free. */
char *notes_file_path(const char *option, const char *archive_path);

/* Makes tags and notes readable in `db`, a reader of the archive, as the schema "notes". A file
 * that is not there is none. Returns: false with `error`. */
bool notes_file_attach(sqlite3 *db, const char *path, GError **error);

/* Whether notes_file_attach found a file. */
bool notes_file_is_attached(sqlite3 *db);

/* Opens the file for writing, and makes it first when it is not there.
 * Returns: (transfer full), close with sqlite3_close; NULL with `error`. */
sqlite3 *notes_file_open(const char *path, GError **error);
