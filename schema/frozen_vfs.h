/* frozen_vfs.h - a file system of SQLite in which a database takes writes and never changes.
 *
 * FTS5's integrity check has the form of an INSERT, which SQLite runs on a writable database
 * only. Here the file is opened read-only, no lock beyond that of a reader is taken, no journal
 * is made, and the first page that is really written is an error. Temporary files are as usual.
 *
 * Memory: registered with SQLite once, for the life of the process.
 * Limits: what is in a write-ahead log is not seen, and a header that announces one is read as
 * if it did not: open only a database without a log (archive_open_frozen). Threads: call from
 * one.
 */
#pragma once

#define FROZEN_VFS_NAME "waxseal-frozen"

/* Makes the name known to sqlite3_open_v2; more than once is fine. */
void frozen_vfs_register(void);
