/* SPDX-License-Identifier: MIT */
#include "schema/byte_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

G_DEFINE_QUARK(waxseal - byte - stream - error - quark, byte_stream_error)

/* Compressed bytes are read in pieces of this size. */
#define INPUT_BYTES ((size_t)256 << 10)

/* zlib: a 32 KiB window, gzip header and trailer. */
#define WINDOW_BITS_GZIP (15 + 16)

struct ByteStream {
    char *path;
    int fd;
    Compression compression;
    uint64_t stored_at; /* next byte on disk */
    uint64_t at;        /* next uncompressed byte */
    GError *pending;    /* told after the bytes before it */

    z_stream inflater;
    uint8_t *input;
    bool member_ended;
};

static void set_errno_error(const char *path, GError **error)
{
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", path,
                g_strerror(code));
}

static bool start_inflating(ByteStream *stream, GError **error)
{
    stream->compression = COMPRESSION_GZIP;
    stream->input = g_malloc(INPUT_BYTES);
    if (inflateInit2(&stream->inflater, WINDOW_BITS_GZIP) != Z_OK) {
        g_set_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_MEMORY, "%s: out of memory",
                    stream->path);
        return false;
    }
    return true;
}

static bool open_regular(ByteStream *stream, GError **error)
{
    struct stat info;
    stream->fd = open(stream->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (stream->fd < 0 || fstat(stream->fd, &info) != 0) {
        set_errno_error(stream->path, error);
        return false;
    }
    if (!S_ISREG(info.st_mode)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: not a regular file",
                    stream->path);
        return false;
    }
    posix_fadvise(stream->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return true;
}

ByteStream *byte_stream_open(const char *path, GError **error)
{
    g_autoptr(ByteStream) stream = g_new0(ByteStream, 1);
    stream->path = g_strdup(path);
    stream->fd = -1;
    if (!open_regular(stream, error)) {
        return NULL;
    }
    uint8_t magic[3] = {0, 0, 0};
    if (pread(stream->fd, magic, sizeof(magic), 0) == sizeof(magic) && magic[0] == 0x1F &&
        magic[1] == 0x8B && magic[2] == Z_DEFLATED && !start_inflating(stream, error)) {
        return NULL;
    }
    return g_steal_pointer(&stream);
}

void byte_stream_free(ByteStream *stream)
{
    if (stream == NULL) {
        return;
    }
    if (stream->fd >= 0) {
        close(stream->fd);
    }
    if (stream->compression == COMPRESSION_GZIP) {
        inflateEnd(&stream->inflater);
    }
    g_clear_error(&stream->pending);
    g_free(stream->input);
    g_free(stream->path);
    g_free(stream);
}

Compression byte_stream_compression(const ByteStream *stream)
{
    return stream->compression;
}

uint64_t byte_stream_position(const ByteStream *stream)
{
    return stream->at;
}

uint64_t byte_stream_stored_position(const ByteStream *stream)
{
    return stream->stored_at - stream->inflater.avail_in;
}

/* One read from disk. Returns: bytes, 0 at the end, -1 with the error pending. */
static gssize read_stored(ByteStream *stream, void *out, size_t length)
{
    ssize_t n_read = 0;
    do {
        n_read = pread(stream->fd, out, length, (off_t)stream->stored_at);
    } while (n_read < 0 && errno == EINTR);
    if (n_read < 0) {
        set_errno_error(stream->path, &stream->pending);
        return -1;
    }
    stream->stored_at += (uint64_t)n_read;
    return n_read;
}

static size_t read_plain(ByteStream *stream, char *out, size_t length)
{
    size_t filled = 0;
    while (filled < length) {
        gssize n_read = read_stored(stream, out + filled, length - filled);
        if (n_read <= 0) {
            break;
        }
        filled += (size_t)n_read;
    }
    return filled;
}

static void set_damaged(ByteStream *stream, const char *why)
{
    g_set_error(&stream->pending, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_DAMAGED,
                "%s: damaged gzip data: %s", stream->path, why);
}

/* Makes input available. Returns: false at the end of the file or with an error pending. */
static bool refill(ByteStream *stream)
{
    if (stream->inflater.avail_in > 0) {
        return true;
    }
    gssize n_read = read_stored(stream, stream->input, INPUT_BYTES);
    if (n_read <= 0) {
        return false;
    }
    stream->inflater.next_in = stream->input;
    stream->inflater.avail_in = (uInt)n_read;
    return true;
}

/* After a member: another one, zero padding (as tape leaves it), or something that is no gzip.
 */
static bool next_member(ByteStream *stream)
{
    while (stream->member_ended) {
        if (!refill(stream)) {
            return false;
        }
        if (*stream->inflater.next_in == 0) {
            stream->inflater.next_in++;
            stream->inflater.avail_in--;
        } else if (*stream->inflater.next_in == 0x1F) {
            inflateReset(&stream->inflater);
            stream->member_ended = false;
        } else {
            set_damaged(stream, "other bytes follow it");
            return false;
        }
    }
    return true;
}

static size_t read_inflated(ByteStream *stream, char *out, size_t length)
{
    stream->inflater.next_out = (Bytef *)out;
    stream->inflater.avail_out = (uInt)MIN(length, G_MAXUINT / 2);
    size_t wanted = stream->inflater.avail_out;
    while (stream->inflater.avail_out > 0 && next_member(stream)) {
        /* Without more input zlib may still hold a part of what it has read. */
        bool has_input = refill(stream);
        uInt room = stream->inflater.avail_out;
        int code = inflate(&stream->inflater, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
            stream->member_ended = true;
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            set_damaged(stream,
                        stream->inflater.msg == NULL ? "no gzip" : stream->inflater.msg);
            break;
        } else if (!has_input && stream->inflater.avail_out == room) {
            if (stream->pending == NULL) {
                set_damaged(stream, "it ends too early");
            }
            break;
        }
    }
    return wanted - stream->inflater.avail_out;
}

gssize byte_stream_read(ByteStream *stream, char *out, size_t length, GError **error)
{
    size_t filled = 0;
    while (stream->pending == NULL && filled < length) {
        size_t n_read = stream->compression == COMPRESSION_GZIP
                            ? read_inflated(stream, out + filled, length - filled)
                            : read_plain(stream, out + filled, length - filled);
        filled += n_read;
        if (n_read == 0) {
            break;
        }
    }
    stream->at += filled;
    if (filled == 0 && stream->pending != NULL) {
        g_propagate_error(error, g_error_copy(stream->pending));
        return -1;
    }
    return (gssize)filled;
}

gssize byte_stream_peek(const ByteStream *stream, uint64_t offset, char *out, size_t length)
{
    if (stream->compression != COMPRESSION_NONE || offset > INT64_MAX) {
        return -1;
    }
    size_t done = 0;
    while (done < length) {
        ssize_t n_read = pread(stream->fd, out + done, length - done, (off_t)(offset + done));
        if (n_read < 0 && errno == EINTR) {
            continue;
        }
        if (n_read < 0) {
            return -1;
        }
        if (n_read == 0) {
            break;
        }
        done += (size_t)n_read;
    }
    return (gssize)done;
}

int64_t byte_stream_mtime_ns(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) +
           info->st_mtim.tv_nsec;
}

bool byte_stream_has_changed(const ByteStream *stream, uint64_t stored_size, int64_t mtime_ns)
{
    struct stat info;
    return fstat(stream->fd, &info) != 0 || (uint64_t)info.st_size != stored_size ||
           byte_stream_mtime_ns(&info) != mtime_ns;
}

bool byte_stream_skip_to(ByteStream *stream, uint64_t offset, GError **error)
{
    if (stream->compression == COMPRESSION_NONE) {
        stream->stored_at = offset;
        stream->at = offset;
        return true;
    }
    g_autofree char *skipped = g_malloc(INPUT_BYTES);
    while (stream->at < offset) {
        size_t length = (size_t)MIN((uint64_t)INPUT_BYTES, offset - stream->at);
        gssize n_read = byte_stream_read(stream, skipped, length, error);
        if (n_read < 0) {
            return false;
        }
        if (n_read == 0) {
            g_set_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_SHRUNK,
                        "%s: the file has shrunk", stream->path);
            return false;
        }
    }
    return true;
}
