/* SPDX-License-Identifier: MIT */
#include "query/query_lexer.h"

/* "a NEAR b" without a number, as FTS5 has it; and where counting words makes no sense. */
#define NEAR_DEFAULT_DISTANCE 10
#define NEAR_MAX_DISTANCE     1000

typedef struct {
    const char *query;
    size_t size;
    size_t at;
    bool wants_value; /* the token before was a field with its value right behind */
    GArray *tokens;
    QueryFault *fault;
} Lexer;

/* The quotes that people and their word processors type. */
typedef struct {
    const char *open;
    const char *close;
    const char *other_close; /* German closes with what English opens with */
} QuotePair;

static const QuotePair quote_pairs[] = {
    {"\"", "\"", "\""},
    {"“", "”", "“"},
    {"„", "“", "”"},
    {"«", "»", "»"},
};

/* Words before a colon that are text, not a misspelt field: reply marks and URL schemes. */
static const char *const text_names[] = {
    "re",   "rép",   "fw",  "fwd",  "tr",     "aw",  "wg",  "sv",  "antw",
    "http", "https", "ftp", "ftps", "mailto", "tel", "urn", "cid", "news",
};

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' ||
           byte == '\v';
}

static Slice rest_of(const Lexer *lexer)
{
    return slice_of(lexer->query + lexer->at, lexer->size - lexer->at);
}

/* The quote pair that opens at the start of `text`, or NULL. */
static const QuotePair *quote_at(Slice text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(quote_pairs); i++) {
        if (slice_starts_with(text, slice_of_string(quote_pairs[i].open))) {
            return &quote_pairs[i];
        }
    }
    return NULL;
}

/* The length of a quote that only closes, at the start of `text`; 0 when none stands there. */
static size_t stray_quote_at(Slice text)
{
    static const char *const closers[] = {"”", "»"};
    for (size_t i = 0; i < G_N_ELEMENTS(closers); i++) {
        if (slice_starts_with(text, slice_of_string(closers[i]))) {
            return strlen(closers[i]);
        }
    }
    return 0;
}

/* White space that is more than ASCII: a no-break space comes with every French « quote ». */
static size_t space_at(Slice text)
{
    static const char *const spaces[] = {"\u00A0", "\u202F", "\u2009", "\u3000"};
    if (text.len > 0 && is_space(text.ptr[0])) {
        return 1;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(spaces); i++) {
        if (slice_starts_with(text, slice_of_string(spaces[i]))) {
            return strlen(spaces[i]);
        }
    }
    return 0;
}

static void push(Lexer *lexer, QueryToken token)
{
    g_array_append_val(lexer->tokens, token);
    lexer->wants_value = false;
}

/* Takes a star that stands at the end of what was just read. */
static bool take_star(Lexer *lexer)
{
    if (lexer->at < lexer->size && lexer->query[lexer->at] == '*') {
        lexer->at++;
        return true;
    }
    return false;
}

static bool read_phrase(Lexer *lexer, const QuotePair *pair)
{
    size_t start = lexer->at;
    size_t inner = start + strlen(pair->open);
    Slice close = slice_of_string(pair->close);
    Slice other = slice_of_string(pair->other_close);
    for (size_t at = inner; at < lexer->size; at++) {
        Slice rest = slice_of(lexer->query + at, lexer->size - at);
        bool is_close = slice_starts_with(rest, close);
        if (!is_close && !slice_starts_with(rest, other)) {
            continue;
        }
        lexer->at = at + (is_close ? close.len : other.len);
        bool is_prefix = take_star(lexer);
        push(lexer, (QueryToken){.kind = QUERY_TOKEN_PHRASE,
                                 .offset = start,
                                 .length = lexer->at - start,
                                 .text = slice_of(lexer->query + inner, at - inner),
                                 .is_prefix = is_prefix});
        return true;
    }
    return query_fault_set(lexer->fault, lexer->query, start, strlen(pair->open),
                           "this quote is never closed");
}

/* The bytes up to white space, a quote or a parenthesis. */
static size_t word_length(const Lexer *lexer)
{
    size_t at = lexer->at;
    while (at < lexer->size) {
        Slice rest = slice_of(lexer->query + at, lexer->size - at);
        if (space_at(rest) > 0 || *rest.ptr == '(' || *rest.ptr == ')' ||
            quote_at(rest) != NULL || stray_quote_at(rest) > 0) {
            break;
        }
        at++;
    }
    return at - lexer->at;
}

/* The name before the first colon when it has the shape of a field's name. */
static Slice field_name_of(Slice word)
{
    size_t length = 0;
    while (length < word.len &&
           (g_ascii_isalpha(word.ptr[length]) ||
            (length > 0 && (g_ascii_isalnum(word.ptr[length]) || word.ptr[length] == '-' ||
                            word.ptr[length] == '_')))) {
        length++;
    }
    return length > 0 && length < word.len && word.ptr[length] == ':'
               ? slice_of(word.ptr, length)
               : SLICE_EMPTY;
}

/* Whether "name:value" is plainly text: http://x, C:\dir, std::string, Re:, AW:hello. */
static bool is_plain_text(Slice name, Slice value)
{
    if (value.len > 0 && (value.ptr[0] == ':' || value.ptr[0] == '\\' || value.ptr[0] == '/')) {
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(text_names); i++) {
        if (slice_equal_nocase(name, slice_of_string(text_names[i]))) {
            return true;
        }
    }
    return false;
}

static bool fault_unknown_field(Lexer *lexer, Slice name)
{
    const char *nearest = query_field_nearest(name);
    if (nearest != NULL) {
        return query_fault_set(lexer->fault, lexer->query, lexer->at, name.len,
                               "unknown field \"%.*s:\", did you mean \"%s:\"? "
                               "(put text in quotes)",
                               (int)name.len, name.ptr, nearest);
    }
    return query_fault_set(lexer->fault, lexer->query, lexer->at, name.len,
                           "unknown field \"%.*s:\" (--help lists them; put text in quotes)",
                           (int)name.len, name.ptr);
}

/* Reads a "name:" at the start of a word. `ret_is_field` says whether there was one. */
static bool read_field(Lexer *lexer, Slice word, bool *ret_is_field)
{
    *ret_is_field = false;
    Slice name = field_name_of(word);
    if (name.len == 0) {
        return true;
    }
    size_t length = name.len + 1;
    Slice value = slice_from(word, length);
    size_t after = lexer->at + length;
    Slice behind = slice_of(lexer->query + after, lexer->size - after);
    bool has_value =
        value.len > 0 || (behind.len > 0 && (behind.ptr[0] == '(' || quote_at(behind) != NULL));
    const QueryField *field = query_field_find(name);
    if (slice_starts_with(value, SLICE_LITERAL("//")) ||
        (field == NULL && (!has_value || is_plain_text(name, value)))) {
        return true;
    }
    if (field == NULL) {
        return fault_unknown_field(lexer, name);
    }
    if (!has_value) {
        return query_fault_set(lexer->fault, lexer->query, lexer->at, length,
                               "\"%s:\" needs a value right behind the colon", field->name);
    }
    push(lexer,
         (QueryToken){
             .kind = QUERY_TOKEN_FIELD, .offset = lexer->at, .length = length, .field = field});
    lexer->at = after;
    lexer->wants_value = true;
    *ret_is_field = true;
    return true;
}

/* A number of one to four digits that is all of `text`. */
static bool read_distance(Slice text, unsigned *ret_distance)
{
    if (text.len == 0 || text.len > 4) {
        return false;
    }
    unsigned value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!g_ascii_isdigit(text.ptr[i])) {
            return false;
        }
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    *ret_distance = value;
    return value <= NEAR_MAX_DISTANCE;
}

/* The length of the number behind a bare AROUND or NEAR: " 5" or "(5)"; 0 when none stands
 * there. */
static size_t distance_behind(Slice behind, unsigned *ret_distance)
{
    size_t at = 0;
    while (at < behind.len && behind.ptr[at] == ' ') {
        at++;
    }
    bool is_closed = at < behind.len && behind.ptr[at] == '(';
    at += is_closed ? 1 : 0;
    size_t digits = 0;
    while (at + digits < behind.len && g_ascii_isdigit(behind.ptr[at + digits])) {
        digits++;
    }
    if (!read_distance(slice_of(behind.ptr + at, digits), ret_distance)) {
        return 0;
    }
    at += digits;
    bool ends = is_closed ? at < behind.len && behind.ptr[at] == ')'
                          : at == behind.len || space_at(slice_from(behind, at)) > 0;
    return ends ? at + (is_closed ? 1 : 0) : 0;
}

/* NEAR, NEAR/5, NEAR(5), AROUND 5: true with the token's length. */
static bool near_token(const Lexer *lexer, Slice word, QueryToken *ret_token)
{
    static const char *const names[] = {"NEAR", "AROUND"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        Slice name = slice_of_string(names[i]);
        if (!slice_starts_with(word, name)) {
            continue;
        }
        unsigned distance = NEAR_DEFAULT_DISTANCE;
        size_t length = word.len;
        if (word.len == name.len) {
            length += distance_behind(slice_from(rest_of(lexer), name.len), &distance);
        } else if (word.ptr[name.len] != '/' ||
                   !read_distance(slice_from(word, name.len + 1), &distance)) {
            return false;
        }
        *ret_token = (QueryToken){.kind = QUERY_TOKEN_NEAR,
                                  .offset = lexer->at,
                                  .length = length,
                                  .text = word,
                                  .distance = distance};
        return true;
    }
    return false;
}

/* The operator that a word is; QUERY_TOKEN_WORD when it is none. */
static QueryToken operator_or_word(const Lexer *lexer, Slice word)
{
    QueryToken token = {
        .kind = QUERY_TOKEN_WORD, .offset = lexer->at, .length = word.len, .text = word};
    if (slice_equal(word, SLICE_LITERAL("AND"))) {
        token.kind = QUERY_TOKEN_AND;
    } else if (slice_equal(word, SLICE_LITERAL("OR"))) {
        token.kind = QUERY_TOKEN_OR;
    } else if (slice_equal(word, SLICE_LITERAL("NOT"))) {
        token.kind = QUERY_TOKEN_NOT;
    } else {
        near_token(lexer, word, &token);
    }
    return token;
}

static void read_word(Lexer *lexer, Slice word)
{
    QueryToken token = {
        .kind = QUERY_TOKEN_WORD, .offset = lexer->at, .length = word.len, .text = word};
    if (!lexer->wants_value) {
        token = operator_or_word(lexer, word);
    }
    lexer->at += token.length;
    if (token.kind == QUERY_TOKEN_WORD && word.len > 1 && word.ptr[word.len - 1] == '*') {
        token.is_prefix = true;
        token.text.len--;
    }
    push(lexer, token);
}

static bool starts_term(const Lexer *lexer)
{
    Slice rest = rest_of(lexer);
    return rest.len > 0 && space_at(rest) == 0 && *rest.ptr != ')';
}

/* One token at lexer->at, which is no white space. */
static bool read_token(Lexer *lexer)
{
    Slice rest = rest_of(lexer);
    const QuotePair *pair = quote_at(rest);
    if (pair != NULL) {
        return read_phrase(lexer, pair);
    }
    if (stray_quote_at(rest) > 0) {
        return query_fault_set(lexer->fault, lexer->query, lexer->at, stray_quote_at(rest),
                               "this quote was never opened");
    }
    QueryToken token = {.offset = lexer->at, .length = 1};
    if (*rest.ptr == '(' || *rest.ptr == ')') {
        token.kind = *rest.ptr == '(' ? QUERY_TOKEN_OPEN : QUERY_TOKEN_CLOSE;
        lexer->at++;
        push(lexer, token);
        return true;
    }
    bool is_first = lexer->at == 0 || lexer->query[lexer->at - 1] == '(' ||
                    is_space(lexer->query[lexer->at - 1]);
    if (*rest.ptr == '-' && is_first && !lexer->wants_value) {
        lexer->at++;
        if (starts_term(lexer)) {
            token.kind = QUERY_TOKEN_NOT;
            push(lexer, token);
            return true;
        }
        lexer->at--;
    }
    Slice word = slice_of(rest.ptr, word_length(lexer));
    bool is_field = false;
    if (!lexer->wants_value && !read_field(lexer, word, &is_field)) {
        return false;
    }
    if (!is_field) {
        read_word(lexer, word);
    }
    return true;
}

static bool check_text(const char *query, QueryFault *fault)
{
    size_t size = strlen(query);
    if (size > QUERY_MAX_BYTES) {
        return query_fault_set(fault, query, QUERY_MAX_BYTES, 1,
                               "the query is longer than %d bytes", QUERY_MAX_BYTES);
    }
    const char *end = NULL;
    if (!g_utf8_validate(query, (gssize)size, &end)) {
        return query_fault_set(fault, query, (size_t)(end - query), 1,
                               "this byte is not UTF-8 text");
    }
    return true;
}

GArray *query_lexer_run(const char *query, QueryFault *fault)
{
    if (!check_text(query, fault)) {
        return NULL;
    }
    g_autoptr(GArray) tokens = g_array_new(false, false, sizeof(QueryToken));
    Lexer lexer = {.query = query, .size = strlen(query), .tokens = tokens, .fault = fault};
    for (;;) {
        size_t space = 0;
        while ((space = space_at(rest_of(&lexer))) > 0) {
            lexer.at += space;
        }
        if (lexer.at >= lexer.size) {
            break;
        }
        if (!read_token(&lexer)) {
            return NULL;
        }
    }
    push(&lexer, (QueryToken){.kind = QUERY_TOKEN_END, .offset = lexer.size});
    return g_steal_pointer(&tokens);
}
