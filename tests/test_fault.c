/* SPDX-License-Identifier: MIT
 *
 * A disk, a memory or a power supply that fails: every write, sync, truncation, deletion and
 * opening that SQLite asks for while a small dump is indexed, and every allocation, is made to
 * fail in turn, once or from then on. The run must say so or come to the same; the same run
 * without faults must then give the archive of an undisturbed one.
 *
 * When the power fails at a write, what was written since the last sync of its file is on the
 * disk or not, or in part, as chance has it.
 *
 * By itself only some of the places are tried; WAXSEAL_FAULTS=500 tries so many of each kind.
 */
#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/ingest.h"

/* Places that are tried of each kind unless WAXSEAL_FAULTS says otherwise; a sanitizer makes
 * each process slow. */
#ifdef WAXSEAL_INSTRUMENTED
#define PLACES_TRIED 2
#else
#define PLACES_TRIED 6
#endif

/* How a run ends whose power fails; others end with 0 to 2. */
#define EXIT_NO_POWER 3

/* What can fail. */
typedef enum {
    FAULT_WRITE,
    FAULT_SYNC,
    FAULT_DELETE,
    FAULT_OPEN,
    FAULT_READ,
    FAULT_MEMORY,
    FAULT_POWER,
    FAULT_KINDS
} FaultKind;

static const char *const kind_names[FAULT_KINDS] = {
    [FAULT_WRITE] = "write", [FAULT_SYNC] = "sync", [FAULT_DELETE] = "delete",
    [FAULT_OPEN] = "open",   [FAULT_READ] = "read", [FAULT_MEMORY] = "memory",
    [FAULT_POWER] = "power",
};

/* The state of the faults of this process: SQLite's hooks have no user data. */
static struct {
    uint64_t counts[FAULT_KINDS];  /* calls so far */
    uint64_t fail_at[FAULT_KINDS]; /* the call that fails, from 1; 0 none */
    bool persistent;               /* and all after it */
} faults;

static bool must_fail(FaultKind kind)
{
    const uint64_t count = ++faults.counts[kind];
    const uint64_t fail_at = faults.fail_at[kind];
    return fail_at != 0 && (count == fail_at || (faults.persistent && count > fail_at));
}

/* A file of the shim, with the real one behind it. */
typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
} FaultFile;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((FaultFile *)(void *)file)->real;
}

#define SECTOR_BYTES 512

/* A write that no sync has put on the disk yet. */
typedef struct {
    sqlite3_file *real;
    sqlite3_int64 offset;
    sqlite3_int64 size_before; /* of the file */
    GByteArray *before;        /* the bytes that it replaced */
    GByteArray *after;
} Unsynced;

static GArray *unsynced; /* in the order of writing */

static void remember_write(sqlite3_file *real, const void *bytes, int length,
                           sqlite3_int64 offset)
{
    Unsynced entry = {real, offset, 0, g_byte_array_new(), g_byte_array_new()};
    real->pMethods->xFileSize(real, &entry.size_before);
    const int n_there = (int)CLAMP(entry.size_before - offset, 0, length);
    g_byte_array_set_size(entry.before, (guint)n_there);
    if (n_there > 0) {
        real->pMethods->xRead(real, entry.before->data, n_there, offset);
    }
    g_byte_array_append(entry.after, bytes, (guint)length);
    g_array_append_val(unsynced, entry);
}

/* What was written to a file is on the disk now. */
static void forget_writes(const sqlite3_file *real)
{
    for (guint i = unsynced->len; i-- > 0;) {
        const Unsynced *entry = &g_array_index(unsynced, Unsynced, i);
        if (entry->real == real) {
            g_byte_array_unref(entry->before);
            g_byte_array_unref(entry->after);
            g_array_remove_index(unsynced, i);
        }
    }
}

/* How much of a write arrived: nothing, all, or some sectors. */
static int arrived(GRand *chance, int length)
{
    switch (g_rand_int_range(chance, 0, 4)) {
    case 0:
        return MIN(length,
                   SECTOR_BYTES * g_rand_int_range(chance, 0, length / SECTOR_BYTES + 1));
    case 1:
        return length;
    default:
        return 0;
    }
}

static G_GNUC_NORETURN void cut_power(void)
{
    g_autoptr(GRand) chance =
        g_rand_new_with_seed((guint32)faults.counts[FAULT_POWER] * 2 + faults.persistent);
    for (guint i = unsynced->len; i-- > 0;) {
        const Unsynced *entry = &g_array_index(unsynced, Unsynced, i);
        entry->real->pMethods->xWrite(entry->real, entry->before->data, (int)entry->before->len,
                                      entry->offset);
        entry->real->pMethods->xTruncate(entry->real, entry->size_before);
    }
    for (guint i = 0; i < unsynced->len; i++) {
        const Unsynced *entry = &g_array_index(unsynced, Unsynced, i);
        const int length = arrived(chance, (int)entry->after->len);
        if (length > 0) {
            entry->real->pMethods->xWrite(entry->real, entry->after->data, length,
                                          entry->offset);
        }
    }
    _exit(EXIT_NO_POWER);
}

static int file_close(sqlite3_file *file)
{
    forget_writes(real_of(file));
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *out, int length, sqlite3_int64 offset)
{
    return must_fail(FAULT_READ)
               ? SQLITE_IOERR_READ
               : real_of(file)->pMethods->xRead(real_of(file), out, length, offset);
}

/* Half of it arrives: what a full disk does. */
static int file_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
    if (must_fail(FAULT_WRITE)) {
        real_of(file)->pMethods->xWrite(real_of(file), bytes, length / 2, offset);
        return faults.counts[FAULT_WRITE] % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    if (faults.fail_at[FAULT_POWER] != 0) {
        remember_write(real_of(file), bytes, length, offset);
    }
    if (must_fail(FAULT_POWER)) {
        cut_power();
    }
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, length, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    forget_writes(real_of(file));
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/* Nothing is synced in earnest. */
static int file_sync(sqlite3_file *file, int flags G_GNUC_UNUSED)
{
    if (must_fail(FAULT_SYNC)) {
        return SQLITE_IOERR_FSYNC;
    }
    forget_writes(real_of(file));
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *ret_locked)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_locked);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
};

static sqlite3_vfs *real_vfs(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags)
{
    FaultFile *shim = (FaultFile *)(void *)file;
    shim->base.pMethods = NULL;
    if (must_fail(FAULT_OPEN)) {
        return SQLITE_CANTOPEN;
    }
    shim->real = (sqlite3_file *)(void *)(shim + 1);
    const int code = real_vfs(vfs)->xOpen(real_vfs(vfs), name, shim->real, flags, ret_flags);
    if (shim->real->pMethods != NULL) {
        shim->base.pMethods = &file_methods;
    }
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    return must_fail(FAULT_DELETE) ? SQLITE_IOERR_DELETE
                                   : real_vfs(vfs)->xDelete(real_vfs(vfs), name, sync_folder);
}

/* All else is the real one's. */
static void register_vfs(void)
{
    static sqlite3_vfs shim;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    shim = *real;
    shim.pNext = NULL;
    shim.zName = "fault";
    shim.szOsFile = real->szOsFile + (int)sizeof(FaultFile);
    shim.pAppData = real;
    shim.xOpen = vfs_open;
    shim.xDelete = vfs_delete;
    g_assert_cmpint(sqlite3_vfs_register(&shim, 1), ==, SQLITE_OK);
}

static sqlite3_mem_methods real_memory;

static void *memory_allocate(int size)
{
    return must_fail(FAULT_MEMORY) ? NULL : real_memory.xMalloc(size);
}

static void *memory_resize(void *memory, int size)
{
    return must_fail(FAULT_MEMORY) ? NULL : real_memory.xRealloc(memory, size);
}

static void replace_memory(void)
{
    g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), ==, SQLITE_OK);
    sqlite3_mem_methods shim = real_memory;
    shim.xMalloc = memory_allocate;
    shim.xRealloc = memory_resize;
    g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_MALLOC, &shim), ==, SQLITE_OK);
}

typedef struct {
    char *folder;
    char *source;
    char *database;
    char *reference; /* the content of an undisturbed archive */
} Fixture;

static void write_dump(const Fixture *fixture)
{
    g_autoptr(GString) mbox = g_string_new(NULL);
    for (int i = 0; i < 60; i++) {
        g_string_append_printf(mbox,
                               "From a@b.example Thu Mar  2 10:00:00 2017\n"
                               "From: Writer %d <writer%d@valmont.example>\n"
                               "To: desk@valmont.example\nSubject: number %d\n"
                               "Message-ID: <%d@valmont.example>\n%s\nBody of %d, budget.\n\n",
                               i % 7, i % 7, i, i,
                               i % 5 == 0 ? "" : "Date: Thu, 2 Mar 2017 10:00:00 +0100\n", i);
    }
    g_assert_true(g_file_set_contents(fixture->source, mbox->str, (gssize)mbox->len, NULL));
}

static bool index_dump(const Fixture *fixture, GError **error)
{
    const char *const sources[] = {fixture->source, NULL};
    const IngestOptions options = {
        .database = fixture->database, .sources = sources, .n_workers = 1};
    IngestOutcome outcome = {0};
    return ingest_run(&options, &outcome, error);
}

static void remove_database(const Fixture *fixture)
{
    g_autofree char *journal = g_strconcat(fixture->database, "-journal", NULL);
    unlink(fixture->database);
    unlink(journal);
}

static void append_rows(sqlite3 *db, const char *sql, GString *out)
{
    sqlite3_stmt *rows = archive_prepare(db, sql, NULL);
    g_assert_nonnull(rows);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            g_string_append_printf(out, "%s|", archive_column_text(rows, i));
        }
        g_string_append_c(out, '\n');
    }
    g_assert_cmpint(code, ==, SQLITE_DONE);
    sqlite3_finalize(rows);
}

/* Whether the archive is whole, and what is in it. */
static char *content_of(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = archive_open_writable(path, NULL, &error);
    g_assert_no_error(error);
    archive_exec(db, "INSERT INTO message_fts(message_fts, rank) VALUES ('integrity-check', 1)",
                 &error);
    g_assert_no_error(error);
    GString *out = g_string_new(NULL);
    append_rows(db, "PRAGMA integrity_check", out);
    g_assert_true(g_str_equal(out->str, "ok|\n"));
    append_rows(
        db, "SELECT m.*, t.* FROM message m JOIN message_text t USING (id) ORDER BY m.id", out);
    append_rows(db, "SELECT * FROM occurrence ORDER BY file_id, offset", out);
    append_rows(db, "SELECT * FROM address ORDER BY id", out);
    append_rows(db, "SELECT * FROM message_address ORDER BY 1, 2, 3, 4", out);
    append_rows(db, "SELECT * FROM problem ORDER BY 1, 2", out);
    append_rows(db, "SELECT id, path, size, done, state, note FROM file ORDER BY id", out);
    append_rows(db, "SELECT * FROM archive_property ORDER BY name", out);
    append_rows(db, "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name", out);
    append_rows(db, "SELECT rowid FROM message_fts WHERE message_fts MATCH 'budget'", out);
    return g_string_free(out, false);
}

/* One run with a fault. Runs in a child, since faults may leave SQLite without memory for good.
 * Exit code 0: it came to its end; 1: it said why it did not; 2: it failed without a word. */
static int run_with_fault(const Fixture *fixture, FaultKind kind, uint64_t place,
                          bool persistent)
{
    const pid_t pid = fork();
    if (pid == 0) {
        g_autoptr(GError) error = NULL;
        memset(&faults, 0, sizeof(faults));
        faults.fail_at[kind] = place;
        faults.persistent = persistent;
        const bool ok = index_dump(fixture, &error);
        _exit(ok ? 0 : error != NULL && error->message[0] != '\0' ? 1 : 2);
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void check_place(const Fixture *fixture, FaultKind kind, uint64_t place, bool persistent)
{
    remove_database(fixture);
    const int code = run_with_fault(fixture, kind, place, persistent);
    g_test_message("%s %" G_GUINT64_FORMAT "%s: %d", kind_names[kind], place,
                   persistent ? " and all after it" : "", code);
    if (kind == FAULT_POWER) {
        g_assert_cmpint(code, ==, EXIT_NO_POWER);
    } else {
        g_assert_cmpint(code, <=, 1);
    }
    const int again = run_with_fault(fixture, kind, 0, false);
    g_assert_cmpint(again, ==, 0);
    g_autofree char *content = content_of(fixture->database);
    g_assert_cmpstr(content, ==, fixture->reference);
}

/* The places that an undisturbed run has, counted by one. */
static uint64_t count_places(const Fixture *fixture, FaultKind kind)
{
    g_autoptr(GError) error = NULL;
    remove_database(fixture);
    memset(&faults, 0, sizeof(faults));
    index_dump(fixture, &error);
    g_assert_no_error(error);
    return faults.counts[kind];
}

static void test_faults(gconstpointer data)
{
    const FaultKind kind = (FaultKind)GPOINTER_TO_INT(data);
    Fixture fixture = {.folder = g_dir_make_tmp("waxseal-XXXXXX", NULL)};
    fixture.source = g_build_filename(fixture.folder, "dump.mbox", NULL);
    fixture.database = g_build_filename(fixture.folder, "archive.db", NULL);
    write_dump(&fixture);
    const uint64_t n_places = count_places(&fixture, kind);
    fixture.reference = content_of(fixture.database);
    g_assert_cmpuint(n_places, >, 0);
    const char *wanted = g_getenv("WAXSEAL_FAULTS");
    const uint64_t n_tried =
        wanted == NULL ? PLACES_TRIED : MAX(g_ascii_strtoull(wanted, NULL, 10), 1);
    const uint64_t step = MAX(n_places / n_tried, 1);
    g_test_message("%s: %" G_GUINT64_FORMAT " places", kind_names[kind], n_places);
    for (uint64_t place = 1; place <= n_places; place += step) {
        check_place(&fixture, kind, place, false);
        check_place(&fixture, kind, place, true);
    }
    remove_database(&fixture);
    unlink(fixture.source);
    g_rmdir(fixture.folder);
    g_free(fixture.folder);
    g_free(fixture.source);
    g_free(fixture.database);
    g_free(fixture.reference);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    unsynced = g_array_new(FALSE, FALSE, sizeof(Unsynced));
    replace_memory();
    register_vfs();
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        g_autofree char *path = g_strdup_printf("/fault/every_%s_may_fail", kind_names[kind]);
        g_test_add_data_func(path, GINT_TO_POINTER(kind), test_faults);
    }
    return g_test_run();
}
