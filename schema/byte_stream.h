/* byte_stream.h - the bytes of a file from front to back, gzip undone.
 *
 * Told apart by looking: a file that begins with the gzip magic (RFC 1952) is inflated, all its
 * members one after the other. Files are opened read-only and read with pread, never mapped: a
 * file that shrinks meanwhile is a short read, not a signal.
 *
 * Memory: a stream owns its buffers. Errors: BYTE_STREAM_ERROR or G_FILE_ERROR, prefixed
 * with the path.
 */
#pragma once

#include <glib.h>
#include <sys/stat.h>

#include "schema/occurrence.h"
#include "schema/slice.h"

#define BYTE_STREAM_ERROR (byte_stream_error_quark())
GQuark byte_stream_error_quark(void);

typedef enum {
    BYTE_STREAM_ERROR_DAMAGED, /* what is compressed cannot be read */
    BYTE_STREAM_ERROR_SHRUNK,  /* the file ends before a place that it had */
    BYTE_STREAM_ERROR_CHANGED, /* it is another one than before */
    BYTE_STREAM_ERROR_MEMORY,  /* there is not enough of it */
} ByteStreamError;

typedef struct ByteStream ByteStream;

/* Opens a regular file. Returns: (transfer full) NULL with `error`. */
ByteStream *byte_stream_open(const char *path, GError **error);

/* Accepts NULL. */
void byte_stream_free(ByteStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ByteStream, byte_stream_free)

Compression byte_stream_compression(const ByteStream *stream);

/* Reads `length` bytes, fewer only at the end or before an error. Returns: bytes read; -1 with
 * `error` when nothing could be read. An error after some bytes is returned by the next call.
 */
gssize byte_stream_read(ByteStream *stream, char *out, size_t length, GError **error);

/* Reads up to `length` bytes at `offset` without moving. Returns: bytes read, fewer at the end;
 * -1 when the file is compressed or cannot be read. */
gssize byte_stream_peek(const ByteStream *stream, uint64_t offset, char *out, size_t length);

/* Goes forward to `offset` (uncompressed bytes). Returns: false with `error`. */
bool byte_stream_skip_to(ByteStream *stream, uint64_t offset, GError **error);

/* The offset of the next byte (uncompressed bytes). */
uint64_t byte_stream_position(const ByteStream *stream);

/* Whether the open file has another size or time than it had; somebody writes to it. */
bool byte_stream_has_changed(const ByteStream *stream, uint64_t stored_size, int64_t mtime_ns);

/* The time of a file's last change, in nanoseconds since 1970. */
int64_t byte_stream_mtime_ns(const struct stat *info);

/* Bytes on disk that were consumed so far. */
uint64_t byte_stream_stored_position(const ByteStream *stream);
