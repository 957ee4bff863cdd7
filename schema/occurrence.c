/* SPDX-License-Identifier: MIT */
#include "schema/occurrence.h"

#include "schema/byte_stream.h"

/* A length in a damaged archive must not exhaust memory. */
#define EXTRACT_BYTES_MAX ((uint64_t)4 << 30)

static const char *const compression_words[COMPRESSION_COUNT] = {
    [COMPRESSION_NONE] = "none",
    [COMPRESSION_GZIP] = "gzip",
};

static const char *const quoting_words[QUOTING_COUNT] = {
    [QUOTING_NONE] = "none",
    [QUOTING_MBOXO] = "mboxo",
    [QUOTING_MBOXRD] = "mboxrd",
};

const char *compression_word(Compression compression)
{
    g_assert(compression < COMPRESSION_COUNT);
    return compression_words[compression];
}

const char *quoting_word(Quoting quoting)
{
    g_assert(quoting < QUOTING_COUNT);
    return quoting_words[quoting];
}

bool compression_parse(const char *word, Compression *ret_compression)
{
    for (unsigned i = 0; i < COMPRESSION_COUNT; i++) {
        if (g_strcmp0(word, compression_words[i]) == 0) {
            *ret_compression = (Compression)i;
            return true;
        }
    }
    return false;
}

bool quoting_parse(const char *word, Quoting *ret_quoting)
{
    for (unsigned i = 0; i < QUOTING_COUNT; i++) {
        if (g_strcmp0(word, quoting_words[i]) == 0) {
            *ret_quoting = (Quoting)i;
            return true;
        }
    }
    return false;
}

/* Whether the line that begins with ">" is quoted, and its first ">" must go. */
static bool is_quoted_line(Slice line, Quoting quoting)
{
    size_t marks = 0;
    while (marks < line.len && line.ptr[marks] == '>') {
        marks++;
    }
    return marks > 0 && (quoting == QUOTING_MBOXRD || marks == 1) &&
           slice_starts_with(slice_from(line, marks), SLICE_LITERAL("From "));
}

/* The next place at or after `at` where a line begins with ">"; the end if there is none. */
static size_t next_mark(Slice text, size_t at)
{
    while (at < text.len) {
        const char *mark = memchr(text.ptr + at, '>', text.len - at);
        if (mark == NULL) {
            break;
        }
        at = (size_t)(mark - text.ptr);
        if (at == 0 || text.ptr[at - 1] == '\n') {
            return at;
        }
        at++;
    }
    return text.len;
}

/* The next quoted line that begins at or after `at`; the end if there is none. */
static size_t next_quoted(Slice text, size_t at, Quoting quoting)
{
    at = quoting == QUOTING_NONE ? text.len : next_mark(text, at);
    while (at < text.len && !is_quoted_line(slice_from(text, at), quoting)) {
        at = next_mark(text, at + 1);
    }
    return at;
}

bool occurrence_is_quoted(Slice text, Quoting quoting)
{
    return next_quoted(text, 0, quoting) < text.len;
}

size_t occurrence_unquote(char *bytes, size_t length, Quoting quoting)
{
    Slice text = slice_of(bytes, length);
    size_t out = 0;
    size_t copied = 0; /* bytes of the input that are dealt with */
    size_t at = next_quoted(text, 0, quoting);
    while (at < length) {
        if (out != copied) {
            memmove(bytes + out, bytes + copied, at - copied);
        }
        out += at - copied;
        copied = at + 1;
        at = next_quoted(text, at + 1, quoting);
    }
    if (copied == 0) {
        return length;
    }
    memmove(bytes + out, bytes + copied, length - copied);
    return out + length - copied;
}

struct OccurrenceReader {
    char *path;
    ByteStream *stream; /* NULL until the first call, or when the file cannot be opened */
};

OccurrenceReader *occurrence_reader_new(void)
{
    return g_new0(OccurrenceReader, 1);
}

void occurrence_reader_free(OccurrenceReader *reader)
{
    if (reader == NULL) {
        return;
    }
    byte_stream_free(reader->stream);
    g_free(reader->path);
    g_free(reader);
}

/* The file, at `offset` or before. Returns: (transfer none) NULL with `error`. */
static ByteStream *stream_before(OccurrenceReader *reader, const char *path, uint64_t offset,
                                 GError **error)
{
    bool is_open = reader->stream != NULL && g_str_equal(reader->path, path) &&
                   byte_stream_position(reader->stream) <= offset;
    if (!is_open) {
        g_clear_pointer(&reader->stream, byte_stream_free);
        g_free(reader->path);
        reader->path = g_strdup(path);
        reader->stream = byte_stream_open(path, error);
    }
    return reader->stream;
}

static GBytes *read_at(ByteStream *stream, const char *path, uint64_t offset, uint64_t length,
                       Quoting quoting, GError **error)
{
    char *bytes = length > EXTRACT_BYTES_MAX ? NULL : g_try_malloc(MAX(length, 1));
    if (bytes == NULL) {
        g_set_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_MEMORY,
                    "%s: the message is too large for memory", path);
        return NULL;
    }
    gssize n_read = 0;
    if (!byte_stream_skip_to(stream, offset, error) ||
        (n_read = byte_stream_read(stream, bytes, length, error)) < 0) {
        g_free(bytes);
        return NULL;
    }
    if ((uint64_t)n_read != length) {
        g_set_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_SHRUNK,
                    "%s: the file has shrunk", path);
        g_free(bytes);
        return NULL;
    }
    /* is_quoted_line looks at text behind the place that is moved, never before it. */
    size_t unquoted = occurrence_unquote(bytes, length, quoting);
    return g_bytes_new_take(bytes, unquoted);
}

GBytes *occurrence_reader_extract(OccurrenceReader *reader, const char *path,
                                  Compression compression, uint64_t offset, uint64_t length,
                                  Quoting quoting, GError **error)
{
    ByteStream *stream = stream_before(reader, path, offset, error);
    if (stream == NULL) {
        return NULL;
    }
    if (byte_stream_compression(stream) != compression) {
        g_set_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_CHANGED,
                    "%s: the file has changed since it was indexed", path);
        return NULL;
    }
    return read_at(stream, path, offset, length, quoting, error);
}

GBytes *occurrence_extract(const char *path, Compression compression, uint64_t offset,
                           uint64_t length, Quoting quoting, GError **error)
{
    g_autoptr(OccurrenceReader) reader = occurrence_reader_new();
    return occurrence_reader_extract(reader, path, compression, offset, length, quoting, error);
}
