/* output_folder.h - a folder that files are written into, none of them over another.
 *
 * Every file is made with O_EXCL and O_NOFOLLOW below the opened folder, so neither a link that
 * somebody put there nor a second file of the same name is ever written to. A file that could
 * not be written in full is removed.
 *
 * Errors: G_FILE_ERROR, the message begins with the path. G_FILE_ERROR_EXIST: something is
 * there already.
 */
#pragma once

#include "schema/slice.h"

typedef struct OutputFolder OutputFolder;

/* Opens `path`, which is made when it is not there. With `must_be_empty`, a folder that holds
 * anything is an error. Returns: (transfer full) NULL with `error`. */
OutputFolder *output_folder_open(const char *path, bool must_be_empty, GError **error);

/* Makes and opens a folder inside. Returns: (transfer full) NULL with `error`. */
OutputFolder *output_folder_make(const OutputFolder *folder, const char *name, GError **error);

/* Accepts NULL. */
void output_folder_free(OutputFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputFolder, output_folder_free)

/* Returns: (transfer none) the path that it was opened with. */
const char *output_folder_path(const OutputFolder *folder);

/* Waits until the disk has all that was written. Returns: false with `error`. */
bool output_folder_finish(const OutputFolder *folder, GError **error);

/* Writes a new file. `name` has no "/". Returns: false with `error`. */
bool output_folder_write(const OutputFolder *folder, const char *name, Slice bytes,
                         GError **error);

/* Writes a new file under the safe name `name`, or under that name with a number when it is
 * taken, upper and lower case being the same. Returns: (transfer full) the name that it got;
 * NULL with `error`. */
char *output_folder_write_as(OutputFolder *folder, const char *name, Slice bytes,
                             GError **error);
