/* frozen_vfs.h - a file system of SQLite in which a database takes writes and never changes.
 *
 * FTS5's integrity check has the form of an INSERT, which SQLite runs on a writable database
 * only. Here the file is opened read-only, no lock beyond that of a reader is taken, no journal
 * is made, and the first page that is really written is an error. Temporary files are as usual.
 *
 * Memory: registered with SQLite once, for the life of the process.
 * Limits: rollback journals only; a database in WAL mode is not opened.
 * Threads: call from one.
 */
#pragma once

#define FROZEN_VFS_NAME "waxseal-frozen"

/* Makes the name known to sqlite3_open_v2; more than once is fine. */
void frozen_vfs_register(void);
