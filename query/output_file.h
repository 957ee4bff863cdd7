/* output_file.h - one new file that is written from front to back.
 *
 * Made with O_EXCL: what is there already is never written to, a link never followed.
 *
 * Memory: 1 MB of buffer. Errors: G_FILE_ERROR, the message begins with the path.
 * G_FILE_ERROR_EXIST: something is there already.
 */
#pragma once

#include "schema/slice.h"

typedef struct OutputFile OutputFile;

/* Returns: (transfer full) NULL with `error`. */
OutputFile *output_file_open(const char *path, GError **error);

/* Closes without telling of failures. Accepts NULL. */
void output_file_free(OutputFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputFile, output_file_free)

/* Returns: false with `error`. */
bool output_file_write(OutputFile *file, Slice bytes, GError **error);

/* Writes what is buffered, waits until the disk has it, and closes. Returns: false with
 * `error`. */
bool output_file_finish(OutputFile *file, GError **error);

/* Writes a file in one go, and removes it again when it cannot be written in full. Returns:
 * false with `error`. */
bool output_file_make(const char *path, Slice bytes, GError **error);

/* Waits until the disk has what was written to `path`: a file and its name, or a folder with
 * all that is in it. To be called before anybody is told that it is there. Returns: false with
 * `error`. */
bool output_file_sync(const char *path, GError **error);
