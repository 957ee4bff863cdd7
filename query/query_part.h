/* query_part.h - the meaning of a node of the syntax tree, on its way to SQL.
 *
 * A part is a MATCH expression, a range of dates and a condition, all of which must hold, as
 * far as each is set. Combining parts keeps as much as possible in the MATCH, which is what
 * FTS5 answers newest first without looking at the rest.
 *
 * Memory: a part owns its strings; query_part_clear frees them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "query/sql_builder.h"

/* Messages without a date have the ids from 1: below this id (January 1971) an id may be no
 * date. No archive holds this many undated messages. */
#define QUERY_PART_UNDATED_ID_LIMIT (INT64_C(1) << 25)

typedef struct {
    GString *match;        /* an FTS5 expression, made of quoted tokens only */
    SqlBuilder *condition; /* about the row `m` of message; never NULL in SQL's sense */
    SqlBuilder *indexed;   /* a piece of it that an index of message answers, or NULL */
    int64_t first;         /* Unix time, with has_range */
    int64_t last;          /* included */
    bool has_range;
    bool is_ignored;         /* nothing to search for; neither true nor false */
    bool condition_suffices; /* the condition implies the match, which only makes it quicker */
    bool is_few;             /* few messages meet `indexed`: the statement begins there */
    bool needs_message;      /* the row `m` must be there, whatever is asked */
} QueryPart;

void query_part_clear(QueryPart *part);

/* Says that an index of message answers the condition of the part as a whole. */
void query_part_set_indexed(QueryPart *part);

/* Returns: (transfer full) an empty array of parts, which owns them. */
GArray *query_part_array_new(void);

/* Narrows `all` by `part`. */
void query_part_and(QueryPart *all, const QueryPart *part);

/* Narrows `all` by the negation of `part`. `id_drift` is the most that an id exceeds its date,
 * here and below. */
void query_part_and_not(QueryPart *all, const QueryPart *part, int64_t id_drift);

/* Any of two or more parts. */
void query_part_or(const GArray *parts, int64_t id_drift, QueryPart *ret_part);

/* Whether the part is every message, and query_part_add_from adds no WHERE. */
bool query_part_is_all(const QueryPart *part);

/* The column that is the id in query_part_add_from: message_fts.rowid or m.id. */
const char *query_part_id(const QueryPart *part);

/* Appends FROM and WHERE of a statement that gives the rows of the part. */
void query_part_add_from(const QueryPart *part, int64_t id_drift, SqlBuilder *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QueryPart, query_part_clear)
