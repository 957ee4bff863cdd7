/* raw_message.h - one message as it came: exact bytes, header fields as slices.
 *
 * Finds the header fields and where the body begins, and nothing more: no decoding, no MIME.
 * What it finds is what DKIM hashes and what is known of a message that GMime cannot survive.
 *
 * Reads RFC 5322 section 2.2 leniently: lines end with CRLF, LF or both; a bare CR is an
 * ordinary byte; a byte order mark, leading blank lines, "From " and ">From " lines and junk
 * lines among the fields are stepped over and reported; white space may stand before the colon;
 * the blank line after the header may be missing. Lines that are no field at the end of such a
 * message, and text without any field, are the body.
 *
 * Memory: a RawMessage borrows the bytes it was parsed from; they must outlive it.
 * Limits: RAW_FIELD_MAX fields; more are not listed and reported as too-many-headers.
 */
#pragma once

#include "schema/problem.h"
#include "schema/slice.h"

/* Real mail has under 200; Dovecot and Go stop at 10,000. */
#define RAW_FIELD_MAX 10000

typedef struct {
    Slice name; /* as written, without white space before the colon */
    Slice
        value; /* after the colon, folding and leading white space still in, no last line end */
    Slice whole; /* the field's bytes from its name to its last line end, included */
} RawField;

typedef struct {
    Slice bytes;      /* the whole message */
    Slice header;     /* from the first field to the blank line, excluded */
    Slice body;       /* after the blank line; never NULL unless the message is empty */
    RawField *fields; /* top to bottom */
    size_t n_fields;
    size_t capacity;     /* of fields; kept between messages */
    ProblemSet problems; /* of the header's form, and NUL, bare CR, mixed line ends anywhere */
} RawMessage;

/* Reads `bytes` into `message`, which was zeroed or holds an older message whose memory is used
 * again. Linear, at the speed of memory. */
void raw_message_parse(RawMessage *message, Slice bytes);

/* Frees what raw_message_parse allocated. Accepts a zeroed message. */
void raw_message_clear(RawMessage *message);

/* The last field of that name, case ignored: the one that a signature covers (RFC 6376 section
 * 5.4.2). Returns: (transfer none) NULL if there is none. */
const RawField *raw_message_find(const RawMessage *message, const char *name);
