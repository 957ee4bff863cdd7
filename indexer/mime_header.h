/* mime_header.h - the header fields of a message that are not about its content: addresses,
 * subject, dates, message ids.
 *
 * All by our own bounded, non-recursive readers: nothing here is given to GMime, so this also
 * serves a message that killed the MIME parser.
 *
 * Memory: a reader keeps buffers between messages; results are kept in the record's arena.
 * Errors: none; problem words.
 * Limits: MIME_HEADER_FIELD_MAX bytes of a field, MIME_HEADER_REFERENCES_MAX references.
 */
#pragma once

#include "indexer/mail_address.h"
#include "schema/raw_message.h"

/* The longest real To fields have some 100 KB. */
#define MIME_HEADER_FIELD_MAX ((size_t)256 << 10)

/* Longer threads exist; the first and the last references tell enough. */
#define MIME_HEADER_REFERENCES_MAX 1000

typedef struct MimeHeaderReader MimeHeaderReader;

/* Returns: (transfer full). `words` and `charsets` are borrowed and must outlive the reader. */
MimeHeaderReader *mime_header_reader_new(EncodedWordDecoder *words, CharsetDecoder *charsets);

/* Accepts NULL. */
void mime_header_reader_free(MimeHeaderReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeHeaderReader, mime_header_reader_free)

/* Fills addresses, subject, dates and message ids of `record`. `envelope` is the mbox From_
 * line, or empty. */
void mime_header_reader_read(MimeHeaderReader *reader, const RawMessage *message,
                             Slice envelope, MailRecord *record);

/* Appends the fields of a nested message that people search for, decoded, one a line. */
void mime_header_reader_describe(MimeHeaderReader *reader, const RawMessage *header,
                                 GString *out, ProblemSet *problems);
