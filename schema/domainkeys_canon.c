/* SPDX-License-Identifier: MIT */
#include "schema/domainkeys_canon.h"

/* White space is left out of pieces of this size, which are then handed on. */
#define PIECE_BYTES 2048

#define CRLF SLICE_LITERAL("\r\n")

/* "the decimal ASCII values 9 (HTAB), 10 (NL), 13 (CR), and 32 (SP)" */
static inline bool is_folding_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Writes what is no white space. */
static void put_dense(DkimCanonWriter *writer, Slice bytes)
{
    char dense[PIECE_BYTES];
    while (bytes.len > 0) {
        const size_t n_bytes = MIN(bytes.len, sizeof dense);
        size_t n_dense = 0;
        for (size_t i = 0; i < n_bytes; i++) {
            dense[n_dense] = bytes.ptr[i];
            n_dense += !is_folding_space(bytes.ptr[i]);
        }
        dkim_canon_writer_put(writer, slice_of(dense, n_dense));
        bytes = slice_from(bytes, n_bytes);
    }
}

void domainkeys_canon_field(DkimCanonWriter *writer, DomainKeysCanon canon, Slice whole)
{
    if (canon == DOMAINKEYS_CANON_SIMPLE) {
        dkim_canon_field(writer, DKIM_CANON_SIMPLE, SLICE_EMPTY, SLICE_EMPTY, whole);
        return;
    }
    /* "Header continuation lines are unwrapped". */
    put_dense(writer, whole);
    dkim_canon_writer_put(writer, CRLF);
}

/* Whether the body holds anything but empty lines; a bare CR is no line end. */
static bool has_line_with_content(Slice body)
{
    size_t at = 0;
    while (at < body.len) {
        if (body.ptr[at] == '\n') {
            at++;
        } else if (body.len - at >= 2 && body.ptr[at] == '\r' && body.ptr[at + 1] == '\n') {
            at += 2;
        } else {
            return true;
        }
    }
    return false;
}

static void put_simple_body(DkimCanonWriter *writer, Slice body)
{
    if (has_line_with_content(body)) {
        dkim_canon_writer_put(writer, CRLF);
        dkim_canon_body(writer, DKIM_CANON_SIMPLE, body);
    }
}

static bool is_white_space(Slice line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (!is_folding_space(line.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* "the test for an empty line occurs after removing all folding whitespace characters" */
static void put_nofws_body(DkimCanonWriter *writer, Slice body)
{
    /* Line ends wait until a line with content follows; the first is that of the line between
     * header and body. */
    size_t n_line_ends = 1;
    bool has_content = false;
    while (body.len > 0) {
        const char *line_feed = memchr(body.ptr, '\n', body.len);
        const size_t len = line_feed == NULL ? body.len : (size_t)(line_feed - body.ptr) + 1;
        const Slice line = slice_of(body.ptr, len);
        if (!is_white_space(line)) {
            for (; n_line_ends > 0; n_line_ends--) {
                dkim_canon_writer_put(writer, CRLF);
            }
            put_dense(writer, line);
            has_content = true;
        }
        n_line_ends++;
        body = slice_from(body, len);
    }
    if (has_content) {
        dkim_canon_writer_put(writer, CRLF);
    }
}

void domainkeys_canon_body(DkimCanonWriter *writer, DomainKeysCanon canon, Slice body)
{
    if (canon == DOMAINKEYS_CANON_SIMPLE) {
        put_simple_body(writer, body);
    } else {
        put_nofws_body(writer, body);
    }
    dkim_canon_writer_flush(writer);
}

const char *domainkeys_canon_word(DomainKeysCanon canon)
{
    return canon == DOMAINKEYS_CANON_NOFWS ? "nofws" : "simple";
}
