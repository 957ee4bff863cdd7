/* SPDX-License-Identifier: MIT */
#include "query/query_tree.h"

#include "query/query_field.h"

QueryNode *query_node_new(QueryNodeKind kind)
{
    QueryNode *node = g_new0(QueryNode, 1);
    node->kind = kind;
    if (kind != QUERY_NODE_TERM) {
        node->children = g_ptr_array_new_with_free_func((GDestroyNotify)query_node_free);
    }
    return node;
}

void query_node_free(QueryNode *node)
{
    if (node == NULL) {
        return;
    }
    g_clear_pointer(&node->children, g_ptr_array_unref);
    g_free(node->text);
    g_free(node);
}

static void append_term(GString *out, const QueryNode *node)
{
    if (node->field != NULL) {
        g_string_append_printf(out, "%s:", node->field->name);
    }
    bool is_quoted = node->is_phrase || *node->text == '\0';
    if (is_quoted) {
        g_string_append_c(out, '"');
    }
    g_string_append(out, node->text);
    if (is_quoted) {
        g_string_append_c(out, '"');
    }
    if (node->is_prefix) {
        g_string_append_c(out, '*');
    }
}

static void append_node(GString *out, const QueryNode *node)
{
    switch (node->kind) {
    case QUERY_NODE_TERM:
        append_term(out, node);
        return;
    case QUERY_NODE_AND:
        g_string_append(out, "(and");
        break;
    case QUERY_NODE_OR:
        g_string_append(out, "(or");
        break;
    case QUERY_NODE_NOT:
        g_string_append(out, "(not");
        break;
    case QUERY_NODE_NEAR:
        g_string_append_printf(out, "(near/%u", node->distance);
        break;
    }
    for (guint i = 0; i < node->children->len; i++) {
        g_string_append_c(out, ' ');
        append_node(out, g_ptr_array_index(node->children, i));
    }
    g_string_append_c(out, ')');
}

char *query_node_to_string(const QueryNode *node)
{
    GString *out = g_string_new(NULL);
    if (node == NULL) {
        g_string_append(out, "(all)");
    } else {
        append_node(out, node);
    }
    return g_string_free(out, false);
}
