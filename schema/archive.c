/* SPDX-License-Identifier: MIT */
#include "schema/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/fold.h"
#include "schema/frozen_vfs.h"
#include "schema/schema_sql.h"

/* How long a reader waits for a writer's commit, and a writer for another writer. */
#define BUSY_TIMEOUT_MS 5000

#define BUSY_WORDS "another program is writing to this archive"

/* What archive_lock locks: far behind any byte of a database. */
#define LOCK_BYTE (INT64_C(1) << 62)

/* The page size of a new archive: FTS5 segments and message text favour larger pages. */
#define PAGE_SIZE_PRAGMA "PRAGMA page_size = 16384"

/* Of a value or row that is read: a text is at most 8 MiB of body and as many of attachments
 * (indexer/body_text.h), which folding makes longer by a fraction. */
#define VALUE_BYTES_MAX (64 << 20)

/* The longest query is 8 KiB and becomes a few times as much SQL. */
#define STATEMENT_BYTES_MAX (1 << 20)

/* Beside the archive, the file of notes. */
#define ATTACHED_MAX 1

G_DEFINE_QUARK(waxseal - archive - error, archive_error)

void archive_configure_process(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

const char *archive_default_path(const char *option)
{
    if (option != NULL) {
        return option;
    }
    const char *environment = g_getenv("WAXSEAL_DB");
    return environment != NULL && *environment != '\0' ? environment : "archive.db";
}

static ArchiveError error_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return ARCHIVE_ERROR_CANNOT_OPEN;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return ARCHIVE_ERROR_NOT_ARCHIVE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ARCHIVE_ERROR_BUSY;
    case SQLITE_FULL:
        return ARCHIVE_ERROR_FULL;
    default:
        return ARCHIVE_ERROR_SQL;
    }
}

void archive_set_error(sqlite3 *db, GError **error)
{
    const char *path = sqlite3_db_filename(db, "main");
    int code = sqlite3_extended_errcode(db);
    ArchiveError kind = error_of(code);
    const char *words = sqlite3_errmsg(db);
    if (kind == ARCHIVE_ERROR_BUSY) {
        words = BUSY_WORDS;
    } else if (kind == ARCHIVE_ERROR_FULL) {
        words = "the disk is full";
    } else if ((code & 0xFF) == SQLITE_CORRUPT) {
        words = "this archive is damaged; waxseal-query check says where";
    }
    g_set_error(error, ARCHIVE_ERROR, (int)kind, "%s: %s", path == NULL ? "archive" : path,
                words);
}

bool archive_exec(sqlite3 *db, const char *sql, GError **error)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        archive_set_error(db, error);
        return false;
    }
    return true;
}

bool archive_end_transaction(sqlite3 *db, bool is_done, GError **error)
{
    if (is_done && archive_exec(db, "COMMIT", error)) {
        return true;
    }
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

sqlite3_stmt *archive_prepare(sqlite3 *db, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        archive_set_error(db, error);
        return NULL;
    }
    return statement;
}

const char *archive_column_text(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text == NULL ? "" : text;
}

char *archive_column_dup(sqlite3_stmt *row, int column)
{
    return g_strdup(archive_column_text(row, column));
}

bool archive_end_rows(sqlite3_stmt *rows, int code, GError **error)
{
    if (code != SQLITE_DONE) {
        archive_set_error(sqlite3_db_handle(rows), error);
    }
    sqlite3_reset(rows);
    return code == SQLITE_DONE;
}

static bool read_integer(sqlite3 *db, const char *sql, gint64 *ret_value, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = archive_prepare(db, sql, error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        archive_set_error(db, error);
        return false;
    }
    *ret_value = sqlite3_column_int64(statement, 0);
    return true;
}

/* Made from the template schema.sql, by archive_make_schema. */
static const ArchiveKind archive_kind = {
    .name = "a Waxseal archive",
    .application_id = ARCHIVE_APPLICATION_ID,
    .user_version = ARCHIVE_USER_VERSION,
};

static bool read_header_number(sqlite3 *db, const char *schema, const char *name,
                               gint64 *ret_number, GError **error)
{
    g_autofree char *pragma = g_strdup_printf("PRAGMA %s.%s", schema, name);
    return read_integer(db, pragma, ret_number, error);
}

bool archive_check_kind(sqlite3 *db, const char *schema, const ArchiveKind *kind,
                        const char *path, GError **error)
{
    gint64 application_id = 0;
    gint64 user_version = 0;
    if (!read_header_number(db, schema, "application_id", &application_id, error) ||
        !read_header_number(db, schema, "user_version", &user_version, error)) {
        return false;
    }
    if (application_id != kind->application_id) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_NOT_ARCHIVE, "%s: this is not %s", path,
                    kind->name);
        return false;
    }
    if (user_version != kind->user_version) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_VERSION,
                    "%s: archive version %" G_GINT64_FORMAT
                    ", this program reads version %" G_GINT64_FORMAT,
                    path, user_version, kind->user_version);
        return false;
    }
    return true;
}

/* An archive made by somebody else is a hostile file: its views get no functions with side
 * effects, its triggers never run, its pages are checked and never mapped (a file that shrinks
 * would be a signal), its values and statements have limits, its schema cannot be written
 * through. */
static bool set_defences(sqlite3 *db, GError **error)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, STATEMENT_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, ATTACHED_MAX);
    return archive_exec(db, "PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0", error);
}

static sqlite3 *open_file(const char *path, int flags, const char *vfs, GError **error)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs) !=
        SQLITE_OK) {
        if (db == NULL) {
            g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN, "%s: out of memory",
                        path);
        } else {
            g_set_error(error, ARCHIVE_ERROR, (int)error_of(sqlite3_errcode(db)), "%s: %s",
                        path, sqlite3_errmsg(db));
        }
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    return db;
}

static bool check_regular(const char *path, GError **error)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN, "%s: %s", path,
                    g_strerror(errno));
        return false;
    }
    if (!S_ISREG(info.st_mode)) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_NOT_ARCHIVE, "%s: not a regular file",
                    path);
        return false;
    }
    return true;
}

/* `name` is the path, or a URI of it. */
static sqlite3 *open_checked(const char *name, const char *path, int flags, const char *vfs,
                             GError **error)
{
    g_autoptr(sqlite3) db = open_file(name, flags, vfs, error);
    if (db == NULL || !set_defences(db, error) ||
        !archive_check_kind(db, "main", &archive_kind, path, error)) {
        return NULL;
    }
    return g_steal_pointer(&db);
}

static sqlite3 *open_existing(const char *path, int flags, const char *vfs, GError **error)
{
    return check_regular(path, error) ? open_checked(path, path, flags, vfs, error) : NULL;
}

/* What is in a log is not in the file yet. */
static bool has_log(const char *path)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    struct stat info;
    return stat(log, &info) == 0 && info.st_size > 0;
}

/* An archive that was left as archive_share makes it can only be opened where files can be made
 * beside it, or, when it has no log, as one that does not change. */
static sqlite3 *open_unchanging(const char *path)
{
    if (has_log(path)) {
        return NULL;
    }
    g_autofree char *escaped = g_uri_escape_string(path, "/", true);
    g_autofree char *uri = g_strconcat("file:", escaped, "?immutable=1", NULL);
    return open_checked(uri, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL, NULL);
}

sqlite3 *archive_open_readonly(const char *path, GError **error)
{
    g_autoptr(GError) own_error = NULL;
    g_autoptr(sqlite3) db = open_existing(path, SQLITE_OPEN_READONLY, NULL, &own_error);
    if (db == NULL && g_error_matches(own_error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN)) {
        db = open_unchanging(path);
    }
    if (db == NULL) {
        g_propagate_error(error, g_steal_pointer(&own_error));
        return NULL;
    }
    if (!archive_exec(db, "PRAGMA query_only = 1", error)) {
        return NULL;
    }
    return g_steal_pointer(&db);
}

sqlite3 *archive_open_frozen(const char *path, GError **error)
{
    if (has_log(path)) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_BUSY,
                    "%s: mail is being added, or was when that was killed;"
                    " run waxseal-index again first",
                    path);
        return NULL;
    }
    frozen_vfs_register();
    return open_existing(path, SQLITE_OPEN_READWRITE, FROZEN_VFS_NAME, error);
}

/* schema.sql with each FOLD(column) written out as the nested replace() calls of fold.c. */
static char *expand_schema(void)
{
    g_autoptr(GString) sql = g_string_new(NULL);
    const char *rest = schema_sql;
    for (const char *fold; (fold = strstr(rest, "FOLD(")) != NULL;) {
        g_string_append_len(sql, rest, fold - rest);
        const char *column = fold + strlen("FOLD(");
        const char *end = strchr(column, ')');
        g_assert(end != NULL);
        g_autofree char *name = g_strndup(column, (gsize)(end - column));
        g_autofree char *folded = fold_sql(name);
        g_string_append(sql, folded);
        rest = end + 1;
    }
    g_string_append(sql, rest);
    return g_string_free(g_steal_pointer(&sql), false);
}

/* Calls `func` for the CREATE INDEX statements of schema.sql with their names and texts, until
 * it has counted `left` down to 0. */
typedef bool (*IndexFunc)(sqlite3 *db, const char *name, const char *sql, unsigned *left,
                          GError **error);

static bool for_each_index(sqlite3 *db, IndexFunc func, unsigned left, GError **error)
{
    static const char begin[] = "\nCREATE ";
    static const char unique[] = "UNIQUE ";
    static const char index[] = "INDEX ";
    for (const char *at = schema_sql; left > 0 && (at = strstr(at, begin)) != NULL;) {
        const char *name = at + strlen(begin);
        name += g_str_has_prefix(name, unique) ? strlen(unique) : 0;
        if (!g_str_has_prefix(name, index)) {
            at = name;
            continue;
        }
        name += strlen(index);
        const char *name_end = strchr(name, ' ');
        const char *end = strchr(name, ';');
        g_assert(name_end != NULL && end != NULL);
        g_autofree char *name_copy = g_strndup(name, (gsize)(name_end - name));
        g_autofree char *sql = g_strndup(at, (gsize)(end - at));
        if (!func(db, name_copy, sql, &left, error)) {
            return false;
        }
        at = end;
    }
    return true;
}

static bool drop_index(sqlite3 *db, const char *name, const char *sql G_GNUC_UNUSED,
                       unsigned *left G_GNUC_UNUSED, GError **error)
{
    g_autofree char *drop = g_strdup_printf("DROP INDEX IF EXISTS %s", name);
    return archive_exec(db, drop, error);
}

static bool make_index(sqlite3 *db, const char *name, const char *sql, unsigned *left,
                       GError **error)
{
    g_autoptr(sqlite3_stmt) find = archive_prepare(
        db, "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1", error);
    if (find == NULL) {
        return false;
    }
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(find);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        archive_set_error(db, error);
        return false;
    }
    sqlite3_reset(find);
    if (code == SQLITE_ROW) {
        return true;
    }
    *left -= 1;
    return archive_exec(db, sql, error);
}

/* In one transaction: each has the disk waited for three times. */
bool archive_begin_load(sqlite3 *db, GError **error)
{
    if (!archive_exec(db, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    const bool is_done = archive_exec(db,
                                      "INSERT OR IGNORE INTO archive_property (name, value)"
                                      " VALUES ('loading', '1')",
                                      error) &&
                         for_each_index(db, drop_index, UINT_MAX, error);
    return archive_end_transaction(db, is_done, error);
}

bool archive_is_loading(sqlite3 *db, bool *ret_loading, GError **error)
{
    gint64 n_rows = 0;
    const bool ok = read_integer(
        db, "SELECT count(*) FROM archive_property WHERE name = 'loading'", &n_rows, error);
    *ret_loading = n_rows > 0;
    return ok;
}

bool archive_make_indexes(sqlite3 *db, unsigned max, GError **error)
{
    return for_each_index(db, make_index, max, error);
}

bool archive_end_load(sqlite3 *db, GError **error)
{
    return archive_make_indexes(db, UINT_MAX, error) &&
           archive_exec(db, "DELETE FROM archive_property WHERE name = 'loading'", error);
}

static bool is_empty(sqlite3 *db, bool *ret_empty, GError **error)
{
    gint64 n_objects = 0;
    gint64 application_id = 0;
    if (!read_integer(db, "SELECT count(*) FROM sqlite_schema", &n_objects, error) ||
        !read_integer(db, "PRAGMA application_id", &application_id, error)) {
        return false;
    }
    *ret_empty = n_objects == 0 && application_id == 0;
    return true;
}

/* Inside a transaction: another program may have made the schema just before it began. */
static bool make_if_empty(sqlite3 *db, const char *sql, bool *ret_made, GError **error)
{
    return is_empty(db, ret_made, error) && (!*ret_made || archive_exec(db, sql, error));
}

static bool make_tables(sqlite3 *db, const char *sql, bool *ret_made, GError **error)
{
    if (!archive_exec(db, PAGE_SIZE_PRAGMA, error) ||
        !archive_exec(db, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    return archive_end_transaction(db, make_if_empty(db, sql, ret_made, error), error);
}

static bool make_kind(sqlite3 *db, const ArchiveKind *kind, bool *ret_made, GError **error)
{
    g_autofree char *sql = kind->sql == NULL ? expand_schema() : g_strdup(kind->sql);
    return make_tables(db, sql, ret_made, error);
}

bool archive_make_schema(sqlite3 *db, GError **error)
{
    bool made = false;
    return make_kind(db, &archive_kind, &made, error);
}

/* Only an empty database becomes one of that kind; anything else must be one already. */
static bool make_or_check(sqlite3 *db, const char *path, const ArchiveKind *kind,
                          bool *ret_created, GError **error)
{
    bool created = false;
    if (!is_empty(db, &created, error) || (created && !make_kind(db, kind, &created, error)) ||
        (!created && !archive_check_kind(db, "main", kind, path, error))) {
        return false;
    }
    if (ret_created != NULL) {
        *ret_created = created;
    }
    return true;
}

void archive_share(sqlite3 *db)
{
    sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
}

void archive_unshare(sqlite3 *db)
{
    sqlite3_busy_timeout(db, 0);
    sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

/* The index holds what the mail holds: a new file is for its owner only. SQLite makes its
 * journal with the rights of the database. */
static int open_or_make(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN, "%s: %s", path,
                    g_strerror(errno));
    }
    return fd;
}

int archive_lock(const char *path, GError **error)
{
    int fd = open_or_make(path, error);
    /* A byte that SQLite locks for nothing. Where a file system has no locks there are none of
     * SQLite's either. */
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1};
    if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES)) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_BUSY, "%s: " BUSY_WORDS, path);
        close(fd);
        return -1;
    }
    return fd;
}

sqlite3 *archive_open_kind(const char *path, const ArchiveKind *kind, bool *ret_created,
                           GError **error)
{
    int fd = open_or_make(path, error);
    if (fd < 0) {
        return NULL;
    }
    close(fd);
    g_autoptr(sqlite3) db = open_file(path, SQLITE_OPEN_READWRITE, NULL, error);
    if (db == NULL || !make_or_check(db, path, kind, ret_created, error)) {
        return NULL;
    }
    return g_steal_pointer(&db);
}

sqlite3 *archive_open_writable(const char *path, bool *ret_created, GError **error)
{
    g_autoptr(sqlite3) db = archive_open_kind(path, &archive_kind, ret_created, error);
    if (db == NULL || !archive_exec(db, "PRAGMA foreign_keys = 1", error)) {
        return NULL;
    }
    return g_steal_pointer(&db);
}
