/* content_header.h - what the Content-* fields of one entity say, by GMime.
 *
 * GMime reads Content-Type and Content-Disposition (RFC 2045, RFC 2183, RFC 2231). It is given
 * one bounded field at a time, with charset names that are on no list taken out, and is never
 * asked to write anything: a non-ASCII parameter name sends its serialiser into an endless
 * loop. File names come out decoded, the wild forms too: RFC 2047 in quotes, raw 8-bit.
 *
 * Memory: a ContentHeader owns its strings; content_header_clear frees them.
 * Limits: CONTENT_FIELD_MAX bytes of a field are read.
 */
#pragma once

#include "schema/encoded_word.h"
#include "schema/raw_message.h"
#include "schema/transfer_decoder.h"

/* A Content-Type with a long RFC 2231 file name has under 4 KB. */
#define CONTENT_FIELD_MAX ((size_t)16 << 10)

/* RFC 2231 allows any; more than some tens are an attack. */
#define CONTENT_BOUNDARY_MAX 1000

typedef enum { DISPOSITION_NONE, DISPOSITION_INLINE, DISPOSITION_ATTACHMENT } Disposition;

typedef struct {
    GString *type;     /* "text", lower case; "" when there is no field or it cannot be read */
    GString *subtype;  /* "plain" */
    GString *charset;  /* as declared */
    GString *boundary; /* raw bytes */
    GString *name;     /* file name, decoded */
    GString *id;       /* Content-ID without < >, UTF-8 */
    bool has_type;     /* a Content-Type field was there and could be read */
    bool is_flowed;    /* format=flowed (RFC 3676) */
    bool is_delsp;     /* delsp=yes */
    bool is_enveloped; /* smime-type says that it is encrypted */
    Disposition disposition;
    TransferEncoding encoding;
} ContentHeader;

/* Makes an empty one. */
void content_header_init(ContentHeader *content);

/* Frees what content_header_init made. */
void content_header_clear(ContentHeader *content);

/* Reads the fields of `message` (its body is not looked at) into `content`, which is emptied
 * first. Of fields that occur twice, the first one counts. */
void content_header_read(ContentHeader *content, const RawMessage *message,
                         EncodedWordDecoder *words, ProblemSet *problems);

/* Whether type and subtype are these, given in lower case; a NULL subtype fits any. */
bool content_header_is(const ContentHeader *content, const char *type, const char *subtype);
