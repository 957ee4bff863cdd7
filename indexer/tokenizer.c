/* SPDX-License-Identifier: MIT */
#include "indexer/tokenizer.h"

#include <string.h>

#include "schema/slice.h"

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
    fts5_tokenizer builtin;
    Fts5Tokenizer *instance;         /* of the built-in tokenizer */
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

bool tokenizer_run(Tokenizer *tokenizer, Slice text, TokenFunc func, void *data)
{
    Receiver receiver = {func, data};
    size_t at = 0;
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
        } else if (tokenizer->builtin.xTokenize(
                       tokenizer->instance, &receiver, FTS5_TOKENIZE_DOCUMENT, text.ptr + start,
                       (int)(at - start), receive_token) != SQLITE_OK) {
            return false;
        }
    }
}

/* SQLite hands out the FTS5 interface through a bound pointer (fts5.html section 7). */
static fts5_api *find_api(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

Tokenizer *tokenizer_new(sqlite3 *db, GError **error)
{
    static const char *arguments[] = {"remove_diacritics", "2"};
    g_autoptr(Tokenizer) tokenizer = g_new0(Tokenizer, 1);
    fts5_api *api = find_api(db);
    void *context = NULL;
    if (api == NULL ||
        api->xFindTokenizer(api, "unicode61", &context, &tokenizer->builtin) != SQLITE_OK ||
        tokenizer->builtin.xCreate(context, arguments, G_N_ELEMENTS(arguments),
                                   &tokenizer->instance) != SQLITE_OK) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL,
                    "this SQLite was built without FTS5");
        return NULL;
    }
    return g_steal_pointer(&tokenizer);
}

void tokenizer_free(Tokenizer *tokenizer)
{
    if (tokenizer == NULL) {
        return;
    }
    if (tokenizer->instance != NULL) {
        tokenizer->builtin.xDelete(tokenizer->instance);
    }
    g_free(tokenizer);
}
