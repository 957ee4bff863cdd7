/* SPDX-License-Identifier: MIT */
#include "query/text_match.h"

#include "schema/fold.h"
#include "schema/unicode61.h"

struct TextTokenizer {
    grefcount references;
    Unicode61 builtin;
};

typedef struct {
    GPtrArray *tokens;
    bool last_is_prefix;
} Phrase;

typedef struct {
    GString *text;
    size_t start;
} RecentToken;

struct TextMatcher {
    TextTokenizer *tokenizer;
    GArray *phrases; /* Phrase */

    /* The state of one run. */
    RecentToken recent[TEXT_MATCH_MAX_TOKENS];
    size_t n_seen;
    bool only_first;
    GArray *hits; /* TextHit */
};

TextTokenizer *text_tokenizer_new(sqlite3 *db, GError **error)
{
    TextTokenizer *tokenizer = g_new0(TextTokenizer, 1);
    g_ref_count_init(&tokenizer->references);
    if (!unicode61_init(&tokenizer->builtin, db, error)) {
        g_free(tokenizer);
        return NULL;
    }
    return tokenizer;
}

TextTokenizer *text_tokenizer_ref(TextTokenizer *tokenizer)
{
    g_ref_count_inc(&tokenizer->references);
    return tokenizer;
}

void text_tokenizer_unref(TextTokenizer *tokenizer)
{
    if (tokenizer != NULL && g_ref_count_dec(&tokenizer->references)) {
        unicode61_clear(&tokenizer->builtin);
        g_free(tokenizer);
    }
}

typedef int TokenFunction(void *data, int flags, const char *token, int length, int start,
                          int end);

static void tokenize(const TextTokenizer *tokenizer, Slice text, TokenFunction *function,
                     void *data)
{
    int size = text.len > G_MAXINT / 2 ? G_MAXINT / 2 : (int)text.len;
    if (size > 0) {
        tokenizer->builtin.functions.xTokenize(tokenizer->builtin.instance, data,
                                               FTS5_TOKENIZE_AUX, text.ptr, size, function);
    }
}

static int collect_token(void *data, int flags, const char *token, int length, int start,
                         int end)
{
    (void)flags;
    (void)start;
    (void)end;
    GString *folded = g_string_sized_new((gsize)length + 1);
    fold_append(folded, slice_of(token, (size_t)length));
    g_ptr_array_add(data, g_string_free(folded, false));
    return SQLITE_OK;
}

GPtrArray *text_tokenizer_split(const TextTokenizer *tokenizer, Slice text)
{
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_free);
    tokenize(tokenizer, text, collect_token, tokens);
    return tokens;
}

static void phrase_clear(gpointer data)
{
    Phrase *phrase = data;
    g_ptr_array_unref(phrase->tokens);
}

TextMatcher *text_matcher_new(TextTokenizer *tokenizer)
{
    TextMatcher *matcher = g_new0(TextMatcher, 1);
    matcher->tokenizer = text_tokenizer_ref(tokenizer);
    matcher->phrases = g_array_new(false, false, sizeof(Phrase));
    g_array_set_clear_func(matcher->phrases, phrase_clear);
    for (size_t i = 0; i < TEXT_MATCH_MAX_TOKENS; i++) {
        matcher->recent[i].text = g_string_new(NULL);
    }
    return matcher;
}

void text_matcher_free(TextMatcher *matcher)
{
    if (matcher == NULL) {
        return;
    }
    for (size_t i = 0; i < TEXT_MATCH_MAX_TOKENS; i++) {
        g_string_free(matcher->recent[i].text, true);
    }
    g_array_unref(matcher->phrases);
    text_tokenizer_unref(matcher->tokenizer);
    g_free(matcher);
}

void text_matcher_add(TextMatcher *matcher, const GPtrArray *tokens, bool last_is_prefix)
{
    if (tokens->len == 0) {
        return;
    }
    guint length = MIN(tokens->len, TEXT_MATCH_MAX_TOKENS);
    Phrase phrase = {.tokens = g_ptr_array_new_with_free_func(g_free),
                     .last_is_prefix = last_is_prefix && length == tokens->len};
    for (guint i = 0; i < length; i++) {
        g_ptr_array_add(phrase.tokens, g_strdup(g_ptr_array_index(tokens, i)));
    }
    g_array_append_val(matcher->phrases, phrase);
}

bool text_matcher_is_empty(const TextMatcher *matcher)
{
    return matcher->phrases->len == 0;
}

/* The token read `back` tokens ago; 0 is the newest. */
static RecentToken *recent_token(TextMatcher *matcher, size_t back)
{
    return &matcher->recent[(matcher->n_seen - 1 - back) % TEXT_MATCH_MAX_TOKENS];
}

static bool token_equals(const GString *token, const char *wanted, bool is_prefix)
{
    size_t length = strlen(wanted);
    return (is_prefix ? token->len >= length : token->len == length) &&
           memcmp(token->str, wanted, length) == 0;
}

/* Whether the newest tokens are the phrase. */
static bool phrase_ends_here(TextMatcher *matcher, const Phrase *phrase)
{
    guint length = phrase->tokens->len;
    if (matcher->n_seen < length) {
        return false;
    }
    for (guint back = 0; back < length; back++) {
        const char *wanted = g_ptr_array_index(phrase->tokens, length - 1 - back);
        if (!token_equals(recent_token(matcher, back)->text, wanted,
                          back == 0 && phrase->last_is_prefix)) {
            return false;
        }
    }
    return true;
}

static int match_token(void *data, int flags, const char *token, int length, int start, int end)
{
    (void)flags;
    TextMatcher *matcher = data;
    matcher->n_seen++;
    RecentToken *newest = recent_token(matcher, 0);
    newest->start = (size_t)start;
    g_string_truncate(newest->text, 0);
    fold_append(newest->text, slice_of(token, (size_t)length));
    for (guint i = 0; i < matcher->phrases->len; i++) {
        const Phrase *phrase = &g_array_index(matcher->phrases, Phrase, i);
        if (phrase_ends_here(matcher, phrase)) {
            TextHit hit = {recent_token(matcher, phrase->tokens->len - 1)->start, (size_t)end};
            g_array_append_val(matcher->hits, hit);
            if (matcher->only_first) {
                return SQLITE_DONE;
            }
        }
    }
    return SQLITE_OK;
}

static GArray *run(TextMatcher *matcher, Slice text, bool only_first)
{
    matcher->hits = g_array_new(false, false, sizeof(TextHit));
    matcher->only_first = only_first;
    matcher->n_seen = 0;
    if (matcher->phrases->len > 0) {
        tokenize(matcher->tokenizer, text, match_token, matcher);
    }
    return g_steal_pointer(&matcher->hits);
}

bool text_matcher_first(TextMatcher *matcher, Slice text, TextHit *ret_hit)
{
    g_autoptr(GArray) hits = run(matcher, text, true);
    if (hits->len == 0) {
        return false;
    }
    *ret_hit = g_array_index(hits, TextHit, 0);
    return true;
}

GArray *text_matcher_all(TextMatcher *matcher, Slice text)
{
    return run(matcher, text, false);
}
