/* export.h - writes messages of an archive into files of another form.
 *
 * Forms that hold the exact bytes read them from the sources, each file once from front to
 * back, and check every SHA-256; a message that is not there any more is told and left out.
 *
 * Errors: G_FILE_ERROR (EXIST: something is there already), ARCHIVE_ERROR. What was written
 * until then stays.
 */
#pragma once

#include "query/export_format.h"

typedef struct {
    uint64_t n_written;
    uint64_t n_missing;
} ExportCounts;

typedef struct {
    gpointer data;

    /* A message that is left out, and why. */
    void (*missing)(gpointer data, int64_t id, const char *reason);

    /* Called before each message. */
    void (*progress)(gpointer data, const ExportCounts *counts);
} ExportReport;

/* The form of that name. Returns: (transfer none) NULL if there is none. */
const ExportFormat *export_format_find(const char *name);

typedef struct {
    const ExportFormat *format;
    const char *path;
    char separator; /* of CSV */
    ExportReport report;
} ExportOptions;

/* Writes the messages `ids` (int64_t); they are put in the order in which they lie in their
 * files when the form needs their bytes. `counts` is zeroed, and counted up also when it fails;
 * `note` gets what the reader should know. Returns: false with `error`. */
bool export_run(sqlite3 *db, GArray *ids, const ExportOptions *options, ExportCounts *counts,
                GString *note, GError **error);
