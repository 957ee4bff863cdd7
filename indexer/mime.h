/* mime.h - headers, text and attachments of one message.
 *
 * Fills the parts of a MailRecord that describe content: addresses, subject, date, message ids,
 * body text, attachments, problems. Does not touch signatures, verdict, hash or size.
 *
 * Who reads what: the structure is found by part_walker, Content-Type and Content-Disposition
 * are read by GMime (content_header), everything else by bounded readers of our own, because
 * GMime 3.2.13 as a whole can be killed by one header field or six megabytes of empty parts,
 * and loses text (encoded_word.h, transfer_decoder.h). It still runs in a worker process.
 *
 * Memory: a MimeParser keeps buffers between messages; results are kept in the record's arena.
 * No attachment is held in memory; a message of 200 MB costs under 50 MB beside its bytes.
 * Errors: none. Whatever the bytes are, the record holds what could be read, and problems.
 * Limits: named in the headers of the readers, each with its problem word.
 * Threads: one parser a thread.
 */
#pragma once

#include "schema/raw_message.h"
#include "schema/record.h"

typedef struct MimeParser MimeParser;

/* Starts GMime and opens every charset that may be needed: call it before a sandbox is entered.
 * Returns: (transfer full). */
MimeParser *mime_parser_new(void);

/* Accepts NULL. */
void mime_parser_free(MimeParser *parser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeParser, mime_parser_free)

/* Reads a whole message. `envelope` is the mbox From_ line without its line end, or empty; it
 * may give the date. `record` was cleared by the caller. */
void mime_parser_read(MimeParser *parser, const RawMessage *message, Slice envelope,
                      MailRecord *record);

/* Reads the header fields only, with our own readers and without GMime: for a message that
 * killed the parser once. Fills addresses, subject, date, message ids. */
void mime_parser_read_header(MimeParser *parser, const RawMessage *message, Slice envelope,
                             MailRecord *record);
