/* SPDX-License-Identifier: MIT */
#include "query/text_match.h"

#include "schema/fold.h"
#include "schema/pairs.h"
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

/* A token with the bytes of the text that it stands for. */
typedef struct {
    Slice text; /* as the tokenizer gives it, not folded */
    size_t start;
    size_t first_end; /* where the first character of a pair ends; else `end` */
    size_t end;
    bool starts_run; /* of characters in pairs */
    bool ends_run;   /* a character by itself, the last of such a run */
} Token;

/* Returns: whether to go on. */
typedef bool TokenFunction(void *data, const Token *token);

/* What FTS5's callback needs; `piece` is what is being tokenized, `base` where it begins. */
typedef struct {
    TokenFunction *function;
    void *data;
    const PairPiece *piece;
    size_t base;
} TokenSink;

static int pass_token(void *data, int flags, const char *text, int length, int start, int end)
{
    (void)flags;
    const TokenSink *sink = data;
    const PairPiece *piece = sink->piece;
    Token token = {.text = slice_of(text, (size_t)length),
                   .start = sink->base + (size_t)start,
                   .first_end = sink->base + (size_t)end,
                   .end = sink->base + (size_t)end};
    if (piece != NULL && !piece->is_other) {
        token.start = piece->start;
        token.first_end = piece->first_end;
        token.end = piece->end;
        token.starts_run = piece->starts_run;
        token.ends_run = piece->ends_run;
    }
    return sink->function(sink->data, &token) ? SQLITE_OK : SQLITE_DONE;
}

/* Returns: whether to go on. */
static bool tokenize_piece(const TextTokenizer *tokenizer, Slice text, TokenSink *sink)
{
    for (;;) {
        size_t space = 0;
        size_t length = fold_find_space(text, &space);
        if (length > 0 && tokenizer->builtin.functions.xTokenize(
                              tokenizer->builtin.instance, sink, FTS5_TOKENIZE_AUX, text.ptr,
                              (int)length, pass_token) != SQLITE_OK) {
            return false;
        }
        if (length == text.len) {
            return true;
        }
        text = slice_from(text, length + space);
        sink->base += length + space;
    }
}

static void tokenize(const TextTokenizer *tokenizer, Slice text, TokenFunction *function,
                     void *data)
{
    TokenSink sink = {.function = function, .data = data};
    text.len = MIN(text.len, (size_t)G_MAXINT / 2);
    if (!pairs_needed(text)) {
        tokenize_piece(tokenizer, text, &sink);
        return;
    }
    PairReader reader = {.text = text};
    PairPiece piece;
    bool goes_on = true;
    while (goes_on && pair_reader_next(&reader, &piece)) {
        sink.piece = &piece;
        sink.base = piece.start;
        goes_on = tokenize_piece(tokenizer,
                                 piece.is_other
                                     ? slice_of(text.ptr + piece.start, piece.end - piece.start)
                                     : slice_of_string(piece.word),
                                 &sink);
    }
}

typedef struct {
    GPtrArray *tokens;
    Token last;
} TokenList;

static bool collect_token(void *data, const Token *token)
{
    TokenList *list = data;
    GString *folded = g_string_sized_new(token->text.len + 1);
    fold_append(folded, token->text);
    g_ptr_array_add(list->tokens, g_string_free(folded, false));
    list->last = *token;
    return true;
}

GPtrArray *text_tokenizer_split(const TextTokenizer *tokenizer, Slice text, bool *is_prefix)
{
    TokenList list = {.tokens = g_ptr_array_new_with_free_func(g_free)};
    tokenize(tokenizer, text, collect_token, &list);
    if (list.last.ends_run) {
        *is_prefix = list.last.starts_run;
        if (!list.last.starts_run) {
            g_ptr_array_set_size(list.tokens, (gint)list.tokens->len - 1);
        }
    }
    return list.tokens;
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

static bool match_token(void *data, const Token *token)
{
    TextMatcher *matcher = data;
    matcher->n_seen++;
    RecentToken *newest = recent_token(matcher, 0);
    newest->start = token->start;
    g_string_truncate(newest->text, 0);
    fold_append(newest->text, token->text);
    for (guint i = 0; i < matcher->phrases->len; i++) {
        const Phrase *phrase = &g_array_index(matcher->phrases, Phrase, i);
        if (phrase_ends_here(matcher, phrase)) {
            /* A prefix of a pair is its first character. */
            size_t end = phrase->last_is_prefix ? token->first_end : token->end;
            TextHit hit = {recent_token(matcher, phrase->tokens->len - 1)->start, end};
            g_array_append_val(matcher->hits, hit);
            if (matcher->only_first) {
                return false;
            }
        }
    }
    return true;
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
