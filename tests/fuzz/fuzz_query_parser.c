/* SPDX-License-Identifier: MIT */
#include "query/query_parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned count_terms(const QueryNode *node)
{
    g_assert(node->source == NULL || node->offset + node->length <= strlen(node->source));
    unsigned n_terms = node->kind == QUERY_NODE_TERM ? 1 : 0;
    for (guint i = 0; node->children != NULL && i < node->children->len; i++) {
        n_terms += count_terms(g_ptr_array_index(node->children, i));
    }
    return n_terms;
}

/* Any string is a tree or a fault whose place lies inside the string. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    if (query_parser_run(text, &parse, &fault)) {
        g_autofree char *printed = query_node_to_string(parse.root);
        g_assert(fault.message == NULL && g_utf8_validate(printed, -1, NULL));
        g_assert(parse.root == NULL || count_terms(parse.root) <= QUERY_MAX_TERMS);
    } else {
        g_autofree char *rendered = query_fault_render(&fault);
        g_assert(strchr(fault.message, '\n') == NULL);
        g_assert(fault.offset + fault.length <= strlen(text));
        g_assert(g_utf8_validate(rendered, -1, NULL) && rendered[strlen(rendered) - 1] == '^');
    }
    return 0;
}
