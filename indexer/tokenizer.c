/* SPDX-License-Identifier: MIT */
#include "indexer/tokenizer.h"

#include <string.h>

#include "schema/slice.h"

/* Tokens up to here are folded on the stack. */
#define TOKEN_BYTES_SHORT 128

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

typedef int (*TokenFunc)(void *, int, const char *, int, int, int);

/* The built-in tokenizer, kept for what is not ASCII. */
typedef struct {
    fts5_tokenizer builtin;
    void *builtin_data;
} Registration;

typedef struct {
    const Registration *registration;
    Fts5Tokenizer *builtin;
} Tokenizer;

static int create_tokenizer(void *data, const char **arguments, int n_arguments,
                            Fts5Tokenizer **ret_tokenizer)
{
    const Registration *registration = data;
    Tokenizer *tokenizer = g_new0(Tokenizer, 1);
    tokenizer->registration = registration;
    int code = registration->builtin.xCreate(registration->builtin_data, arguments, n_arguments,
                                             &tokenizer->builtin);
    if (code != SQLITE_OK) {
        g_free(tokenizer);
        return code;
    }
    *ret_tokenizer = (Fts5Tokenizer *)tokenizer;
    return SQLITE_OK;
}

static void delete_tokenizer(Fts5Tokenizer *opaque)
{
    Tokenizer *tokenizer = (Tokenizer *)opaque;
    tokenizer->registration->builtin.xDelete(tokenizer->builtin);
    g_free(tokenizer);
}

/* Passes tokens on with their place in the whole text. */
typedef struct {
    void *context;
    TokenFunc token;
    int offset;
} Shift;

static int shift_token(void *data, int flags, const char *token, int length, int start, int end)
{
    const Shift *shift = data;
    return shift->token(shift->context, flags, token, length, shift->offset + start,
                        shift->offset + end);
}

static int emit_ascii(void *context, TokenFunc token, const char *text, int start, int end)
{
    char folded[TOKEN_BYTES_SHORT];
    int length = end - start;
    if (length <= TOKEN_BYTES_SHORT) {
        for (int i = 0; i < length; i++) {
            folded[i] = (char)folding[(uint8_t)text[start + i]];
        }
        return token(context, 0, folded, length, start, end);
    }
    g_autofree char *copy = g_ascii_strdown(text + start, length);
    return token(context, 0, copy, length, start, end);
}

static int tokenize(Fts5Tokenizer *opaque, void *context, int flags, const char *text,
                    int n_text, TokenFunc token)
{
    const Tokenizer *tokenizer = (const Tokenizer *)opaque;
    const fts5_tokenizer *builtin = &tokenizer->registration->builtin;
    int at = 0;
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        while (at < n_text && folding[(uint8_t)text[at]] == 0) {
            at++;
        }
        if (at >= n_text) {
            break;
        }
        int start = at;
        uint8_t seen = 0;
        uint8_t folded = 0;
        while (at < n_text && (folded = folding[(uint8_t)text[at]]) != 0) {
            seen |= folded;
            at++;
        }
        if ((seen & 0x80) == 0) {
            code = emit_ascii(context, token, text, start, at);
        } else {
            Shift shift = {context, token, start};
            code = builtin->xTokenize(tokenizer->builtin, &shift, flags, text + start,
                                      at - start, shift_token);
        }
    }
    return code;
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

bool tokenizer_register(sqlite3 *db, GError **error)
{
    fts5_tokenizer ours = {create_tokenizer, delete_tokenizer, tokenize};
    fts5_api *api = find_api(db);
    if (api == NULL) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL,
                    "this SQLite was built without FTS5");
        return false;
    }
    Registration *registration = g_new0(Registration, 1);
    if (api->xFindTokenizer(api, "unicode61", &registration->builtin_data,
                            &registration->builtin) != SQLITE_OK ||
        api->xCreateTokenizer(api, "unicode61", registration, &ours, g_free) != SQLITE_OK) {
        g_free(registration);
        archive_set_error(db, error);
        return false;
    }
    return true;
}
