/* bundle_writer.h - the files of an evidence bundle, into a new folder or a new ZIP file.
 *
 * Keeps the SHA-256 of every file, and writes them as SHA256SUMS, the form that sha256sum
 * checks. A path that ends in ".zip" is a ZIP file (minizip): all its files lie in one folder
 * and have the same fixed time, so the same bundle is the same bytes, whenever it is made.
 *
 * Errors: G_FILE_ERROR, the message begins with the path. G_FILE_ERROR_EXIST: something is
 * there already; it is never overwritten. A ZIP file that was not finished is removed.
 */
#pragma once

#include "schema/slice.h"

/* The folder inside a ZIP file. */
#define BUNDLE_ZIP_FOLDER "waxseal-bundle"

#define BUNDLE_SUMS_NAME "SHA256SUMS"

typedef struct BundleWriter BundleWriter;

/* Starts a bundle. A folder may be there if it is empty. Returns: (transfer full) NULL with
 * `error`. */
BundleWriter *bundle_writer_open(const char *path, GError **error);

/* Accepts NULL. */
void bundle_writer_free(BundleWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BundleWriter, bundle_writer_free)

/* Writes a file. `name` is the caller's own, never text from mail: "README.txt",
 * "mail/1-ab.eml". Returns: false with `error`. */
bool bundle_writer_add(BundleWriter *writer, const char *name, Slice bytes, GError **error);

/* Writes SHA256SUMS and closes the bundle. `ret_sum` (transfer full) is the SHA-256 of
 * SHA256SUMS, hexadecimal: it stands for every byte of the bundle. Returns: false with `error`.
 */
bool bundle_writer_finish(BundleWriter *writer, char **ret_sum, GError **error);
