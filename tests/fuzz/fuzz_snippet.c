/* SPDX-License-Identifier: MIT */
#include "query/snippet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the phrase, the rest is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static TextTokenizer *tokenizer;
    static sqlite3 *db;
    if (tokenizer == NULL) {
        g_assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
        tokenizer = text_tokenizer_new(db, NULL);
    }
    const Slice input = slice_of((const char *)data, size);
    const char *end = size == 0 ? NULL : memchr(data, '\n', size);
    const size_t phrase = end == NULL ? size : (size_t)(end - input.ptr);
    const Slice text = slice_from(input, MIN(phrase + 1, size));
    bool is_prefix = size % 2 == 1;
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(tokenizer, slice_of(input.ptr, phrase), &is_prefix);
    g_autoptr(TextMatcher) matcher = text_matcher_new(tokenizer);
    g_auto(Snippet) snippet = {0};
    text_matcher_add(matcher, tokens, is_prefix);
    snippet_init(&snippet);
    snippet_make(matcher, text, &snippet);

    const bool is_utf8 = text.len == 0 || g_utf8_validate_len(text.ptr, text.len, NULL);
    g_assert(!is_utf8 || g_utf8_validate_len(snippet.text->str, snippet.text->len, NULL));
    g_assert(snippet.text->len <= SNIPPET_BYTES + 2 * strlen("…"));
    size_t at = 0;
    for (guint i = 0; i < snippet.hits->len; i++) {
        const TextHit *hit = &g_array_index(snippet.hits, TextHit, i);
        g_assert(hit->start >= at && hit->end > hit->start && hit->end <= snippet.text->len);
        at = hit->end;
    }
    return 0;
}
