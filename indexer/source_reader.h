/* source_reader.h - what the readers of all kinds of files share; private to indexer/source*.
 *
 * A reader gets bytes from a ByteStream into the caller's window and cuts them into spans. What
 * was read beyond the last whole message waits in `pending`.
 *
 * Memory: a reader owns its stream and what is pending.
 */
#pragma once

#include "indexer/source.h"
#include "schema/byte_stream.h"

/* Bytes that are asked of the stream at once. */
#define SOURCE_READ_BYTES ((size_t)256 << 10)

typedef struct SourceFill SourceFill;

typedef struct {
    /* Appends the spans of the next call. `fill` is the window beyond what was used before; on
     * return `fill->done` bytes of it are used up. */
    SourceRead (*next)(SourceReader *reader, SourceFill *fill, GArray *spans);
} SourceReaderClass;

struct SourceReader {
    const SourceReaderClass *class;
    SourceFacts facts;
    ByteStream *stream;
    char *path;
    uint64_t stored_size; /* when the file was found */
    int64_t mtime_ns;     /* the same */
    uint64_t position;    /* uncompressed bytes that were handed out */
    GByteArray *pending;  /* bytes after `position` that were read already */
    bool at_end;          /* the stream has no more */
    GError *trouble;      /* why it has no more */
    bool done;            /* a single message was handed out */
};

/* The part of the window that one call fills. */
struct SourceFill {
    char *base;
    size_t at_in_window; /* of base */
    size_t capacity;
    size_t filled; /* bytes read */
    size_t done;   /* bytes that were handed out as spans and separators */
    size_t target; /* of `done`; no new message is begun beyond */
    size_t max_spans;
};

/* Reads about SOURCE_READ_BYTES more. Returns: false at the end of the stream, or when the
 * window is full. */
bool source_fill_more(SourceReader *reader, SourceFill *fill);

/* Makes `length` bytes available after base, or all there are. */
void source_fill_to(SourceReader *reader, SourceFill *fill, size_t length);

extern const SourceReaderClass mbox_reader_class;
extern const SourceReaderClass message_reader_class;
extern const SourceReaderClass other_reader_class;
