/* SPDX-License-Identifier: MIT
 *
 * Cuts an mbox into messages (RFC 4155, qmail mbox(5)). docs/sources.md has the rules. */
#include "indexer/oversize_hash.h"
#include "indexer/source_reader.h"
#include "schema/mbox_separator.h"

/* Bytes that must be there after a line end to decide whether a From_ line and a header field
 * follow it. */
#define LOOKAHEAD (2 * (size_t)LINE_LOOK_MAX)

/* A candidate: a From_ line may begin behind the line end. */
static const char from_pattern[] = "\nFrom ";

/* Bytes before a candidate that belong to the decision: an empty line with CRLF, and one
 * before. */
#define LOOKBEHIND ((size_t)4)

/* Bytes at the end of what was read in which a candidate may begin that was not judged yet,
 * with those before it. */
#define UNSEARCHED (LOOKAHEAD + sizeof(from_pattern) + LOOKBEHIND)

/* Header bytes in which Content-Length is looked for. */
#define HEADER_LOOK_MAX ((size_t)256 << 10)

/* How far to read ahead in compressed data for a Content-Length that may lie. */
#define CONTENT_LENGTH_AHEAD_MAX ((size_t)16 << 20)

typedef enum {
    BOUNDARY_NONE,   /* not in what was read */
    BOUNDARY_FOUND,  /* a From_ line follows */
    BOUNDARY_END,    /* the file ends */
    BOUNDARY_TOO_FAR /* the window is full, or enough was read for one call */
} BoundaryKind;

/* Where a message ends. Positions count from the fill's base. */
typedef struct {
    BoundaryKind kind;
    size_t message_end;
    size_t separator_end; /* after the blank line */
    bool doubtful;        /* a From_ line without the blank line before it */
} Boundary;

/* One message while its end is looked for. */
typedef struct {
    SourceReader *reader;
    SourceFill *fill;
    size_t start;   /* first byte of the message */
    size_t scanned; /* no boundary begins before it */
    bool may_stop;  /* a message was handed out already: do not read far for this one */
    bool has_length;
    size_t length_end; /* where Content-Length says that the message ends */
    ProblemSet problems;
    MboxDialect dialect;
} Search;

static Slice bytes_from(const SourceFill *fill, size_t at)
{
    return slice_of(fill->base + at, fill->filled - at);
}

static Slice after_line(Slice text)
{
    const char *end = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len);
    return end == NULL ? SLICE_EMPTY : slice_from(text, (size_t)(end + 1 - text.ptr));
}

/* Whether a message begins at `text`: a From_ line and then a header field, another From_ line
 * that was escaped, a blank line or nothing. */
static bool begins_message(Slice text, bool *ret_has_field)
{
    if (!mbox_separator_is_from_line(mbox_separator_first_line(text))) {
        return false;
    }
    Slice rest = after_line(text);
    Slice line = mbox_separator_first_line(rest);
    *ret_has_field =
        mbox_separator_is_field_line(line) || slice_starts_with(line, SLICE_LITERAL(">From "));
    return *ret_has_field || line.len == 0;
}

/* The length of the blank line that ends with the line end at `end`: 2, 1, or 0 if there is
 * none. */
static size_t blank_line_length(const SourceFill *fill, size_t start, size_t end)
{
    const char *bytes = fill->base;
    if (end >= start + 1 && bytes[end] == '\n' && bytes[end - 1] == '\r' &&
        (end - 1 == start || bytes[end - 2] == '\n')) {
        return 2;
    }
    return end >= start && (end == start || bytes[end - 1] == '\n') ? 1 : 0;
}

/* Judges the line end at `at`, behind which "From " stands. */
static bool is_boundary(Search *search, size_t at, Boundary *ret_boundary)
{
    bool has_field = false;
    if (!begins_message(bytes_from(search->fill, at + 1), &has_field)) {
        if (mbox_separator_is_from_line(
                mbox_separator_first_line(bytes_from(search->fill, at + 1)))) {
            problem_set_add(&search->problems, PROBLEM_FROM_LINE_SUSPECT);
        }
        return false;
    }
    /* An empty message: the From_ line stands right behind the one before. */
    size_t blank =
        at + 1 == search->start ? 0 : blank_line_length(search->fill, search->start, at);
    bool doubtful = blank == 0 && at + 1 != search->start;
    if (doubtful && !has_field) {
        problem_set_add(&search->problems, PROBLEM_FROM_LINE_SUSPECT);
        return false;
    }
    *ret_boundary = (Boundary){BOUNDARY_FOUND, at + 1 - blank, at + 1, doubtful};
    return true;
}

/* Looks for the next boundary in what was read, not beyond `limit`. */
static bool scan_filled(Search *search, size_t limit, Boundary *ret_boundary)
{
    const SourceFill *fill = search->fill;
    /* The line end of the From_ line before counts, for an empty message. */
    size_t at = MAX(search->scanned, search->start == 0 ? 0 : search->start - 1);
    while (at < limit) {
        const char *found =
            memmem(fill->base + at, limit - at, from_pattern, sizeof(from_pattern) - 1);
        if (found == NULL) {
            break;
        }
        at = (size_t)(found - fill->base);
        if (is_boundary(search, at, ret_boundary)) {
            search->scanned = at;
            return true;
        }
        at++;
    }
    search->scanned =
        MAX(search->scanned, limit > sizeof(from_pattern) ? limit - sizeof(from_pattern) : 0);
    return false;
}

static Boundary end_of_file(Search *search)
{
    const SourceFill *fill = search->fill;
    size_t blank = 0;
    if (fill->filled > search->start && fill->base[fill->filled - 1] == '\n') {
        blank = blank_line_length(fill, search->start, fill->filled - 1);
    }
    return (Boundary){BOUNDARY_END, fill->filled - blank, fill->filled, false};
}

/* Reads on until the message's end is found. */
static Boundary find_boundary(Search *search)
{
    SourceFill *fill = search->fill;
    Boundary boundary = {BOUNDARY_NONE, 0, 0, false};
    for (;;) {
        /* A candidate is judged only with enough behind it, so that reads may end anywhere. */
        size_t limit = search->reader->at_end     ? fill->filled
                       : fill->filled > LOOKAHEAD ? fill->filled - LOOKAHEAD
                                                  : 0;
        if (limit > search->scanned && scan_filled(search, limit, &boundary)) {
            return boundary;
        }
        if (search->reader->at_end) {
            return end_of_file(search);
        }
        bool far = search->may_stop && fill->filled >= fill->target + LOOKAHEAD;
        if (far || fill->filled - search->start > SOURCE_MESSAGE_MAX + UNSEARCHED ||
            !source_fill_more(search->reader, fill)) {
            if (search->reader->at_end) {
                continue;
            }
            boundary.kind = BOUNDARY_TOO_FAR;
            return boundary;
        }
    }
}

static bool parse_length(Slice value, size_t *ret_length)
{
    uint64_t number = 0;
    size_t at = 0;
    while (at < value.len && (value.ptr[at] == ' ' || value.ptr[at] == '\t')) {
        at++;
    }
    size_t first_digit = at;
    while (at < value.len && g_ascii_isdigit(value.ptr[at]) && at - first_digit < 12) {
        number = number * 10 + (uint64_t)(value.ptr[at++] - '0');
    }
    *ret_length = number;
    return at > first_digit && at == value.len;
}

/* Looks for Content-Length in the header, and where it says that the message ends. */
static void find_content_length(Search *search)
{
    static const Slice name = SLICE_LITERAL("Content-Length:");
    SourceFill *fill = search->fill;
    size_t length = 0;
    bool found = false;
    size_t at = search->start;
    while (at - search->start < HEADER_LOOK_MAX) {
        if (fill->filled - at < LINE_LOOK_MAX) {
            source_fill_to(search->reader, fill, at + LINE_LOOK_MAX);
        }
        const char *end =
            fill->filled == at ? NULL : memchr(fill->base + at, '\n', fill->filled - at);
        if (end == NULL) {
            return;
        }
        Slice line = mbox_separator_first_line(bytes_from(fill, at));
        at = (size_t)(end + 1 - fill->base);
        if (line.len == 0) {
            break;
        }
        if (line.len > name.len && slice_equal_nocase(slice_of(line.ptr, name.len), name)) {
            found = parse_length(slice_from(line, name.len), &length);
        }
    }
    search->has_length = found && length <= SOURCE_MESSAGE_MAX;
    search->length_end = at + length;
}

/* The line ends that may stand between the end of a message and the next From_ line. */
static size_t line_ends_at(Slice text)
{
    size_t at = 0;
    while (at < text.len && at < 4 && (text.ptr[at] == '\n' || text.ptr[at] == '\r')) {
        at++;
    }
    return at;
}

/* Whether it is worth reading up to where Content-Length points. Looking there costs nothing in
 * a plain file; without it, a length that lies would have everything up to there read and kept
 * for each message anew. */
static bool length_may_hold(const Search *search)
{
    const SourceReader *reader = search->reader;
    const SourceFill *fill = search->fill;
    if (search->length_end + LOOKAHEAD <= fill->filled || reader->at_end) {
        return true;
    }
    /* From the last byte of the message on: it must be there. */
    char bytes[LOOKAHEAD + 1];
    const uint64_t offset = reader->position + search->length_end - 1 - fill->done;
    const gssize length = byte_stream_peek(reader->stream, offset, bytes, sizeof(bytes));
    if (length < 0) {
        return search->length_end <= fill->filled + CONTENT_LENGTH_AHEAD_MAX;
    }
    if (length == 0) {
        return false;
    }
    const Slice text = slice_of(bytes + 1, (size_t)length - 1);
    const size_t at = line_ends_at(text);
    bool has_field = false;
    return at == text.len || begins_message(slice_from(text, at), &has_field);
}

/* Whether a separator, or the end, stands where Content-Length points (a blank line or two
 * before it). */
static bool length_holds(Search *search, Boundary *ret_boundary)
{
    SourceFill *fill = search->fill;
    if (!length_may_hold(search)) {
        return false;
    }
    source_fill_to(search->reader, fill, search->length_end + LOOKAHEAD);
    if (search->length_end > fill->filled) {
        return false;
    }
    const size_t at = search->length_end + line_ends_at(bytes_from(fill, search->length_end));
    bool has_field = false;
    bool ends = at == fill->filled && search->reader->at_end;
    if (!ends && !begins_message(bytes_from(fill, at), &has_field)) {
        return false;
    }
    *ret_boundary =
        (Boundary){ends ? BOUNDARY_END : BOUNDARY_FOUND, search->length_end, at, false};
    return true;
}

/* Content-Length is believed only where a separator follows, and it may pass over From_ lines
 * in the body, which are then not quoted: mboxcl2. */
static void apply_content_length(Search *search, Boundary *boundary)
{
    if (!search->has_length) {
        return;
    }
    bool at_boundary = search->length_end <= boundary->separator_end &&
                       search->length_end + 4 >= boundary->message_end;
    Boundary believed;
    if (!length_holds(search, &believed)) {
        problem_set_add(&search->problems, PROBLEM_BAD_CONTENT_LENGTH);
        return;
    }
    search->problems &= ~PROBLEM_BIT(FROM_LINE_SUSPECT);
    search->dialect = at_boundary ? MBOX_DIALECT_MBOXCL : MBOX_DIALECT_MBOXCL2;
    *boundary = believed;
}

static Quoting quoting_of(MboxDialect dialect)
{
    switch (dialect) {
    case MBOX_DIALECT_NONE:
    case MBOX_DIALECT_MBOXCL2:
        return QUOTING_NONE;
    case MBOX_DIALECT_MBOXO:
        return QUOTING_MBOXO;
    case MBOX_DIALECT_MBOXRD:
    case MBOX_DIALECT_MBOXCL:
        return QUOTING_MBOXRD;
    }
    return QUOTING_NONE;
}

/* Hands out the rest of a message that is larger than the window may keep: hashed, not kept.
 * `span` has its start; the fill ends up after the separator. */
static void read_oversize(Search *search, SourceSpan *span)
{
    SourceReader *reader = search->reader;
    SourceFill *fill = search->fill;
    g_autoptr(OversizeHash) hash = oversize_hash_new(span->quoting);
    size_t kept_end = search->start + SOURCE_MESSAGE_MAX;
    size_t hashed = search->start; /* bytes before it are hashed */
    uint64_t dropped = 0;          /* bytes that were hashed and moved away */
    Boundary boundary = {BOUNDARY_TOO_FAR, 0, 0, false};
    while (boundary.kind == BOUNDARY_TOO_FAR) {
        size_t keep = fill->filled - UNSEARCHED;
        g_assert(keep >= kept_end);
        oversize_hash_add(hash, slice_of(fill->base + hashed, keep - hashed));
        memmove(fill->base + kept_end, fill->base + keep, fill->filled - keep);
        dropped += keep - kept_end;
        fill->filled -= keep - kept_end;
        hashed = kept_end;
        /* Look from the kept end on, with the bytes before a candidate in place. */
        search->scanned = kept_end + LOOKBEHIND;
        source_fill_more(reader, fill);
        size_t limit = reader->at_end ? fill->filled : fill->filled - LOOKAHEAD;
        if (!scan_filled(search, limit, &boundary) && reader->at_end) {
            boundary = end_of_file(search);
        }
    }
    oversize_hash_add(hash, slice_of(fill->base + hashed, boundary.message_end - hashed));
    oversize_hash_finish(hash, span);
    span->length = boundary.message_end - search->start + dropped;
    span->bytes_length = SOURCE_MESSAGE_MAX;
    span->separator_after = boundary.separator_end - boundary.message_end;
    problem_set_add(&span->problems, PROBLEM_MESSAGE_TOO_LARGE);
    fill->done = boundary.separator_end;
}

/* Cuts the message whose From_ line stands at fill->done. Returns: false when it is not whole.
 */
static bool next_message(SourceReader *reader, SourceFill *fill, size_t envelope_length,
                         bool may_stop, SourceSpan *span)
{
    const char *line_end = memchr(fill->base + fill->done, '\n', fill->filled - fill->done);
    size_t start = line_end == NULL ? fill->filled : (size_t)(line_end + 1 - fill->base);
    Search search = {.reader = reader,
                     .fill = fill,
                     .start = start,
                     .may_stop = may_stop,
                     .dialect = MBOX_DIALECT_MBOXRD};
    find_content_length(&search);
    if (may_stop && search.has_length && search.length_end + LOOKAHEAD > fill->capacity) {
        return false;
    }
    Boundary boundary = find_boundary(&search);
    if (boundary.kind == BOUNDARY_TOO_FAR && may_stop) {
        return false;
    }
    *span = (SourceSpan){
        .kind = SPAN_MESSAGE,
        .separator_before = start - fill->done,
        .offset = reader->position + start - fill->done,
        .quoting = QUOTING_MBOXRD,
        .envelope_at = fill->at_in_window + fill->done,
        .envelope_length = envelope_length,
        .bytes_at = fill->at_in_window + start,
    };
    if (boundary.kind == BOUNDARY_TOO_FAR) {
        read_oversize(&search, span);
    } else {
        apply_content_length(&search, &boundary);
        span->quoting = quoting_of(search.dialect);
        span->length = span->bytes_length = boundary.message_end - start;
        span->separator_after = boundary.separator_end - boundary.message_end;
        fill->done = boundary.separator_end;
        reader->facts.dialect = MAX(reader->facts.dialect, search.dialect);
    }
    span->problems |= search.problems;
    if (boundary.doubtful) {
        problem_set_add(&span->problems, PROBLEM_FROM_LINE_SUSPECT);
    }
    reader->position += span->separator_before + span->length + span->separator_after;
    return true;
}

/* Where a byte order mark and blank lines before the file's first From_ line end; 0 without. */
static size_t lead_end(const SourceReader *reader, const SourceFill *fill)
{
    Slice text = bytes_from(fill, fill->done);
    Slice rest = mbox_separator_skip_lead(text);
    bool is_lead =
        reader->position == 0 && mbox_separator_is_from_line(mbox_separator_first_line(rest));
    return is_lead ? fill->done + text.len - rest.len : 0;
}

/* Bytes that no From_ line introduces, up to the next one. */
static void next_damaged(SourceReader *reader, SourceFill *fill, SourceSpan *span)
{
    size_t end = lead_end(reader, fill);
    if (end == 0) {
        Search search = {
            .reader = reader, .fill = fill, .start = fill->done, .scanned = fill->done};
        Boundary boundary = find_boundary(&search);
        end = boundary.kind == BOUNDARY_TOO_FAR ? search.scanned : boundary.separator_end;
    }
    *span = (SourceSpan){
        .kind = SPAN_DAMAGED,
        .offset = reader->position,
        .length = end - fill->done,
        .reason = "no From_ line introduces these bytes",
    };
    reader->position += span->length;
    fill->done = end;
}

static SourceRead mbox_next(SourceReader *reader, SourceFill *fill, GArray *spans)
{
    while (spans->len < fill->max_spans && (spans->len == 0 || fill->done < fill->target)) {
        source_fill_to(reader, fill, fill->done + LOOKAHEAD);
        if (fill->filled == fill->done) {
            break;
        }
        SourceSpan span;
        Slice line = mbox_separator_first_line(bytes_from(fill, fill->done));
        if (!mbox_separator_is_from_line(line)) {
            next_damaged(reader, fill, &span);
        } else if (!next_message(reader, fill, line.len, spans->len > 0, &span)) {
            break;
        }
        g_array_append_val(spans, span);
    }
    return spans->len > 0 ? SOURCE_READ_SPANS : SOURCE_READ_END;
}

const SourceReaderClass mbox_reader_class = {mbox_next};
