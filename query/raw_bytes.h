/* raw_bytes.h - the exact bytes of a message, from where it lies, proved by its SHA-256.
 *
 * Each occurrence is tried in turn; bytes with another hash are never given out. A reader keeps
 * the file open that it read last, so that messages in the order of raw_bytes_reader_sort cost
 * one pass over each file, compressed or not.
 *
 * Errors: RAW_BYTES_ERROR when no occurrence has the bytes (the message says why of each),
 * ARCHIVE_ERROR.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/occurrence.h"

#define RAW_BYTES_ERROR (raw_bytes_error_quark())
GQuark raw_bytes_error_quark(void);

typedef enum {
    RAW_BYTES_ERROR_NO_MESSAGE, /* no message has this id */
    RAW_BYTES_ERROR_GONE,       /* no source has the bytes any more */
} RawBytesError;

typedef struct RawBytesReader RawBytesReader;

/* `db` is borrowed. Returns: (transfer full) NULL with `error`. */
RawBytesReader *raw_bytes_reader_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void raw_bytes_reader_free(RawBytesReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RawBytesReader, raw_bytes_reader_free)

/* Reads the SHA-256 of a message (32 bytes). Returns: false with `error`. */
bool raw_bytes_reader_hash(RawBytesReader *reader, int64_t message_id, uint8_t *sha256,
                           GError **error);

/* The same for one message, without a reader. */
bool raw_bytes_hash(sqlite3 *db, int64_t message_id, uint8_t *sha256, GError **error);

/* Returns: (transfer full) the bytes, or NULL with `error`. */
GBytes *raw_bytes_reader_read(RawBytesReader *reader, int64_t message_id, GError **error);

/* Sorts ids of messages (int64_t) as their first occurrences lie in the files. Returns: false
 * with `error`. */
bool raw_bytes_reader_sort(RawBytesReader *reader, GArray *ids, GError **error);

/* One message, without a reader. Returns: (transfer full) NULL with `error`. */
GBytes *raw_bytes_read(sqlite3 *db, int64_t message_id, GError **error);

/* One message as it lies in an mbox whose quoting was undone to read it: undone, it has the
 * message's SHA-256. Returns: (transfer full) NULL without `error` when it lies in none, or
 * with. */
GBytes *raw_bytes_read_quoted(sqlite3 *db, int64_t message_id, GError **error);

/* Cuts one occurrence out and compares its SHA-256 with `sha256` (32 bytes). `row` stands on a
 * row of raw_bytes_columns. Returns: (transfer full) NULL with `error`: G_FILE_ERROR when its
 * file cannot be opened. */
GBytes *raw_bytes_of_row(OccurrenceReader *reader, sqlite3_stmt *row, const void *sha256,
                         GError **error);

/* The first columns that raw_bytes_of_row reads, from occurrence o, file l and source r. */
#define RAW_BYTES_COLUMNS "r.path, l.path, l.compression, o.offset, o.length, o.quoting"
