/* query_tree.h - the syntax tree of a query.
 *
 * Memory: a node owns its children and its text; query_node_free takes all of it.
 */
#pragma once

#include "schema/slice.h"

typedef struct QueryField QueryField;

typedef enum {
    QUERY_NODE_AND,
    QUERY_NODE_OR,
    QUERY_NODE_NOT,  /* one child */
    QUERY_NODE_NEAR, /* children are terms of the same field */
    QUERY_NODE_TERM
} QueryNodeKind;

typedef struct QueryNode {
    QueryNodeKind kind;
    GPtrArray *children;     /* of QueryNode; NULL for a term */
    unsigned distance;       /* of NEAR: tokens between */
    const QueryField *field; /* of a term; NULL is anywhere */
    char *text;              /* of a term: the value as typed, without quotes */
    bool is_phrase;          /* was between quotes */
    bool is_prefix;          /* had a star behind */
    const char *source;      /* of a term or NEAR: (transfer none) what offset counts in */
    size_t offset;
    size_t length;
} QueryNode;

/* Returns: (transfer full) a node with an empty list of children, unless it is a term. */
QueryNode *query_node_new(QueryNodeKind kind);

void query_node_free(QueryNode *node);

/* The tree as an s-expression: (and budget (not subject:"a b") fo*).
 * Returns: (transfer full), free with g_free; NULL gives "(all)". */
char *query_node_to_string(const QueryNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QueryNode, query_node_free)
