/* query_order.h - the statement that gives the hits of a query: in which order, which page of
 * them, grouped by thread or only counted.
 *
 * A cursor is the last hit of a page. The next page is what comes behind that hit in the order,
 * so that pages neither repeat nor lose a hit when new messages come in.
 *
 * Memory: see each function. Errors: none.
 */
#pragma once

#include "query/query_part.h"

/* Relevance is judged among the newest of this many hits: bm25 reads each one's positions. */
#define QUERY_RELEVANCE_POOL 10000

/* So many hits are what people look at. */
#define QUERY_FIRST_PAGE 1000

typedef enum {
    QUERY_SORT_NEWEST,
    QUERY_SORT_OLDEST,
    QUERY_SORT_RELEVANCE, /* among the newest hits; has no cursor */
    QUERY_SORT_SIZE,      /* largest first */
    QUERY_SORT_SENDER,    /* by address; newest first of each */
    QUERY_SORT_COUNT
} QuerySort;

typedef struct {
    QuerySort sort;
    int64_t limit; /* -1: all */
    int64_t offset;
    bool by_thread;        /* one row a thread; only newest and oldest */
    bool has_after;        /* there is a cursor; not with relevance */
    int64_t after;         /* the id of the hit that it stands for */
    bool count_only;       /* one row, the number of hits or threads */
    const char *time_zone; /* NULL is UTC */
} QueryOptions;

/* "newest", "oldest", ... Returns: (transfer none) a constant. */
const char *query_sort_name(QuerySort sort);

/* Returns: false when no order has that name. */
bool query_sort_find(const char *name, QuerySort *ret_sort);

/* Whether hits are ranked: relevance needs words. */
bool query_order_is_ranked(const QueryPart *part, const QueryOptions *options);

/* Whether only the first hits by id are read, at most QUERY_FIRST_PAGE. */
bool query_order_is_first_page(const QueryOptions *options);

/* The statement for `part`, which is changed. Its rows are id; by thread, the id of the newest
 * (or oldest) hit and the number of hits; ranked, id and the number of hits that were judged.
 * Returns: (transfer full). */
SqlBuilder *query_order_build(QueryPart *part, int64_t id_drift, const QueryOptions *options);

/* The same for a first page of the messages that any of `parts` (QueryPart) finds: the first
 * hits of all are among the first hits of each. Returns: (transfer full). */
SqlBuilder *query_order_build_alternatives(const GArray *parts, int64_t id_drift,
                                           const QueryOptions *options);
