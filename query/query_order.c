/* SPDX-License-Identifier: MIT */
#include "query/query_order.h"

static const char *const names[QUERY_SORT_COUNT] = {
    [QUERY_SORT_NEWEST] = "newest",       [QUERY_SORT_OLDEST] = "oldest",
    [QUERY_SORT_RELEVANCE] = "relevance", [QUERY_SORT_SIZE] = "size",
    [QUERY_SORT_SENDER] = "sender",
};

typedef enum { SQL_BM25, SQL_SENDER, SQL_SENDER_OF, SQL_SENDER_END, SQL_SIZE_OF } Sql;

/* The column weights of bm25: subject, sender, recipients, body, attachment names and text. */
static const char *const sql[] = {
    [SQL_BM25] = "bm25(message_fts, 8.0, 4.0, 2.0, 1.0, 3.0, 0.5)",
    [SQL_SENDER] = "coalesce((SELECT a.address FROM message_address ma JOIN address a "
                   "ON a.id = ma.address_id WHERE ma.role = 'from' AND ma.position = 0 "
                   "AND ma.message_id = m.id), '')",
    [SQL_SENDER_OF] = "coalesce((SELECT a.address FROM message_address ma JOIN address a "
                      "ON a.id = ma.address_id WHERE ma.role = 'from' AND ma.position = 0 "
                      "AND ma.message_id = ",
    [SQL_SENDER_END] = "), '')",
    [SQL_SIZE_OF] = "coalesce((SELECT size FROM message WHERE id = ",
};

const char *query_sort_name(QuerySort sort)
{
    g_assert(sort < QUERY_SORT_COUNT);
    return names[sort];
}

bool query_sort_find(const char *name, QuerySort *ret_sort)
{
    for (size_t i = 0; i < QUERY_SORT_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_sort = (QuerySort)i;
            return true;
        }
    }
    return false;
}

bool query_order_is_ranked(const QueryPart *part, const QueryOptions *options)
{
    return options->sort == QUERY_SORT_RELEVANCE && part->match != NULL && !options->count_only;
}

bool query_order_is_first_page(const QueryOptions *options)
{
    return !options->count_only && !options->by_thread &&
           (options->sort == QUERY_SORT_NEWEST || options->sort == QUERY_SORT_OLDEST) &&
           options->limit >= 0 && options->limit <= QUERY_FIRST_PAGE &&
           options->offset <= QUERY_FIRST_PAGE - options->limit;
}

static void add_page(SqlBuilder *out, const QueryOptions *options)
{
    sql_builder_add(out, " LIMIT ");
    sql_builder_bind_integer(out, options->limit);
    sql_builder_add(out, " OFFSET ");
    sql_builder_bind_integer(out, options->offset);
}

static void build_ranked(const QueryPart *part, int64_t id_drift, const QueryOptions *options,
                         SqlBuilder *out)
{
    sql_builder_add(out, "SELECT id, count(*) OVER () FROM (SELECT message_fts.rowid AS id, ");
    sql_builder_add(out, sql[SQL_BM25]);
    sql_builder_add(out, " AS score");
    query_part_add_from(part, id_drift, out);
    sql_builder_add(out, " ORDER BY message_fts.rowid DESC LIMIT ");
    sql_builder_bind_integer(out, QUERY_RELEVANCE_POOL);
    sql_builder_add(out, ") ORDER BY score, id DESC");
    add_page(out, options);
}

/* Hits behind the cursor. */
static void add_after(const QueryOptions *options, const char *id, SqlBuilder *out)
{
    switch (options->sort) {
    case QUERY_SORT_NEWEST:
    case QUERY_SORT_RELEVANCE:
        sql_builder_add(out, id);
        sql_builder_add(out, " < ");
        break;
    case QUERY_SORT_OLDEST:
        sql_builder_add(out, id);
        sql_builder_add(out, " > ");
        break;
    case QUERY_SORT_SIZE:
        sql_builder_add(out, "(m.size, m.id) < (");
        sql_builder_add(out, sql[SQL_SIZE_OF]);
        sql_builder_bind_integer(out, options->after);
        sql_builder_add(out, "), 0), ");
        break;
    case QUERY_SORT_SENDER:
        sql_builder_add(out, "(");
        sql_builder_add(out, sql[SQL_SENDER]);
        sql_builder_add(out, ", -m.id) > (");
        sql_builder_add(out, sql[SQL_SENDER_OF]);
        sql_builder_bind_integer(out, options->after);
        sql_builder_add(out, sql[SQL_SENDER_END]);
        sql_builder_add(out, ", -");
        break;
    case QUERY_SORT_COUNT:
        g_assert_not_reached();
    }
    sql_builder_bind_integer(out, options->after);
    if (options->sort == QUERY_SORT_SIZE || options->sort == QUERY_SORT_SENDER) {
        sql_builder_add(out, ")");
    }
}

static void build_threads(const QueryPart *part, int64_t id_drift, const QueryOptions *options,
                          SqlBuilder *out)
{
    const char *id = options->sort == QUERY_SORT_OLDEST ? "min(m.id)" : "max(m.id)";
    sql_builder_add(out, "SELECT ");
    sql_builder_add(out, id);
    sql_builder_add(out, ", count(*)");
    query_part_add_from(part, id_drift, out);
    sql_builder_add(out, " GROUP BY m.thread_id");
    if (options->has_after) {
        sql_builder_add(out, " HAVING ");
        add_after(options, id, out);
    }
    sql_builder_add(out,
                    options->sort == QUERY_SORT_OLDEST ? " ORDER BY 1" : " ORDER BY 1 DESC");
    add_page(out, options);
}

static void build_hits(const QueryPart *part, int64_t id_drift, const QueryOptions *options,
                       SqlBuilder *out)
{
    static const char *const orders[QUERY_SORT_COUNT] = {
        [QUERY_SORT_OLDEST] = " ASC",     [QUERY_SORT_NEWEST] = " DESC",
        [QUERY_SORT_RELEVANCE] = " DESC", [QUERY_SORT_SIZE] = " DESC",
        [QUERY_SORT_SENDER] = " DESC",
    };
    const char *id = query_part_id(part);
    sql_builder_add(out, "SELECT ");
    sql_builder_add(out, id);
    query_part_add_from(part, id_drift, out);
    if (options->has_after) {
        sql_builder_add(out, query_part_is_all(part) ? " WHERE " : " AND ");
        add_after(options, id, out);
    }
    sql_builder_add(out, " ORDER BY ");
    if (options->sort == QUERY_SORT_SIZE) {
        sql_builder_add(out, "m.size DESC, ");
    } else if (options->sort == QUERY_SORT_SENDER) {
        sql_builder_add(out, sql[SQL_SENDER]);
        sql_builder_add(out, ", ");
    }
    sql_builder_add(out, id);
    sql_builder_add(out, orders[options->sort]);
    add_page(out, options);
}

SqlBuilder *query_order_build(QueryPart *part, int64_t id_drift, const QueryOptions *options)
{
    SqlBuilder *out = sql_builder_new();
    part->needs_message =
        options->by_thread || (!options->count_only && (options->sort == QUERY_SORT_SIZE ||
                                                        options->sort == QUERY_SORT_SENDER));
    if (options->count_only) {
        sql_builder_add(out, options->by_thread ? "SELECT count(DISTINCT m.thread_id)"
                                                : "SELECT count(*)");
        query_part_add_from(part, id_drift, out);
    } else if (options->by_thread) {
        build_threads(part, id_drift, options, out);
    } else if (query_order_is_ranked(part, options)) {
        build_ranked(part, id_drift, options, out);
    } else {
        build_hits(part, id_drift, options, out);
    }
    return out;
}

SqlBuilder *query_order_build_alternatives(const GArray *parts, int64_t id_drift,
                                           const QueryOptions *options)
{
    SqlBuilder *out = sql_builder_new();
    QueryOptions each = *options;
    each.limit += each.offset;
    each.offset = 0;
    for (guint i = 0; i < parts->len; i++) {
        sql_builder_add(out, i == 0 ? "SELECT * FROM (" : " UNION SELECT * FROM (");
        build_hits(&g_array_index(parts, QueryPart, i), id_drift, &each, out);
        sql_builder_add(out, ")");
    }
    sql_builder_add(out,
                    options->sort == QUERY_SORT_OLDEST ? " ORDER BY 1" : " ORDER BY 1 DESC");
    add_page(out, options);
    return out;
}
