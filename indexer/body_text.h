/* body_text.h - the text of a message, put together from its text parts.
 *
 * Transfer encoding, charset, format=flowed, HTML: each text part becomes plain UTF-8 with LF
 * line ends. Of a multipart/alternative the HTML is added only when it says what the plain part
 * does not. uuencoded files inside plain text become attachments.
 *
 * Memory: keeps buffers between messages; what it made is kept in the record's arena at the
 * end. Errors: none; problem words. Limits: BODY_TEXT_MAX bytes of text, and as many of
 * attached text files.
 */
#pragma once

#include "indexer/attachment.h"

/* FTS5 takes what is here in one piece. */
#define BODY_TEXT_MAX PART_TEXT_MAX

typedef struct BodyText BodyText;

/* Returns: (transfer full). `charsets` is borrowed and must outlive the result. */
BodyText *body_text_new(CharsetDecoder *charsets);

/* Accepts NULL. */
void body_text_free(BodyText *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BodyText, body_text_free)

/* Forgets the message before. */
void body_text_begin(BodyText *body);

/* Adds a text part of the message itself. uuencoded files go to `attachments`. */
void body_text_add(BodyText *body, const Part *part, AttachmentReader *attachments,
                   MailRecord *record);

/* Adds the text of an attached text file. */
void body_text_add_attached(BodyText *body, const Part *part, MailRecord *record);

/* A nested message begins: its header fields are to be appended to the result.
 * Returns: (transfer none). */
GString *body_text_begin_message(BodyText *body);

/* Sets record->body and record->attachment_text. */
void body_text_end(BodyText *body, MailRecord *record);
