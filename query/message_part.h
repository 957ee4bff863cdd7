/* message_part.h - the parts of a message and the files inside them, in the order of the mail.
 *
 * The same parts with the same numbers that the archive lists: leaves, messages inside, those
 * sent in base64 too, and uuencoded files inside text. For use behind the walls of confined.h.
 *
 * Memory: what is handed out borrows from the message and the reader, until the visit ends.
 * Errors: none; bad structure gives what could be found.
 */
#pragma once

#include "schema/part_walker.h"

typedef enum {
    MESSAGE_PART_LEAF,
    MESSAGE_PART_MESSAGE,  /* message/rfc822, whole */
    MESSAGE_PART_UUENCODED /* a file inside a text part, whose number it has */
} MessagePartKind;

typedef struct {
    MessagePartKind kind;
    const Part *part;          /* the leaf, the message, or the text that the file is in */
    TransferEncoding encoding; /* of `bytes` */
    Slice bytes;
} MessagePart;

typedef struct MessagePartReader MessagePartReader;

/* Opens every charset. Returns: (transfer full). */
MessagePartReader *message_part_reader_new(void);

/* Accepts NULL. */
void message_part_reader_free(MessagePartReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessagePartReader, message_part_reader_free)

/* Returns: (transfer none) what the reader decodes with. */
CharsetDecoder *message_part_reader_charsets(MessagePartReader *reader);
EncodedWordDecoder *message_part_reader_words(MessagePartReader *reader);

typedef void MessagePartVisit(const MessagePart *part, gpointer data);

/* Calls `visit` for each part of `message`. */
void message_part_visit(MessagePartReader *reader, Slice message, MessagePartVisit *visit,
                        gpointer data);

/* Appends the decoded bytes, at most `limit`. */
void message_part_decode(const MessagePart *part, size_t limit, GString *out);
