/* SPDX-License-Identifier: MIT */
#include "indexer/mime.h"

#include <gmime/gmime.h>

#include "indexer/attachment.h"
#include "indexer/body_text.h"
#include "indexer/mime_header.h"
#include "schema/part_walker.h"

struct MimeParser {
    CharsetDecoder *charsets;
    EncodedWordDecoder *words;
    MimeHeaderReader *header;
    PartWalker *walker;
    BodyText *body;
    AttachmentReader *attachments;
    PartWalker *inner_walker; /* of a message in base64 inside the message */
    RawMessage inner_message;
    GString *inner_bytes;
};

/* A message inside a message is listed as an attachment, with its hash, only this deep: each
 * level hashes all of the levels inside it again. */
#define HASHED_MESSAGE_DEPTH 4

MimeParser *mime_parser_new(void)
{
    MimeParser *parser = g_new0(MimeParser, 1);
    g_mime_init(); /* links the program with GMime, which others load (gmime_library.h) */
    parser->charsets = charset_decoder_new();
    parser->words = encoded_word_decoder_new(parser->charsets);
    parser->header = mime_header_reader_new(parser->words, parser->charsets);
    parser->walker = part_walker_new(parser->words);
    parser->body = body_text_new(parser->charsets);
    parser->attachments = attachment_reader_new();
    parser->inner_walker = part_walker_new(parser->words);
    parser->inner_bytes = g_string_new(NULL);
    return parser;
}

void mime_parser_free(MimeParser *parser)
{
    if (parser == NULL) {
        return;
    }
    g_string_free(parser->inner_bytes, true);
    raw_message_clear(&parser->inner_message);
    part_walker_free(parser->inner_walker);
    attachment_reader_free(parser->attachments);
    body_text_free(parser->body);
    part_walker_free(parser->walker);
    mime_header_reader_free(parser->header);
    encoded_word_decoder_free(parser->words);
    charset_decoder_free(parser->charsets);
    g_free(parser);
}

static void read_parts(MimeParser *parser, PartWalker *walker, MailRecord *record);

static bool is_shown_type(const ContentHeader *content)
{
    return !content->has_type || content_header_is(content, "text", "plain") ||
           content_header_is(content, "text", "html") ||
           content_header_is(content, "text", "enriched");
}

/* Text that a mail program shows as the message: not marked as an attachment, and not named
 * unless it is all there is or says that it is inline. */
static bool is_message_text(const Part *part)
{
    const ContentHeader *content = &part->content;
    const bool is_shown_named = part->depth == 0 || content->disposition == DISPOSITION_INLINE;
    return is_shown_type(content) && content->disposition != DISPOSITION_ATTACHMENT &&
           (content->name->len == 0 || is_shown_named);
}

static bool is_attached_text(const ContentHeader *content)
{
    return content_header_is(content, "text", NULL) ||
           content_header_is(content, "message", NULL) || !content->has_type;
}

static bool is_encrypted(const Part *part)
{
    const ContentHeader *content = &part->content;
    return part->in_encrypted || ((content_header_is(content, "application", "pkcs7-mime") ||
                                   content_header_is(content, "application", "x-pkcs7-mime")) &&
                                  content->is_enveloped);
}

/* A message that is sent in base64, against RFC 2046 5.2.1. */
static bool is_encoded_message(const ContentHeader *content)
{
    return content->encoding != TRANSFER_IDENTITY &&
           (content_header_is(content, "message", "rfc822") ||
            content_header_is(content, "message", "global"));
}

static bool is_file(const ContentHeader *content)
{
    return content->disposition == DISPOSITION_ATTACHMENT || content->name->len > 0;
}

static void begin_message(MimeParser *parser, const RawMessage *header, MailRecord *record)
{
    mime_header_reader_describe(parser->header, header, body_text_begin_message(parser->body),
                                &record->problems);
}

static void read_encoded_message(MimeParser *parser, const Part *part, MailRecord *record)
{
    GString *bytes = parser->inner_bytes;
    TransferDecoder decoder;
    transfer_decoder_init(&decoder, part->content.encoding);
    g_string_truncate(bytes, 0);
    if (!transfer_decoder_append_all(&decoder, part->bytes, BODY_TEXT_MAX, bytes)) {
        problem_set_add(&record->problems, PROBLEM_TEXT_TOO_LARGE);
    }
    if (decoder.is_damaged) {
        problem_set_add(&record->problems, PROBLEM_BAD_TRANSFER_ENCODING);
    }
    if (is_file(&part->content)) {
        attachment_reader_add(parser->attachments, part, record);
    }
    raw_message_parse(&parser->inner_message, slice_of(bytes->str, bytes->len));
    begin_message(parser, &parser->inner_message, record);
    if (bytes->len > 0) {
        part_walker_begin(parser->inner_walker, &parser->inner_message, part->number);
        read_parts(parser, parser->inner_walker, record);
    }
}

static void read_leaf(MimeParser *parser, const PartWalker *walker, const Part *part,
                      MailRecord *record)
{
    const ContentHeader *content = &part->content;
    if (is_encrypted(part)) {
        problem_set_add(&record->problems, PROBLEM_ENCRYPTED);
    }
    if (is_encoded_message(content) && walker == parser->walker) {
        read_encoded_message(parser, part, record);
        return;
    }
    const bool is_text = is_message_text(part);
    if (is_text) {
        body_text_add(parser->body, part, parser->attachments, record);
    }
    if (!is_text || content->name->len > 0) {
        attachment_reader_add(parser->attachments, part, record);
    }
    if (!is_text && is_attached_text(content) && !part->in_encrypted) {
        body_text_add_attached(parser->body, part, record);
    }
}

/* message/rfc822 that was sent as a file. */
static void end_message(MimeParser *parser, const Part *part, MailRecord *record)
{
    if (is_file(&part->content) && part->depth < HASHED_MESSAGE_DEPTH) {
        attachment_reader_add(parser->attachments, part, record);
    }
}

static void read_parts(MimeParser *parser, PartWalker *walker, MailRecord *record)
{
    const Part *part = NULL;
    for (;;) {
        switch (part_walker_next(walker, &part, &record->problems)) {
        case PART_EVENT_LEAF:
            read_leaf(parser, walker, part, record);
            break;
        case PART_EVENT_MESSAGE_BEGIN:
            begin_message(parser, part->header, record);
            break;
        case PART_EVENT_MESSAGE_END:
            end_message(parser, part, record);
            break;
        case PART_EVENT_MULTIPART:
            break;
        case PART_EVENT_END:
            return;
        }
    }
}

void mime_parser_read(MimeParser *parser, const RawMessage *message, Slice envelope,
                      MailRecord *record)
{
    mime_header_reader_read(parser->header, message, envelope, record);
    body_text_begin(parser->body);
    if (message->bytes.len > 0) {
        part_walker_begin(parser->walker, message, "");
        read_parts(parser, parser->walker, record);
    }
    body_text_end(parser->body, record);
}

void mime_parser_read_header(MimeParser *parser, const RawMessage *message, Slice envelope,
                             MailRecord *record)
{
    mime_header_reader_read(parser->header, message, envelope, record);
}
