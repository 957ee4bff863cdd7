/* writeback.h - has the kernel begin to write what a file's pages were changed to.
 *
 * A bulk load fills the page cache with pages that a later fsync waits for, with everything
 * else standing still. Started early, most of it has reached the disk by then. Only a hint:
 * nothing is promised about what is on the disk, and that is what SQLite's own fsync is for.
 *
 * Memory: the object owns a descriptor. Closing any descriptor of a file gives up the locks
 * that the process holds on it (POSIX fcntl, https://www.sqlite.org/howtocorrupt.html 2.2):
 * free a Writeback only while no connection of the process has a transaction open. Errors:
 * none; without a descriptor it does nothing. Threads: any.
 */
#pragma once

#include <glib.h>

typedef struct Writeback Writeback;

/* `path` may be NULL or "", for a database in memory. Returns: (transfer full). */
Writeback *writeback_new(const char *path);

/* Accepts NULL. */
void writeback_free(Writeback *writeback);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writeback, writeback_free)

/* Begins to write all changed pages; does not wait for them. */
void writeback_start(const Writeback *writeback);
