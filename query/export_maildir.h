/* export_maildir.h - a new Maildir that messages are written into.
 *
 * Also where an mbox puts what it cannot hold. Names are unique by the message's id; flags are
 * those of the Maildir that a message lay in, else S: seen.
 *
 * Errors: those of output_folder.h.
 */
#pragma once

#include "query/export_format.h"

typedef struct ExportMaildir ExportMaildir;

/* Makes cur, new and tmp in a new or empty folder. Returns: (transfer full) NULL with `error`.
 */
ExportMaildir *export_maildir_open(const char *path, GError **error);

/* Accepts NULL. */
void export_maildir_free(ExportMaildir *maildir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportMaildir, export_maildir_free)

/* Returns: false with `error`. */
bool export_maildir_add(ExportMaildir *maildir, const ExportItem *item, GError **error);

/* Waits until the disk has all of it. Returns: false with `error`. */
bool export_maildir_finish(const ExportMaildir *maildir, GError **error);
