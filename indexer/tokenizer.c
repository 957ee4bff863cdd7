/* SPDX-License-Identifier: MIT */
#include "indexer/tokenizer.h"

#include <string.h>

#include "schema/pairs.h"
#include "schema/unicode61.h"

/* FTS5 cuts longer tokens (FTS5_MAX_TOKEN_SIZE). */
#define TOKEN_BYTES_MAX 32768

/* For each byte: 0 separates, a letter or digit is its lower case, OTHER is above 127. */
#define OTHER 0xFF
static const uint8_t folding[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2',
    ['3'] = '3', ['4'] = '4', ['5'] = '5',
    ['6'] = '6', ['7'] = '7', ['8'] = '8',
    ['9'] = '9', ['A'] = 'a', ['B'] = 'b',
    ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
    ['F'] = 'f', ['G'] = 'g', ['H'] = 'h',
    ['I'] = 'i', ['J'] = 'j', ['K'] = 'k',
    ['L'] = 'l', ['M'] = 'm', ['N'] = 'n',
    ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q',
    ['R'] = 'r', ['S'] = 's', ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w',
    ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c',
    ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',
    ['g'] = 'g', ['h'] = 'h', ['i'] = 'i',
    ['j'] = 'j', ['k'] = 'k', ['l'] = 'l',
    ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
    ['p'] = 'p', ['q'] = 'q', ['r'] = 'r',
    ['s'] = 's', ['t'] = 't', ['u'] = 'u',
    ['v'] = 'v', ['w'] = 'w', ['x'] = 'x',
    ['y'] = 'y', ['z'] = 'z', [0x80 ... 0xFF] = OTHER,
};

struct Tokenizer {
    Unicode61 builtin;
    bool met_pairs;
    GString *cut;                    /* a run of bytes, cut into pairs */
    char token[TOKEN_BYTES_MAX + 1]; /* the byte beyond is for those that are cut off */
};

/* The caller's function, called from the built-in tokenizer. */
typedef struct {
    TokenFunc func;
    void *data;
} Receiver;

static int receive_token(void *data, int flags G_GNUC_UNUSED, const char *token, int length,
                         int start G_GNUC_UNUSED, int end G_GNUC_UNUSED)
{
    const Receiver *receiver = data;
    receiver->func(receiver->data,
                   slice_of(token, MIN((size_t)length, (size_t)TOKEN_BYTES_MAX)));
    return SQLITE_OK;
}

/* A run with bytes above 127. */
static bool run_other(Tokenizer *tokenizer, Slice run, Receiver *receiver)
{
    if (pairs_needed(run)) {
        tokenizer->met_pairs = true;
        g_string_truncate(tokenizer->cut, 0);
        pairs_append(tokenizer->cut, run);
        run = slice_of(tokenizer->cut->str, tokenizer->cut->len);
    }
    return tokenizer->builtin.functions.xTokenize(tokenizer->builtin.instance, receiver,
                                                  FTS5_TOKENIZE_DOCUMENT, run.ptr, (int)run.len,
                                                  receive_token) == SQLITE_OK;
}

bool tokenizer_run(Tokenizer *tokenizer, Slice text, TokenFunc func, void *data)
{
    Receiver receiver = {func, data};
    size_t at = 0;
    tokenizer->met_pairs = false;
    for (;;) {
        while (at < text.len && folding[(uint8_t)text.ptr[at]] == 0) {
            at++;
        }
        if (at >= text.len) {
            return true;
        }
        const size_t start = at;
        size_t length = 0;
        uint8_t seen = 0;
        uint8_t folded = 0;
        while (at < text.len && (folded = folding[(uint8_t)text.ptr[at]]) != 0) {
            seen |= folded;
            tokenizer->token[length] = (char)folded;
            length += length < TOKEN_BYTES_MAX;
            at++;
        }
        if ((seen & 0x80) == 0) {
            func(data, slice_of(tokenizer->token, length));
        } else if (!run_other(tokenizer, slice_of(text.ptr + start, at - start), &receiver)) {
            return false;
        }
    }
}

bool tokenizer_met_pairs(const Tokenizer *tokenizer)
{
    return tokenizer->met_pairs;
}

Tokenizer *tokenizer_new(sqlite3 *db, GError **error)
{
    g_autoptr(Tokenizer) tokenizer = g_new0(Tokenizer, 1);
    tokenizer->cut = g_string_new(NULL);
    if (!unicode61_init(&tokenizer->builtin, db, error)) {
        return NULL;
    }
    return g_steal_pointer(&tokenizer);
}

void tokenizer_free(Tokenizer *tokenizer)
{
    if (tokenizer == NULL) {
        return;
    }
    unicode61_clear(&tokenizer->builtin);
    g_string_free(tokenizer->cut, true);
    g_free(tokenizer);
}
