/* SPDX-License-Identifier: MIT */
#include "schema/dkim_canon.h"

#include "schema/byte_vector.h"

/* Longest piece that is copied in one go; leaves room in the buffer. */
#define PIECE_MAX (DKIM_CANON_BUFFER / 2)

static inline bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

void dkim_canon_writer_init(DkimCanonWriter *writer, DkimCanonFunc write, gpointer user_data)
{
    writer->write = write;
    writer->user_data = user_data;
    writer->used = 0;
}

void dkim_canon_writer_flush(DkimCanonWriter *writer)
{
    if (writer->used > 0) {
        writer->write(writer->user_data, writer->buffer, writer->used);
        writer->used = 0;
    }
}

/* Room for `len` more bytes, at most PIECE_MAX. */
static inline char *reserve(DkimCanonWriter *writer, size_t len)
{
    if (DKIM_CANON_BUFFER - writer->used < len) {
        dkim_canon_writer_flush(writer);
    }
    return writer->buffer + writer->used;
}

void dkim_canon_writer_put(DkimCanonWriter *writer, Slice bytes)
{
    while (bytes.len > 0) {
        const size_t len = MIN(bytes.len, PIECE_MAX);
        memcpy(reserve(writer, len), bytes.ptr, len);
        writer->used += len;
        bytes = slice_from(bytes, len);
    }
}

static inline void put_crlf(DkimCanonWriter *writer)
{
    char *out = reserve(writer, 2);
    out[0] = '\r';
    out[1] = '\n';
    writer->used += 2;
}

/* Takes the next line off `rest`, without its CRLF or LF. */
static inline Slice take_line(Slice *rest)
{
    const char *begin = rest->ptr;
    const char *line_feed = memchr(begin, '\n', rest->len);
    if (line_feed == NULL) {
        const Slice line = *rest;
        *rest = slice_from(*rest, rest->len);
        return line;
    }
    size_t len = (size_t)(line_feed - begin);
    *rest = slice_from(*rest, len + 1);
    if (len > 0 && begin[len - 1] == '\r') {
        len--;
    }
    return slice_of(begin, len);
}

/* Makes room inside a line, and leaves the last byte in the buffer: it may be a space that the
 * end of the line takes away. */
static void flush_but_last(DkimCanonWriter *writer)
{
    if (writer->used > 1) {
        const char last = writer->buffer[writer->used - 1];
        writer->write(writer->user_data, writer->buffer, writer->used - 1);
        writer->buffer[0] = last;
        writer->used = 1;
    }
}

/* Which bytes of a body line are not copied as they are: CR and LF, and when relaxed TAB and
 * the first of several spaces. 0xFF in their place. */
static inline ByteVector special_bytes(const char *in, bool relaxed)
{
    const ByteVector bytes = byte_vector_load(in);
    const ByteVector next = byte_vector_load(in + 1);
    ByteVector special = (ByteVector)((bytes == '\n') | (bytes == '\r'));
    if (relaxed) {
        special |= (ByteVector)((bytes == '\t') | ((bytes == ' ') & (next == ' ')));
    }
    return special;
}

static inline bool is_special(const char *in, const char *end, bool relaxed)
{
    return *in == '\n' || *in == '\r' ||
           (relaxed && (*in == '\t' || (*in == ' ' && end - in > 1 && in[1] == ' ')));
}

/* Copies up to the next special byte. Returns: where that is, or `end`. */
static inline const char *copy_plain(DkimCanonWriter *writer, const char *in, const char *end,
                                     bool relaxed)
{
    while (end - in > BYTE_VECTOR_SIZE) {
        if (DKIM_CANON_BUFFER - writer->used < BYTE_VECTOR_SIZE) {
            flush_but_last(writer);
        }
        memcpy(writer->buffer + writer->used, in, BYTE_VECTOR_SIZE);
        const size_t n_plain = byte_vector_first_set(special_bytes(in, relaxed));
        writer->used += n_plain;
        in += n_plain;
        if (n_plain < BYTE_VECTOR_SIZE) {
            return in;
        }
    }
    if (DKIM_CANON_BUFFER - writer->used < BYTE_VECTOR_SIZE) {
        flush_but_last(writer);
    }
    while (in < end && !is_special(in, end, relaxed)) {
        writer->buffer[writer->used++] = *in++;
    }
    return in;
}

/* The length of the line end at `in`: 2, 1, or 0 if there is none. */
static inline size_t line_end_at(const char *in, const char *end)
{
    if (in < end && *in == '\n') {
        return 1;
    }
    return end - in >= 2 && in[0] == '\r' && in[1] == '\n' ? 2 : 0;
}

static inline const char *skip_wsp(const char *in, const char *end)
{
    while (in < end && is_wsp(*in)) {
        in++;
    }
    return in;
}

static inline void put_byte(DkimCanonWriter *writer, char byte)
{
    if (writer->used == DKIM_CANON_BUFFER) {
        flush_but_last(writer);
    }
    writer->buffer[writer->used++] = byte;
}

/* Writes a line that has content, without its line end. When relaxed, `in` is no WSP and the
 * buffer holds the SP that stands for WSP before it. Returns: the line's end. */
static inline const char *put_line(DkimCanonWriter *writer, const char *in, const char *end,
                                   bool relaxed)
{
    for (;;) {
        in = copy_plain(writer, in, end, relaxed);
        if (in == end || line_end_at(in, end) > 0) {
            break;
        }
        if (*in == '\r') {
            put_byte(writer, *in++);
            continue;
        }
        if (writer->buffer[writer->used - 1] != ' ') {
            put_byte(writer, ' ');
        }
        in = skip_wsp(in, end);
    }
    if (relaxed && writer->buffer[writer->used - 1] == ' ') {
        writer->used--;
    }
    return in;
}

static inline void put_body(DkimCanonWriter *writer, Slice body, bool relaxed)
{
    const char *in = body.ptr;
    const char *end = body.ptr + body.len;
    /* Line ends wait until a line with content follows: "Ignore all empty lines at the end". */
    size_t n_line_ends = 0;
    bool has_content = false;
    while (in < end) {
        const char *text = relaxed ? skip_wsp(in, end) : in;
        if (text < end && line_end_at(text, end) == 0) {
            for (; n_line_ends > 0; n_line_ends--) {
                put_crlf(writer);
            }
            if (text > in) {
                put_byte(writer, ' ');
            }
            has_content = true;
            text = put_line(writer, text, end, relaxed);
        }
        in = text + line_end_at(text, end);
        n_line_ends++;
    }
    /* An empty body is CRLF when simple (3.4.3) and nothing when relaxed (3.4.4). */
    if (has_content || !relaxed) {
        put_crlf(writer);
    }
}

void dkim_canon_body(DkimCanonWriter *writer, DkimCanon canon, Slice body)
{
    if (canon == DKIM_CANON_RELAXED) {
        put_body(writer, body, true);
    } else {
        put_body(writer, body, false);
    }
    dkim_canon_writer_flush(writer);
}

/* Writes bytes with their line ends as CRLF. */
static void put_folded(DkimCanonWriter *writer, Slice bytes)
{
    while (bytes.len > 0) {
        const Slice line = take_line(&bytes);
        dkim_canon_writer_put(writer, line);
        if (line.ptr + line.len != bytes.ptr) {
            put_crlf(writer);
        }
    }
}

/* Writes bytes unfolded, and with "all sequences of one or more WSP characters" made one SP.
 * `*in_wsp` says whether the byte before was WSP. */
static void put_unfolded(DkimCanonWriter *writer, Slice bytes, bool *in_wsp)
{
    const char *in = bytes.ptr;
    const char *end = bytes.ptr + bytes.len;
    while (in < end) {
        const size_t line_end = line_end_at(in, end);
        if (line_end > 0) {
            in += line_end;
        } else if (is_wsp(*in)) {
            if (!*in_wsp) {
                put_byte(writer, ' ');
            }
            *in_wsp = true;
            in = skip_wsp(in, end);
        } else if (*in == '\r') {
            put_byte(writer, *in++);
            *in_wsp = false;
        } else {
            in = copy_plain(writer, in, end, true);
            *in_wsp = writer->buffer[writer->used - 1] == ' ';
        }
    }
}

static void put_lower_case(DkimCanonWriter *writer, Slice name)
{
    while (name.len > 0) {
        const size_t len = MIN(name.len, PIECE_MAX);
        char *out = reserve(writer, len);
        for (size_t i = 0; i < len; i++) {
            out[i] = slice_lower(name.ptr[i]);
        }
        writer->used += len;
        name = slice_from(name, len);
    }
}

/* "Delete all WSP characters at the end of each unfolded header field value." */
static Slice trim_end(Slice value)
{
    while (value.len > 0) {
        const char last = value.ptr[value.len - 1];
        if (last == '\n' && value.len > 1 && value.ptr[value.len - 2] == '\r') {
            value.len -= 2;
        } else if (last == '\n' || is_wsp(last)) {
            value.len--;
        } else {
            break;
        }
    }
    return value;
}

void dkim_canon_field(DkimCanonWriter *writer, DkimCanon canon, Slice name, Slice value,
                      Slice whole)
{
    if (canon == DKIM_CANON_SIMPLE) {
        put_folded(writer, whole);
        if (whole.ptr[whole.len - 1] != '\n') {
            put_crlf(writer);
        }
        return;
    }
    bool in_wsp = true;
    put_lower_case(writer, name);
    dkim_canon_writer_put(writer, SLICE_LITERAL(":"));
    put_unfolded(writer, trim_end(value), &in_wsp);
    put_crlf(writer);
}

void dkim_canon_signature_field(DkimCanonWriter *writer, DkimCanon canon, Slice name,
                                Slice value, Slice hole)
{
    const char *begin = canon == DKIM_CANON_SIMPLE ? name.ptr : value.ptr;
    const char *after = hole.ptr + hole.len;
    const Slice first = slice_of(begin, (size_t)(hole.ptr - begin));
    const Slice second = slice_of(after, (size_t)(value.ptr + value.len - after));
    if (canon == DKIM_CANON_SIMPLE) {
        put_folded(writer, first);
        put_folded(writer, second);
        return;
    }
    bool in_wsp = true;
    put_lower_case(writer, name);
    dkim_canon_writer_put(writer, SLICE_LITERAL(":"));
    put_unfolded(writer, first, &in_wsp);
    put_unfolded(writer, trim_end(second), &in_wsp);
}

const char *dkim_canon_word(DkimCanon canon)
{
    return canon == DKIM_CANON_RELAXED ? "relaxed" : "simple";
}
