/* writeback.h - has the kernel begin to write what a file was given: what an fsync would wait
 * for later, with everything else standing still. In a thread of its own, since the kernel lets
 * whoever asks for it wait when the disk is busy.
 *
 * Only a hint: what is on the disk is up to fsync. Errors: none.
 * Threads: that of the owner.
 */
#pragma once

#include <glib.h>

typedef struct Writeback Writeback;

/* `fd` is borrowed, and open as long as the object is there. Returns: (transfer full). */
Writeback *writeback_new(int fd);

/* Accepts NULL. Waits for what has begun. */
void writeback_free(Writeback *writeback);

/* Begins to write all of the file; while that was asked for before and has not begun, does
 * nothing. Never waits. */
void writeback_start(Writeback *writeback);
