/* mime.h - headers, text and attachments of one message, by GMime.
 *
 * Fills the parts of a MailRecord that describe content: addresses, subject, date, message ids,
 * body text, attachments, problems. Does not touch signatures, verdict, hash or size.
 * Runs in a worker process: GMime can be killed by what a sender wrote. The known ruinous
 * inputs are recognised by a linear pre-scan and not given to it.
 *
 * Memory: a MimeParser keeps buffers between messages; results are kept in the record's arena.
 * Errors: none. Whatever the bytes are, the record holds what could be read, and problems.
 * Limits: the MIME_*_MAX constants below, each with its problem word.
 * Threads: one parser a thread.
 */
#pragma once

#include "indexer/raw_message.h"
#include "schema/record.h"

typedef struct MimeParser MimeParser;

/* Starts GMime. Returns: (transfer full). */
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
