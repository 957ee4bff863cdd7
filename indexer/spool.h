/* spool.h - what comes from a pipe, kept in a nameless temporary file so that it can be read as
 * a source.
 *
 * Sources are read by offset, and told apart by looking at their beginning; a pipe allows
 * neither.
 *
 * Memory: a Spool owns its file, which is gone with it, or with the program.
 * Errors: G_FILE_ERROR or G_IO_ERROR, for a person.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Spool Spool;

/* Reads `fd` to its end. Returns: (transfer full) NULL with `error`. */
Spool *spool_new(int fd, GError **error);

/* Accepts NULL. */
void spool_free(Spool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spool, spool_free)

/* A path that this process can open. Returns: (transfer none). */
const char *spool_path(const Spool *spool);
