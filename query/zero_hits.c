/* SPDX-License-Identifier: MIT */
#include "query/zero_hits.h"

#include "schema/archive.h"

/* Terms that are reported; a longer list is not read. */
#define MAX_TERMS 16

static void collect_terms(const QueryNode *node, GArray *terms)
{
    if (node->kind == QUERY_NODE_TERM) {
        if (terms->len < MAX_TERMS) {
            g_array_append_val(terms, node);
        }
        return;
    }
    for (guint i = 0; i < node->children->len; i++) {
        collect_terms(g_ptr_array_index(node->children, i), terms);
    }
}

/* The hits of one term, at most one above the limit. Returns: -1 when it cannot be said. */
static int64_t count_term(sqlite3 *db, const QueryNode *term, const QueryOptions *options)
{
    g_auto(QueryFault) fault = {0};
    QueryOptions page = {.sort = QUERY_SORT_NEWEST,
                         .limit = ZERO_HITS_COUNT_LIMIT + 1,
                         .time_zone = options->time_zone};
    g_autoptr(CompiledQuery) query = query_compiler_run(db, term, &page, &fault, NULL);
    if (query == NULL) {
        return -1;
    }
    g_autoptr(sqlite3_stmt) statement = sql_builder_prepare(query->statement, db, NULL);
    if (statement == NULL) {
        return -1;
    }
    int64_t count = 0;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        count++;
    }
    return code == SQLITE_DONE ? count : -1;
}

char *zero_hits_report(sqlite3 *db, const QueryNode *tree, const QueryOptions *options)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GArray) terms = g_array_new(false, false, sizeof(const QueryNode *));
    if (tree != NULL && tree->kind != QUERY_NODE_TERM) {
        collect_terms(tree, terms);
    }
    for (guint i = 0; i < terms->len; i++) {
        const QueryNode *term = g_array_index(terms, const QueryNode *, i);
        int64_t count = count_term(db, term, options);
        if (count < 0) {
            continue;
        }
        g_autofree char *name = query_node_to_string(term);
        g_string_append_printf(out, "%s%s ", out->len > 0 ? ", " : "", name);
        if (count > ZERO_HITS_COUNT_LIMIT) {
            g_string_append_printf(out, "more than %d", ZERO_HITS_COUNT_LIMIT);
        } else {
            g_string_append_printf(out, "%" G_GINT64_FORMAT, count);
        }
    }
    return g_string_free(out, false);
}
