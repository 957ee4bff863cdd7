/* SPDX-License-Identifier: MIT */
#include "query/message_part.h"

#include "schema/uu_file.h"

struct MessagePartReader {
    CharsetDecoder *charsets;
    EncodedWordDecoder *words;
    PartWalker *walker;
    PartWalker *inner_walker; /* of a message in base64 */
};

/* One visit to all parts of a message. */
typedef struct {
    MessagePartReader *reader;
    MessagePartVisit *visit;
    gpointer data;
} Visit;

MessagePartReader *message_part_reader_new(void)
{
    MessagePartReader *reader = g_new0(MessagePartReader, 1);
    reader->charsets = charset_decoder_new();
    reader->words = encoded_word_decoder_new(reader->charsets);
    reader->walker = part_walker_new(reader->words);
    reader->inner_walker = part_walker_new(reader->words);
    return reader;
}

void message_part_reader_free(MessagePartReader *reader)
{
    if (reader == NULL) {
        return;
    }
    part_walker_free(reader->inner_walker);
    part_walker_free(reader->walker);
    encoded_word_decoder_free(reader->words);
    charset_decoder_free(reader->charsets);
    g_free(reader);
}

CharsetDecoder *message_part_reader_charsets(MessagePartReader *reader)
{
    return reader->charsets;
}

EncodedWordDecoder *message_part_reader_words(MessagePartReader *reader)
{
    return reader->words;
}

void message_part_decode(const MessagePart *part, size_t limit, GString *out)
{
    TransferDecoder decoder;
    const bool has_begin =
        part->kind == MESSAGE_PART_LEAF && part->encoding == TRANSFER_UUENCODE;
    transfer_decoder_init(&decoder, part->encoding);
    transfer_decoder_append_all(
        &decoder, has_begin ? transfer_skip_uu_begin(part->bytes) : part->bytes, limit, out);
}

static void visit_part(const Visit *visit, MessagePartKind kind, const Part *part,
                       TransferEncoding encoding, Slice bytes)
{
    const MessagePart found = {kind, part, encoding, bytes};
    visit->visit(&found, visit->data);
}

/* Files inside plain text: the indexer looks for them there, and nowhere else. */
static void visit_uuencoded(const Visit *visit, const Part *part)
{
    const ContentHeader *content = &part->content;
    if (content->has_type && !content_header_is(content, "text", NULL)) {
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    const MessagePart leaf = {MESSAGE_PART_LEAF, part, content->encoding, part->bytes};
    message_part_decode(&leaf, PART_TEXT_MAX, text);
    Slice rest = slice_of(text->str, text->len);
    Slice before;
    Slice name;
    Slice lines;
    while (uu_file_next(&rest, &before, &name, &lines)) {
        visit_part(visit, MESSAGE_PART_UUENCODED, part, TRANSFER_UUENCODE, lines);
    }
}

static void visit_all(const Visit *visit, PartWalker *walker, const RawMessage *message,
                      const char *number);

/* A message that is sent in base64, against RFC 2046 5.2.1. */
static void visit_encoded_message(const Visit *visit, const Part *part)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    RawMessage message = {0};
    const MessagePart leaf = {MESSAGE_PART_LEAF, part, part->content.encoding, part->bytes};
    message_part_decode(&leaf, PART_TEXT_MAX, bytes);
    raw_message_parse(&message, slice_of(bytes->str, bytes->len));
    if (bytes->len > 0) {
        visit_all(visit, visit->reader->inner_walker, &message, part->number);
    }
    raw_message_clear(&message);
}

static void visit_leaf(const Visit *visit, const PartWalker *walker, const Part *part)
{
    const ContentHeader *content = &part->content;
    visit_part(visit, MESSAGE_PART_LEAF, part, content->encoding, part->bytes);
    if (walker == visit->reader->walker && content->encoding != TRANSFER_IDENTITY &&
        (content_header_is(content, "message", "rfc822") ||
         content_header_is(content, "message", "global"))) {
        visit_encoded_message(visit, part);
    } else {
        visit_uuencoded(visit, part);
    }
}

static void visit_all(const Visit *visit, PartWalker *walker, const RawMessage *message,
                      const char *number)
{
    ProblemSet problems = 0;
    const Part *part = NULL;
    part_walker_begin(walker, message, number);
    for (;;) {
        switch (part_walker_next(walker, &part, &problems)) {
        case PART_EVENT_LEAF:
            visit_leaf(visit, walker, part);
            break;
        case PART_EVENT_MESSAGE_END:
            visit_part(visit, MESSAGE_PART_MESSAGE, part, TRANSFER_IDENTITY, part->bytes);
            break;
        case PART_EVENT_MESSAGE_BEGIN:
        case PART_EVENT_MULTIPART:
            break;
        case PART_EVENT_END:
            return;
        }
    }
}

void message_part_visit(MessagePartReader *reader, Slice message, MessagePartVisit *visit,
                        gpointer data)
{
    const Visit all = {reader, visit, data};
    RawMessage parsed = {0};
    raw_message_parse(&parsed, message);
    if (message.len > 0) {
        visit_all(&all, reader->walker, &parsed, "");
    }
    raw_message_clear(&parsed);
}
