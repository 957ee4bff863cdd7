/* SPDX-License-Identifier: MIT
 *
 * Files that are one message, and files that are none. */
#include "indexer/oversize_hash.h"
#include "indexer/source_reader.h"

/* The part beyond what the window keeps is hashed through it. */
static void read_rest(SourceReader *reader, SourceFill *fill, SourceSpan *span)
{
    g_autoptr(OversizeHash) hash = oversize_hash_new(QUOTING_NONE);
    oversize_hash_add(hash, slice_of(fill->base, fill->filled));
    span->length = fill->filled;
    for (bool more = true; more;) {
        fill->filled = SOURCE_MESSAGE_MAX;
        more = source_fill_more(reader, fill);
        size_t length = fill->filled - SOURCE_MESSAGE_MAX;
        oversize_hash_add(hash, slice_of(fill->base + SOURCE_MESSAGE_MAX, length));
        span->length += length;
    }
    oversize_hash_finish(hash, span);
    problem_set_add(&span->problems, PROBLEM_MESSAGE_TOO_LARGE);
}

static SourceRead message_next(SourceReader *reader, SourceFill *fill, GArray *spans)
{
    if (reader->done) {
        return SOURCE_READ_END;
    }
    reader->done = true;
    source_fill_to(reader, fill, SOURCE_MESSAGE_MAX + 1);
    SourceSpan span = {
        .kind = SPAN_MESSAGE,
        .offset = reader->position,
        .length = fill->filled,
        .bytes_at = fill->at_in_window,
        .bytes_length = fill->filled,
    };
    /* Perhaps an mbox whose From_ lines have a form that is not known. */
    if (slice_starts_with(slice_of(fill->base, fill->filled), SLICE_LITERAL("From "))) {
        problem_set_add(&span.problems, PROBLEM_FROM_LINE_SUSPECT);
    }
    if (fill->filled > SOURCE_MESSAGE_MAX) {
        read_rest(reader, fill, &span);
        span.bytes_length = SOURCE_MESSAGE_MAX;
        fill->filled = SOURCE_MESSAGE_MAX;
    }
    fill->done = fill->filled;
    reader->position += span.length;
    g_array_append_val(spans, span);
    return SOURCE_READ_SPANS;
}

/* A file that is no mail: read to its end for its true length when compressed. */
static SourceRead other_next(SourceReader *reader, SourceFill *fill, GArray *spans)
{
    if (reader->done) {
        return SOURCE_READ_END;
    }
    reader->done = true;
    uint64_t length = fill->filled;
    if (reader->facts.compression == COMPRESSION_NONE) {
        length = reader->stored_size - reader->position;
    } else {
        for (bool more = true; more; length += fill->filled) {
            fill->filled = 0;
            more = source_fill_more(reader, fill);
        }
    }
    fill->filled = 0;
    if (length == 0) {
        return SOURCE_READ_END;
    }
    SourceSpan span = {
        .kind = SPAN_DAMAGED,
        .offset = reader->position,
        .length = length,
        .reason = "not recognised as mail",
    };
    reader->position += length;
    g_array_append_val(spans, span);
    return SOURCE_READ_SPANS;
}

const SourceReaderClass message_reader_class = {message_next};
const SourceReaderClass other_reader_class = {other_next};
