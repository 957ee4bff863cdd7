/* query_lexer.h - a query string cut into tokens.
 *
 * Knows quotes, parentheses, field names, the upper-case operators and the leading minus; not
 * what may follow what (query_parser) nor what a value means (query_field).
 *
 * Memory: tokens borrow from the query string.
 * Limits: QUERY_MAX_BYTES for the query.
 */
#pragma once

#include "query/query_fault.h"
#include "query/query_field.h"
#include "schema/slice.h"

/* A page of text: nobody types more, and the list of tokens stays small. */
#define QUERY_MAX_BYTES 8192

typedef enum {
    QUERY_TOKEN_END,
    QUERY_TOKEN_WORD,
    QUERY_TOKEN_PHRASE, /* between quotes */
    QUERY_TOKEN_FIELD,  /* "from:", its value is the next token */
    QUERY_TOKEN_OPEN,
    QUERY_TOKEN_CLOSE,
    QUERY_TOKEN_AND,
    QUERY_TOKEN_OR,
    QUERY_TOKEN_NOT, /* NOT, or a minus before a term */
    QUERY_TOKEN_NEAR
} QueryTokenKind;

typedef struct {
    QueryTokenKind kind;
    size_t offset; /* of the whole token, quotes included */
    size_t length;
    Slice text;              /* of a word or phrase, without quotes and the prefix star */
    bool is_prefix;          /* a star stands right behind */
    unsigned distance;       /* of QUERY_TOKEN_NEAR */
    const QueryField *field; /* of QUERY_TOKEN_FIELD */
} QueryToken;

/* Cuts `query` into tokens, the last of which is QUERY_TOKEN_END.
 * Returns: (transfer full) a GArray of QueryToken, or NULL with `fault`. */
GArray *query_lexer_run(const char *query, QueryFault *fault);
