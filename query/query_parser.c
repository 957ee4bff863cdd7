/* SPDX-License-Identifier: MIT */
#include "query/query_parser.h"

#include "query/query_lexer.h"

typedef struct {
    const char *query;
    const QueryToken *at;
    const QueryField *field; /* of the group "field:( ... )" that we are in, or NULL */
    unsigned depth;
    QueryParse *parse;
    QueryFault *fault;
} Parser;

static QueryNode *parse_or(Parser *parser);
static QueryNode *parse_unary(Parser *parser);

void query_parse_init(QueryParse *parse)
{
    *parse = (QueryParse){.hints = g_ptr_array_new_with_free_func(g_free)};
}

void query_parse_clear(QueryParse *parse)
{
    g_clear_pointer(&parse->root, query_node_free);
    g_clear_pointer(&parse->hints, g_ptr_array_unref);
}

static QueryNode *fail(Parser *parser, const QueryToken *token, const char *message)
{
    query_fault_set(parser->fault, parser->query, token->offset, token->length, "%s", message);
    return NULL;
}

static bool starts_unary(const QueryToken *token)
{
    switch (token->kind) {
    case QUERY_TOKEN_WORD:
    case QUERY_TOKEN_PHRASE:
    case QUERY_TOKEN_FIELD:
    case QUERY_TOKEN_OPEN:
    case QUERY_TOKEN_NOT:
        return true;
    case QUERY_TOKEN_END:
    case QUERY_TOKEN_CLOSE:
    case QUERY_TOKEN_AND:
    case QUERY_TOKEN_OR:
    case QUERY_TOKEN_NEAR:
        return false;
    }
    g_assert_not_reached();
}

static QueryNode *make_term(Parser *parser, const QueryField *field, size_t start)
{
    const QueryToken *token = parser->at;
    if (parser->parse->n_terms >= QUERY_MAX_TERMS) {
        return fail(parser, token, "too many terms: 64 at most in one query");
    }
    parser->parse->n_terms++;
    parser->at++;
    QueryNode *node = query_node_new(QUERY_NODE_TERM);
    node->field = field;
    node->text = slice_dup(token->text);
    node->is_phrase = token->kind == QUERY_TOKEN_PHRASE;
    node->is_prefix = token->is_prefix;
    node->source = parser->query;
    node->offset = start;
    node->length = token->offset + token->length - start;
    return node;
}

static QueryNode *parse_group(Parser *parser)
{
    const QueryToken *open = parser->at++;
    if (parser->at->kind == QUERY_TOKEN_CLOSE) {
        return fail(parser, open, "nothing stands between these parentheses");
    }
    if (parser->depth >= QUERY_MAX_DEPTH) {
        return fail(parser, open, "parentheses are nested too deep: 32 at most");
    }
    parser->depth++;
    g_autoptr(QueryNode) node = parse_or(parser);
    parser->depth--;
    if (node == NULL) {
        return NULL;
    }
    if (parser->at->kind != QUERY_TOKEN_CLOSE) {
        return fail(parser, open, "this parenthesis is never closed");
    }
    parser->at++;
    return g_steal_pointer(&node);
}

static QueryNode *parse_field(Parser *parser)
{
    const QueryToken *name = parser->at++;
    if (parser->field != NULL) {
        return fail(parser, name, "a field cannot stand inside the parentheses of another");
    }
    if (parser->at->kind != QUERY_TOKEN_OPEN) {
        return make_term(parser, name->field, name->offset);
    }
    parser->field = name->field;
    QueryNode *node = parse_group(parser);
    parser->field = NULL;
    return node;
}

static QueryNode *parse_primary(Parser *parser)
{
    const QueryToken *token = parser->at;
    switch (token->kind) {
    case QUERY_TOKEN_WORD:
    case QUERY_TOKEN_PHRASE:
        return make_term(parser, parser->field, token->offset);
    case QUERY_TOKEN_FIELD:
        return parse_field(parser);
    case QUERY_TOKEN_OPEN:
        return parse_group(parser);
    case QUERY_TOKEN_CLOSE:
        return fail(parser, token, "this parenthesis was never opened");
    case QUERY_TOKEN_END:
        return fail(parser, token, "a term is missing at the end");
    case QUERY_TOKEN_AND:
    case QUERY_TOKEN_OR:
    case QUERY_TOKEN_NEAR:
        return fail(parser, token, "this operator needs a term on both sides");
    case QUERY_TOKEN_NOT:
        return fail(parser, token, "a negation cannot stand here");
    }
    g_assert_not_reached();
}

/* A term that NEAR can measure: a word or phrase, and all of one field. */
static bool check_near(Parser *parser, const QueryToken *near, const QueryNode *first,
                       const QueryNode *node)
{
    if (node->kind != QUERY_NODE_TERM || first->kind != QUERY_NODE_TERM) {
        fail(parser, near, "NEAR stands between two words or phrases");
        return false;
    }
    if (node->field != first->field) {
        fail(parser, near, "NEAR needs both terms in the same field: subject:(a NEAR/5 b)");
        return false;
    }
    return true;
}

static QueryNode *parse_near(Parser *parser)
{
    g_autoptr(QueryNode) first = parse_primary(parser);
    if (first == NULL || parser->at->kind != QUERY_TOKEN_NEAR) {
        return g_steal_pointer(&first);
    }
    g_autoptr(QueryNode) near = query_node_new(QUERY_NODE_NEAR);
    near->source = parser->query;
    near->offset = parser->at->offset;
    near->length = parser->at->length;
    near->distance = parser->at->distance;
    const QueryNode *reference = first;
    g_ptr_array_add(near->children, g_steal_pointer(&first));
    while (parser->at->kind == QUERY_TOKEN_NEAR) {
        const QueryToken *token = parser->at++;
        QueryNode *node = parse_primary(parser);
        if (node == NULL) {
            return NULL;
        }
        g_ptr_array_add(near->children, node);
        if (!check_near(parser, token, reference, node)) {
            return NULL;
        }
        near->distance = MAX(near->distance, token->distance);
    }
    return g_steal_pointer(&near);
}

static QueryNode *parse_unary(Parser *parser)
{
    if (parser->at->kind != QUERY_TOKEN_NOT) {
        return parse_near(parser);
    }
    const QueryToken *token = parser->at++;
    if (parser->depth >= QUERY_MAX_DEPTH) {
        return fail(parser, token, "negations are nested too deep: 32 at most");
    }
    parser->depth++;
    QueryNode *child = parse_unary(parser);
    parser->depth--;
    if (child == NULL) {
        return NULL;
    }
    QueryNode *node = query_node_new(QUERY_NODE_NOT);
    g_ptr_array_add(node->children, child);
    return node;
}

/* Lower-case "or" between two terms is searched as a word, and said. */
static void hint_at_operator(Parser *parser, const QueryToken *token)
{
    static const char *const words[] = {"or", "and", "not"};
    if (token->kind != QUERY_TOKEN_WORD || !starts_unary(token + 1)) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (slice_equal(token->text, slice_of_string(words[i]))) {
            g_autofree char *upper = g_ascii_strup(words[i], -1);
            g_autofree char *hint = g_strdup_printf(
                "\"%s\" is searched as a word; the operator is written %s", words[i], upper);
            GPtrArray *hints = parser->parse->hints;
            if (!g_ptr_array_find_with_equal_func(hints, hint, g_str_equal, NULL)) {
                g_ptr_array_add(hints, g_steal_pointer(&hint));
            }
        }
    }
}

/* One operand stands for itself; more become a node. */
static QueryNode *wrap(QueryNodeKind kind, GPtrArray *nodes)
{
    if (nodes->len == 1) {
        return g_ptr_array_steal_index(nodes, 0);
    }
    QueryNode *node = query_node_new(kind);
    while (nodes->len > 0) {
        g_ptr_array_add(node->children, g_ptr_array_steal_index(nodes, 0));
    }
    return node;
}

static QueryNode *parse_and(Parser *parser)
{
    g_autoptr(GPtrArray) nodes =
        g_ptr_array_new_with_free_func((GDestroyNotify)query_node_free);
    do {
        if (nodes->len > 0) {
            hint_at_operator(parser, parser->at);
        }
        QueryNode *node = parse_unary(parser);
        if (node == NULL) {
            return NULL;
        }
        g_ptr_array_add(nodes, node);
        if (parser->at->kind == QUERY_TOKEN_AND) {
            const QueryToken *token = parser->at++;
            if (!starts_unary(parser->at)) {
                return fail(parser, token, "this operator needs a term on both sides");
            }
        }
    } while (starts_unary(parser->at));
    return wrap(QUERY_NODE_AND, nodes);
}

static QueryNode *parse_or(Parser *parser)
{
    g_autoptr(GPtrArray) nodes =
        g_ptr_array_new_with_free_func((GDestroyNotify)query_node_free);
    for (;;) {
        QueryNode *node = parse_and(parser);
        if (node == NULL) {
            return NULL;
        }
        g_ptr_array_add(nodes, node);
        if (parser->at->kind != QUERY_TOKEN_OR) {
            break;
        }
        const QueryToken *token = parser->at++;
        if (!starts_unary(parser->at)) {
            return fail(parser, token, "this operator needs a term on both sides");
        }
    }
    return wrap(QUERY_NODE_OR, nodes);
}

/* Joins what was parsed before and `node` by AND. */
static void add_to_parse(QueryParse *parse, QueryNode *node)
{
    if (parse->root == NULL) {
        parse->root = node;
        return;
    }
    if (parse->root->kind != QUERY_NODE_AND) {
        QueryNode *root = query_node_new(QUERY_NODE_AND);
        g_ptr_array_add(root->children, parse->root);
        parse->root = root;
    }
    if (node->kind != QUERY_NODE_AND) {
        g_ptr_array_add(parse->root->children, node);
        return;
    }
    while (node->children->len > 0) {
        g_ptr_array_add(parse->root->children, g_ptr_array_steal_index(node->children, 0));
    }
    query_node_free(node);
}

static bool run(const QueryField *field, const char *query, QueryParse *parse,
                QueryFault *fault)
{
    g_autoptr(GArray) tokens = query_lexer_run(query, fault);
    if (tokens == NULL) {
        return false;
    }
    Parser parser = {.query = query,
                     .at = &g_array_index(tokens, QueryToken, 0),
                     .field = field,
                     .parse = parse,
                     .fault = fault};
    if (parser.at->kind == QUERY_TOKEN_END) {
        return field == NULL || query_fault_set(fault, query, 0, 0, "a value is missing");
    }
    g_autoptr(QueryNode) node = parse_or(&parser);
    if (node == NULL) {
        return false;
    }
    if (parser.at->kind == QUERY_TOKEN_CLOSE) {
        fail(&parser, parser.at, "this parenthesis was never opened");
        return false;
    }
    if (parser.at->kind != QUERY_TOKEN_END) {
        fail(&parser, parser.at, "this operator needs a term on both sides");
        return false;
    }
    add_to_parse(parse, g_steal_pointer(&node));
    return true;
}

bool query_parser_run(const char *query, QueryParse *parse, QueryFault *fault)
{
    return run(NULL, query, parse, fault);
}

bool query_parser_run_flag(const QueryField *field, const char *value, QueryParse *parse,
                           QueryFault *fault)
{
    return run(field, value, parse, fault);
}
