/* dkim_canon.h - the canonical form of header fields and bodies, streamed.
 *
 * Writes what RFC 6376 section 3.4 says is hashed; hashing is dkim_body_hash and
 * dkim_header_hash. Line ends of the input may be CRLF or bare LF, the output has CRLF; a bare
 * CR is an ordinary byte.
 *
 * Memory: a DkimCanonWriter has a buffer of DKIM_CANON_BUFFER bytes and hands it on when it is
 * full; nothing is copied twice whatever the size of the message.
 */
#pragma once

#include "schema/slice.h"

/* Large enough that a digest's call costs nothing, small enough for the first-level cache. */
#define DKIM_CANON_BUFFER ((size_t)8 << 10)

typedef enum { DKIM_CANON_SIMPLE, DKIM_CANON_RELAXED, DKIM_CANON_COUNT } DkimCanon;

/* Takes canonical bytes. */
typedef void (*DkimCanonFunc)(gpointer user_data, const char *bytes, size_t len);

typedef struct {
    DkimCanonFunc write;
    gpointer user_data;
    size_t used;
    char buffer[DKIM_CANON_BUFFER];
} DkimCanonWriter;

/* Starts a writer; `write` is called with one buffer after the other. */
void dkim_canon_writer_init(DkimCanonWriter *writer, DkimCanonFunc write, gpointer user_data);

/* Writes bytes as they are. */
void dkim_canon_writer_put(DkimCanonWriter *writer, Slice bytes);

/* Hands on what is still in the buffer. */
void dkim_canon_writer_flush(DkimCanonWriter *writer);

/* Writes a body (RFC 6376 3.4.3, 3.4.4). Flushes. */
void dkim_canon_body(DkimCanonWriter *writer, DkimCanon canon, Slice body);

/* Writes a field, CRLF included (RFC 6376 3.4.1, 3.4.2). `name` and `value` as in RawField,
 * `whole` from the name to the line end. */
void dkim_canon_field(DkimCanonWriter *writer, DkimCanon canon, Slice name, Slice value,
                      Slice whole);

/* Writes a signature field without the bytes `hole`, which are the value of its b= and lie
 * inside `value`, and without a last CRLF (RFC 6376 3.7). */
void dkim_canon_signature_field(DkimCanonWriter *writer, DkimCanon canon, Slice name,
                                Slice value, Slice hole);

/* "simple", "relaxed". Returns: (transfer none) a constant. */
const char *dkim_canon_word(DkimCanon canon);
