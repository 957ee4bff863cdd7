/* archive.h - opens, makes and checks the archive file.
 *
 * Does not read or write mail: that is indexer/writer and query/.
 *
 * Errors: ARCHIVE_ERROR; messages begin with the path and fit one line.
 * Threads: a connection belongs to the thread that opened it.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

#define ARCHIVE_APPLICATION_ID 0x5758534C /* "WXSL" */
#define ARCHIVE_USER_VERSION   4

#define ARCHIVE_ERROR (archive_error_quark())
GQuark archive_error_quark(void);

typedef enum {
    ARCHIVE_ERROR_CANNOT_OPEN, /* missing, unreadable, no right to write */
    ARCHIVE_ERROR_NOT_ARCHIVE, /* not SQLite, or SQLite of something else */
    ARCHIVE_ERROR_VERSION,     /* made by a newer Waxseal */
    ARCHIVE_ERROR_BUSY,        /* another writer has it */
    ARCHIVE_ERROR_FULL,        /* no space on the disk */
    ARCHIVE_ERROR_SQL          /* anything else that SQLite says */
} ArchiveError;

/* A kind of SQLite file, told by the two numbers in its header. */
typedef struct {
    const char *name; /* "a Waxseal archive" */
    gint64 application_id;
    gint64 user_version;
    const char *sql; /* makes it, and sets both numbers */
} ArchiveKind;

/* Settings of SQLite for the whole process: no accounting of memory, which costs a lock an
 * allocation. Call once, before any connection is opened. */
void archive_configure_process(void);

/* The archive to use: `option` if not NULL, else $WAXSEAL_DB, else "archive.db".
 * Returns: (transfer none) a constant, `option` or the environment's string. */
const char *archive_default_path(const char *option);

/* Opens an archive for reading only: nothing is ever written, defensive settings are on.
 * Returns: (transfer full), close with sqlite3_close; NULL with `error`. */
sqlite3 *archive_open_readonly(const char *path, GError **error);

/* Opens it for statements that SQLite runs only where it may write though they change nothing:
 * integrity checks. What would change the file is an error, on any medium.
 * Returns: (transfer full), close with sqlite3_close; NULL with `error`. */
sqlite3 *archive_open_frozen(const char *path, GError **error);

/* Makes the tables and views of an empty database. Returns: false with `error`. */
bool archive_make_schema(sqlite3 *db, GError **error);

/* Keeps other indexers out of an archive, for they know in memory what it holds. The file is
 * made when it is missing. Returns: a file descriptor; close it after the connection, since
 * closing takes SQLite's locks away; -1 with `error`. */
int archive_lock(const char *path, GError **error);

/* Opens an archive for writing and makes it first when the file is missing or empty.
 * `ret_created` says which; it may be NULL.
 * Returns: (transfer full), close with sqlite3_close; NULL with `error`. */
sqlite3 *archive_open_writable(const char *path, bool *ret_created, GError **error);

/* The same for another kind of file. */
sqlite3 *archive_open_kind(const char *path, const ArchiveKind *kind, bool *ret_created,
                           GError **error);

/* Whether the open or attached file `schema` ("main") is of that kind and version. Returns:
 * false with `error`, which begins with `path`. */
bool archive_check_kind(sqlite3 *db, const char *schema, const ArchiveKind *kind,
                        const char *path, GError **error);

/* Lets others read what was committed before while this connection writes; without, they wait
 * for its commit. Outside any transaction. Does nothing while somebody reads. */
void archive_share(sqlite3 *db);

/* Ends that, so that the archive is one file that can be read where nothing can be written.
 * Does nothing while others read; then it stays as it is until the next call. */
void archive_unshare(sqlite3 *db);

/* Begins the bulk load of an empty archive: drops the indexes that schema.sql creates by name,
 * for filling them in one go at the end costs a fraction. Queries work without them, slower.
 * What is derived from all messages may be wrong until the load has ended. */
bool archive_begin_load(sqlite3 *db, GError **error);

/* Whether a load has begun and not ended, e.g. because the run was killed. */
bool archive_is_loading(sqlite3 *db, bool *ret_loading, GError **error);

/* Makes those of the indexes that are missing, at most `max`, in the order of schema.sql. */
bool archive_make_indexes(sqlite3 *db, unsigned max, GError **error);

/* Makes all that are missing, and ends the load. */
bool archive_end_load(sqlite3 *db, GError **error);

/* Runs SQL without values or results. Returns: false with `error`. */
bool archive_exec(sqlite3 *db, const char *sql, GError **error);

/* Commits the transaction when `is_done`; else, or when that fails, rolls it back. Returns:
 * whether it was committed; if not, `error` is that of what failed first. */
bool archive_end_transaction(sqlite3 *db, bool is_done, GError **error);

/* Prepares a statement that is used often. Returns: (transfer full), NULL with `error`. */
sqlite3_stmt *archive_prepare(sqlite3 *db, const char *sql, GError **error);

/* The text of a result column, "" for NULL.
 * Returns: (transfer none) SQLite's, until the statement is stepped; (transfer full) a copy. */
const char *archive_column_text(sqlite3_stmt *row, int column);
char *archive_column_dup(sqlite3_stmt *row, int column);

/* Ends a loop over the rows of a statement, which is reset: `code` is what its last step gave.
 * Returns: false with `error` unless that was SQLITE_DONE. */
bool archive_end_rows(sqlite3_stmt *rows, int code, GError **error);

/* Sets `error` from the last failure of `db`, with the file's path in front. */
void archive_set_error(sqlite3 *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)
