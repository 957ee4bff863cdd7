/* SPDX-License-Identifier: MIT */
#include "indexer/mime.h"

#include <gmime/gmime.h>

#include "indexer/attachment.h"
#include "indexer/body_text.h"
#include "indexer/mime_header.h"
#include "indexer/part_walker.h"

struct MimeParser {
    CharsetDecoder *charsets;
    EncodedWordDecoder *words;
    MimeHeaderReader *header;
    PartWalker *walker;
    BodyText *body;
    AttachmentReader *attachments;
};

/* A message inside a message is listed as an attachment, with its hash, only this deep: each
 * level hashes all of the levels inside it again. */
#define HASHED_MESSAGE_DEPTH 4

MimeParser *mime_parser_new(void)
{
    MimeParser *parser = g_new0(MimeParser, 1);
    g_mime_init();
    parser->charsets = charset_decoder_new();
    parser->words = encoded_word_decoder_new(parser->charsets);
    parser->header = mime_header_reader_new(parser->words, parser->charsets);
    parser->walker = part_walker_new(parser->words);
    parser->body = body_text_new(parser->charsets);
    parser->attachments = attachment_reader_new();
    return parser;
}

void mime_parser_free(MimeParser *parser)
{
    if (parser == NULL) {
        return;
    }
    attachment_reader_free(parser->attachments);
    body_text_free(parser->body);
    part_walker_free(parser->walker);
    mime_header_reader_free(parser->header);
    encoded_word_decoder_free(parser->words);
    charset_decoder_free(parser->charsets);
    g_free(parser);
}

/* Text that a mail program shows as the message: not named, not marked as an attachment. */
static bool is_message_text(const Part *part)
{
    const ContentHeader *content = &part->content;
    if (content->disposition == DISPOSITION_ATTACHMENT || content->name->len > 0) {
        return false;
    }
    return !content->has_type || content_header_is(content, "text", "plain") ||
           content_header_is(content, "text", "html") ||
           content_header_is(content, "text", "enriched");
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

static void read_leaf(MimeParser *parser, const Part *part, MailRecord *record)
{
    if (is_encrypted(part)) {
        problem_set_add(&record->problems, PROBLEM_ENCRYPTED);
    }
    if (is_message_text(part)) {
        body_text_add(parser->body, part, parser->attachments, record);
        return;
    }
    attachment_reader_add(parser->attachments, part, record);
    if (is_attached_text(&part->content) && !part->in_encrypted) {
        body_text_add_attached(parser->body, part, record);
    }
}

/* message/rfc822 that was sent as a file. */
static void end_message(MimeParser *parser, const Part *part, MailRecord *record)
{
    const bool is_file =
        part->content.disposition == DISPOSITION_ATTACHMENT || part->content.name->len > 0;
    if (is_file && part->depth < HASHED_MESSAGE_DEPTH) {
        attachment_reader_add(parser->attachments, part, record);
    }
}

static void read_parts(MimeParser *parser, const RawMessage *message, MailRecord *record)
{
    const Part *part = NULL;
    part_walker_begin(parser->walker, message);
    for (;;) {
        switch (part_walker_next(parser->walker, &part, &record->problems)) {
        case PART_EVENT_LEAF:
            read_leaf(parser, part, record);
            break;
        case PART_EVENT_MESSAGE_BEGIN:
            mime_header_reader_describe(parser->header, part->header,
                                        body_text_begin_message(parser->body),
                                        &record->problems);
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
        read_parts(parser, message, record);
    }
    body_text_end(parser->body, record);
}

void mime_parser_read_header(MimeParser *parser, const RawMessage *message, Slice envelope,
                             MailRecord *record)
{
    mime_header_reader_read(parser->header, message, envelope, record);
}
