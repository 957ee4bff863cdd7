/* twin_difference.h - what differs between two messages with one Message-ID.
 *
 * Pure: compares what it is given, the exact bytes when they are there, else what the archive
 * keeps. Nothing is decoded: texts and attachments were read when the messages were indexed.
 *
 * Memory: a TwinDifference owns its fields; names are from mail.
 */
#pragma once

#include "schema/slice.h"

/* Bits of TwinDifference.kinds. */
#define TWIN_HEADER      1u  /* header fields */
#define TWIN_FOOTER      2u  /* text at the end of the body, there in one of them only */
#define TWIN_BODY        4u  /* the text otherwise */
#define TWIN_ATTACHMENTS 8u  /* number, order, names or bytes of attachments */
#define TWIN_ENCODING    16u /* the same text and attachments in other bytes */
#define TWIN_LINE_ENDS   32u /* CRLF against LF, nothing else */
#define TWIN_UNKNOWN     64u /* something that the archive does not keep; the bytes are gone */

/* One message. */
typedef struct {
    Slice bytes;             /* the exact bytes; ptr NULL when they are not there */
    const char *text;        /* of the body */
    const char *attachments; /* a line each */
    const char *header;      /* what the archive keeps of the header, in one string */
} TwinSide;

typedef struct {
    char *name;         /* lower case */
    const char *change; /* "added", "removed", "changed" */
} TwinField;

typedef struct {
    uint32_t kinds;
    GArray *fields;       /* TwinField, by name; empty without the bytes of both */
    int64_t footer_bytes; /* more than the other has; below 0: fewer */
} TwinDifference;

/* Says how `other` differs from `reference`. */
void twin_difference_find(const TwinSide *reference, const TwinSide *other,
                          TwinDifference *ret_difference);

/* Accepts a zeroed difference. */
void twin_difference_clear(TwinDifference *difference);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TwinDifference, twin_difference_clear)

/* The word of bit number `at`: "header", "footer", ... Returns: (transfer none) NULL beyond. */
const char *twin_difference_word(unsigned at);
