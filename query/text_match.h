/* text_match.h - finds words and phrases in text just as the full-text index does.
 *
 * Uses FTS5's own unicode61 tokenizer, schema/fold.h and schema/pairs.h, so that what is a hit
 * here and what is a hit in message_fts cannot drift apart.
 *
 * Memory: a matcher refers to its tokenizer. Errors: ARCHIVE_ERROR.
 * Limits: TEXT_MATCH_MAX_TOKENS in a phrase. Time is linear in the text.
 * Threads: one at a time.
 */
#pragma once

#include <sqlite3.h>

#include "schema/slice.h"

/* The longest phrase that is followed; the tokens beyond are not compared. */
#define TEXT_MATCH_MAX_TOKENS 64

typedef struct TextTokenizer TextTokenizer;
typedef struct TextMatcher TextMatcher;

/* Where a hit lies, in bytes. */
typedef struct {
    size_t start;
    size_t end;
} TextHit;

/* `db` is any connection of an SQLite with FTS5. Returns: (transfer full) NULL with `error`. */
TextTokenizer *text_tokenizer_new(sqlite3 *db, GError **error);
TextTokenizer *text_tokenizer_ref(TextTokenizer *tokenizer);
void text_tokenizer_unref(TextTokenizer *tokenizer);

/* The folded tokens by which `text` is found in the index. `is_prefix` says whether the last
 * one is a prefix: on entry of what was typed, on return of the tokens. A run of characters
 * that are indexed in pairs may go on in the message, so its last character alone is left out,
 * or is a prefix when there is no other. Returns: (transfer full) a GPtrArray of char *. */
GPtrArray *text_tokenizer_split(const TextTokenizer *tokenizer, Slice text, bool *is_prefix);

TextMatcher *text_matcher_new(TextTokenizer *tokenizer);
void text_matcher_free(TextMatcher *matcher);

/* Adds a phrase: `tokens` as text_tokenizer_split gives them, the last a prefix or not. */
void text_matcher_add(TextMatcher *matcher, const GPtrArray *tokens, bool last_is_prefix);

/* Whether there is nothing to find. */
bool text_matcher_is_empty(const TextMatcher *matcher);

/* The first hit in `text`. Returns: false when there is none. */
bool text_matcher_first(TextMatcher *matcher, Slice text, TextHit *ret_hit);

/* All hits, in order of their ends. Returns: (transfer full) a GArray of TextHit. */
GArray *text_matcher_all(TextMatcher *matcher, Slice text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextTokenizer, text_tokenizer_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextMatcher, text_matcher_free)
