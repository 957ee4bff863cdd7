/* file_table.h - which sources and files the archive knows, and how far each was read.
 *
 * The rows of `source` and `file`. A file that has changed since it was read gets a new row;
 * the old one becomes `replaced` and keeps its occurrences.
 *
 * Memory: a FileMemory owns its strings. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "indexer/source.h"
#include "schema/archive.h"

typedef enum {
    FILE_PARTIAL,
    FILE_COMPLETE,
    FILE_DAMAGED,
    FILE_REPLACED,
    FILE_STATE_COUNT
} FileState;

/* What an earlier run left of one file. */
typedef struct {
    int64_t id;
    uint64_t stored_size;
    int64_t mtime_ns;
    uint64_t done; /* bytes of mail that are accounted for */
    uint64_t size;
    FileState state;
    MboxDialect dialect;
} FileMemory;

typedef struct FileTable FileTable;

/* Returns: (transfer full) NULL with `error`. */
FileTable *file_table_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void file_table_free(FileTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileTable, file_table_free)

/* The row of a source, made when it is new. `path` is absolute. */
bool file_table_source(FileTable *table, const char *path, int64_t *ret_id, GError **error);

/* The files of a source that are not replaced, by relative path.
 * Returns: (transfer full) char * -> FileMemory *, NULL with `error`. */
GHashTable *file_table_load(FileTable *table, int64_t source_id, GError **error);

/* Adds a row, state partial, nothing done. */
bool file_table_add(FileTable *table, int64_t source_id, const SourceEntry *entry,
                    int64_t *ret_id, GError **error);

/* How far reading got, and what the reader found out. `note` may be NULL. */
bool file_table_update(FileTable *table, int64_t file_id, const SourceFacts *facts,
                       uint64_t size, uint64_t done, FileState state, const char *note,
                       GError **error);

/* Makes the next run take the file for a changed one, and read it again. */
bool file_table_forget_time(FileTable *table, int64_t file_id, GError **error);

/* Marks an older reading of a changed file. */
bool file_table_replace(FileTable *table, int64_t file_id, GError **error);
