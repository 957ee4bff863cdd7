/* SPDX-License-Identifier: MIT */
#include "schema/content_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_text(const GString *text)
{
    g_assert(g_utf8_validate_len(text->str, text->len, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static CharsetDecoder *charsets;
    if (charsets == NULL) {
        charsets = charset_decoder_new();
    }
    g_autoptr(EncodedWordDecoder) words = encoded_word_decoder_new(charsets);
    RawMessage message = {0};
    ContentHeader content;
    ProblemSet problems = 0;
    raw_message_parse(&message, slice_of((const char *)data, size));
    content_header_init(&content);
    content_header_read(&content, &message, words, &problems);
    assert_text(content.type);
    assert_text(content.subtype);
    assert_text(content.name);
    assert_text(content.id);
    g_assert(content.boundary->len <= CONTENT_BOUNDARY_MAX);
    content_header_clear(&content);
    raw_message_clear(&message);
    return 0;
}
