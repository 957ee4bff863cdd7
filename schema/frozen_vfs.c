/* SPDX-License-Identifier: MIT */
#include "schema/frozen_vfs.h"

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define TEMPORARY_FILES                                                                        \
    (SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_TRANSIENT_DB |               \
     SQLITE_OPEN_SUBJOURNAL)

/* The methods of an open file: those of the system below, but for what writes. A file's object
 * is that of the system below, too, and points here. */
typedef struct {
    sqlite3_io_methods methods;
    int (*lock_below)(sqlite3_file *file, int level);
    int (*read_below)(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset);
} FrozenMethods;

typedef struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *below;
    FrozenMethods methods;
} FrozenVfs;

/* The two bytes of the header that say whether there may be a write-ahead log
 * (sqlite.org/fileformat2.html 1.3.1-1.3.2). */
#define LOG_BYTES_AT 18
#define LOG_BYTES    2
#define WITHOUT_LOG  1
#define WITH_LOG     2

/* Says that there is no log: who opens the file has seen to it. */
static int read_without_log(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
    const FrozenMethods *frozen = (const FrozenMethods *)(const void *)file->pMethods;
    const int code = frozen->read_below(file, bytes, size, offset);
    if (code != SQLITE_OK || offset > LOG_BYTES_AT ||
        offset + size < LOG_BYTES_AT + LOG_BYTES) {
        return code;
    }
    uint8_t *versions = (uint8_t *)bytes + (LOG_BYTES_AT - offset);
    for (int i = 0; i < LOG_BYTES; i++) {
        versions[i] = versions[i] == WITH_LOG ? WITHOUT_LOG : versions[i];
    }
    return code;
}

static int refuse_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    (void)file;
    (void)bytes;
    (void)size;
    (void)offset;
    return SQLITE_READONLY;
}

static int refuse_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)file;
    (void)size;
    return SQLITE_READONLY;
}

static int refuse_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    (void)path;
    (void)sync_folder;
    return SQLITE_READONLY;
}

/* Nothing is written, so a writer's lock is not needed; the system could not give it for a file
 * that is open for reading. */
static int lock_as_reader(sqlite3_file *file, int level)
{
    const FrozenMethods *frozen = (const FrozenMethods *)(const void *)file->pMethods;
    return level <= SQLITE_LOCK_SHARED ? frozen->lock_below(file, level) : SQLITE_OK;
}

static void freeze(FrozenVfs *frozen, sqlite3_file *file)
{
    frozen->methods.methods = *file->pMethods;
    frozen->methods.lock_below = file->pMethods->xLock;
    frozen->methods.read_below = file->pMethods->xRead;
    frozen->methods.methods.xRead = read_without_log;
    frozen->methods.methods.iVersion = 1; /* no shared memory, and no mapping */
    frozen->methods.methods.xWrite = refuse_write;
    frozen->methods.methods.xTruncate = refuse_truncate;
    frozen->methods.methods.xLock = lock_as_reader;
    file->pMethods = &frozen->methods.methods;
}

static int open_file(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    FrozenVfs *frozen = (FrozenVfs *)(void *)vfs;
    if ((flags & TEMPORARY_FILES) != 0) {
        return frozen->below->xOpen(frozen->below, path, file, flags, ret_flags);
    }
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        file->pMethods = NULL;
        return SQLITE_CANTOPEN; /* a journal */
    }
    const int reading =
        (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    int code = frozen->below->xOpen(frozen->below, path, file, reading, NULL);
    if (code == SQLITE_OK) {
        freeze(frozen, file);
    }
    if (ret_flags != NULL) {
        *ret_flags = flags;
    }
    return code;
}

void frozen_vfs_register(void)
{
    if (sqlite3_vfs_find(FROZEN_VFS_NAME) != NULL) {
        return;
    }
    FrozenVfs *frozen = g_new0(FrozenVfs, 1);
    frozen->below = sqlite3_vfs_find(NULL);
    frozen->vfs = *frozen->below;
    frozen->vfs.pNext = NULL;
    frozen->vfs.zName = FROZEN_VFS_NAME;
    frozen->vfs.xOpen = open_file;
    frozen->vfs.xDelete = refuse_delete;
    sqlite3_vfs_register(&frozen->vfs, 0);
}
