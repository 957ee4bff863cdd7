/* part_walker.h - the MIME structure of a message: its parts, one after the other.
 *
 * Finds boundaries (RFC 2046 section 5.1) in one pass over borrowed bytes, with an explicit
 * stack. GMime's parser is not used for this: it takes 1.3 GB for six megabytes of empty parts,
 * seconds for a thousand nested boundaries, and dies of what a nested message has in To. What
 * the Content-* fields mean is read by content_header.c, with GMime; nothing is decoded here.
 *
 * Memory: slices handed out borrow from the message; everything else is the walker's, valid
 * until the next call.
 * Errors: none; bad structure is a problem word and what could be found.
 * Limits: PART_DEPTH_MAX levels, PART_COUNT_MAX parts.
 */
#pragma once

#include "schema/content_header.h"

/* Dovecot and Postfix stop at 100; real mail has under 20. */
#define PART_DEPTH_MAX 100

/* Dovecot's limit. */
#define PART_COUNT_MAX 10000

/* Bytes of text that are read of one part: longer texts are machine output. */
#define PART_TEXT_MAX ((size_t)8 << 20)

typedef enum {
    PART_EVENT_LEAF,          /* a part with content */
    PART_EVENT_MESSAGE_BEGIN, /* message/rfc822: `header` is that of the message inside */
    PART_EVENT_MESSAGE_END,   /* its bytes are `content` */
    PART_EVENT_MULTIPART,     /* a multipart begins */
    PART_EVENT_END            /* of the whole */
} PartEvent;

typedef struct {
    ContentHeader content;
    const RawMessage *header; /* fields only; of the part, or of the message inside */
    Slice bytes;              /* of a leaf or an ended message, still encoded */
    char number[64];          /* IMAP part number (RFC 3501 6.4.5); cut when very deep */
    size_t depth;             /* levels above */
    uint32_t alternative;     /* which multipart/alternative it belongs to; 0 none */
    bool in_related;          /* the nearest multipart is multipart/related */
    bool in_encrypted;        /* some multipart above is multipart/encrypted */
} Part;

typedef struct PartWalker PartWalker;

/* Returns: (transfer full). `words` is borrowed and must outlive the walker. */
PartWalker *part_walker_new(EncodedWordDecoder *words);

/* Accepts NULL. */
void part_walker_free(PartWalker *walker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PartWalker, part_walker_free)

/* Begins with `message`, which must outlive the walk. `number` is the part number of a message
 * that was inside another one, else "". */
void part_walker_begin(PartWalker *walker, const RawMessage *message, const char *number);

/* The next event. `ret_part` stays valid until the next call. */
PartEvent part_walker_next(PartWalker *walker, const Part **ret_part, ProblemSet *problems);
