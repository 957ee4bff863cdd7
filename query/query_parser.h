/* query_parser.h - a query string made into a syntax tree.
 *
 *     query   = [ or ]
 *     or      = and *( "OR" and )
 *     and     = unary *( [ "AND" ] unary )
 *     unary   = ( "NOT" / "-" ) unary / near
 *     near    = primary *( "NEAR" primary )
 *     primary = word / phrase / "(" or ")" / field ( word / phrase / "(" or ")" )
 *
 * Inside "field:( ... )" every term is of that field. Values are read later, by the field's
 * compile function.
 *
 * Limits: QUERY_MAX_TERMS and QUERY_MAX_DEPTH, so that a hostile query costs no more than a
 * long honest one.
 */
#pragma once

#include "query/query_fault.h"
#include "query/query_tree.h"

/* FTS5 reads the list of each term; more than a person types by hand. */
#define QUERY_MAX_TERMS 64

/* Parentheses and negations inside each other; SQLite's own limits are far above. */
#define QUERY_MAX_DEPTH 32

typedef struct {
    QueryNode *root;  /* NULL for an empty query: everything */
    unsigned n_terms; /* counts on over several calls */
    GPtrArray *hints; /* of char *: what a person may have meant otherwise; one line each */
} QueryParse;

void query_parse_init(QueryParse *parse);
void query_parse_clear(QueryParse *parse);

/* Parses `query` and adds it to what is in `parse`, as AND. The tree borrows `query`, which
 * must outlive it. Returns: false with `fault`. */
bool query_parser_run(const char *query, QueryParse *parse, QueryFault *fault);

/* The same for the value of a flag: every term of `value` is of `field`, as in field:(value).
 * Returns: false with `fault`. */
bool query_parser_run_flag(const QueryField *field, const char *value, QueryParse *parse,
                           QueryFault *fault);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QueryParse, query_parse_clear)
