/* SPDX-License-Identifier: MIT */
#include "schema/encoded_word.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static CharsetDecoder *charsets;
    if (charsets == NULL) {
        charsets = charset_decoder_new();
    }
    g_autoptr(EncodedWordDecoder) words = encoded_word_decoder_new(charsets);
    g_autoptr(GString) out = g_string_new(NULL);
    ProblemSet problems = 0;
    encoded_word_decoder_append(words, slice_of((const char *)data, size), out, &problems);
    g_assert(g_utf8_validate_len(out->str, out->len, NULL));
    return 0;
}
