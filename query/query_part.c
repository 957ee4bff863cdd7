/* SPDX-License-Identifier: MIT */
#include "query/query_part.h"

typedef enum {
    SQL_FROM_MATCH,
    SQL_JOIN_MESSAGE,
    SQL_FROM_MESSAGE,
    SQL_IN_MATCH,
    SQL_MATCHES
} Sql;

static const char *const sql[] = {
    [SQL_FROM_MATCH] = " FROM message_fts",
    [SQL_JOIN_MESSAGE] = " CROSS JOIN message m ON m.id = message_fts.rowid",
    [SQL_FROM_MESSAGE] = " FROM message m",
    [SQL_IN_MATCH] = "m.id IN (SELECT rowid FROM message_fts WHERE message_fts MATCH ",
    [SQL_MATCHES] = "message_matches(m.id, ", /* match_function.h */
};

void query_part_clear(QueryPart *part)
{
    if (part->match != NULL) {
        g_string_free(part->match, true);
    }
    sql_builder_free(part->condition);
    sql_builder_free(part->indexed);
    *part = (QueryPart){0};
}

static SqlBuilder *copy_of(const SqlBuilder *other)
{
    SqlBuilder *copy = sql_builder_new();
    sql_builder_append(copy, other);
    return copy;
}

void query_part_set_indexed(QueryPart *part)
{
    part->indexed = copy_of(part->condition);
}

/* The statement must never see NULL: NOT NULL is NULL, and the row would be lost. */
static void add_range_condition(SqlBuilder *out, const char *id, int64_t first, int64_t last,
                                int64_t drift)
{
    int64_t highest = last > G_MAXINT64 - drift ? G_MAXINT64 : last + drift;
    int64_t sure = MAX(first > G_MAXINT64 - drift ? G_MAXINT64 : first + drift,
                       QUERY_PART_UNDATED_ID_LIMIT);
    sql_builder_add(out, id);
    sql_builder_add(out, " BETWEEN ");
    sql_builder_bind_integer(out, first);
    sql_builder_add(out, " AND ");
    sql_builder_bind_integer(out, highest);
    if (sure <= first && highest <= last) {
        return;
    }
    /* Near both ends an id may stand for a date outside, and low ids for no date. */
    sql_builder_add(out, " AND (");
    sql_builder_add(out, id);
    sql_builder_add(out, " BETWEEN ");
    sql_builder_bind_integer(out, sure);
    sql_builder_add(out, " AND ");
    sql_builder_bind_integer(out, last);
    sql_builder_add(out, " OR EXISTS (SELECT 1 FROM message d WHERE d.id = ");
    sql_builder_add(out, id);
    sql_builder_add(out, " AND d.date BETWEEN ");
    sql_builder_bind_integer(out, first);
    sql_builder_add(out, " AND ");
    sql_builder_bind_integer(out, last);
    sql_builder_add(out, "))");
}

/* Writes " AND " between the pieces of a conjunction. */
static void add_and(SqlBuilder *out, bool *is_first)
{
    if (!*is_first) {
        sql_builder_add(out, " AND ");
    }
    *is_first = false;
}

/* A part as one condition about `m`, in parentheses. When `may_drive`, SQLite may begin with
 * its MATCH and go from there to the messages; else the messages come from elsewhere. */
static SqlBuilder *part_condition(const QueryPart *part, int64_t id_drift, bool may_drive)
{
    SqlBuilder *out = sql_builder_new();
    bool is_first = true;
    sql_builder_add(out, "(");
    if (part->match != NULL) {
        add_and(out, &is_first);
        sql_builder_add(out, sql[may_drive ? SQL_IN_MATCH : SQL_MATCHES]);
        sql_builder_bind_text(out, part->match->str);
        sql_builder_add(out, ")");
    }
    if (part->has_range) {
        add_and(out, &is_first);
        add_range_condition(out, "m.id", part->first, part->last, id_drift);
    }
    if (part->condition != NULL) {
        add_and(out, &is_first);
        sql_builder_append(out, part->condition);
    }
    sql_builder_add(out, is_first ? "1)" : ")");
    return out;
}

static bool is_pure_match(const QueryPart *part)
{
    return part->match != NULL && part->condition == NULL && !part->has_range;
}

/* `match` operator (`other`), each in parentheses. `match` may be NULL at first. */
static GString *combine_match(GString *match, const char *operator, const GString * other)
{
    if (match == NULL) {
        return g_string_new_len(other->str, (gssize)other->len);
    }
    g_string_prepend_c(match, '(');
    g_string_append_printf(match, ") %s (%s)", operator, other->str);
    return match;
}

static void add_condition(QueryPart *part, const char *operator, const SqlBuilder * condition)
{
    if (part->condition == NULL) {
        part->condition = sql_builder_new();
    } else {
        sql_builder_add(part->condition, operator);
    }
    sql_builder_append(part->condition, condition);
}

static void intersect_range(QueryPart *part, int64_t first, int64_t last)
{
    if (!part->has_range) {
        part->has_range = true;
        part->first = first;
        part->last = last;
        return;
    }
    part->first = MAX(part->first, first);
    part->last = MIN(part->last, last);
}

void query_part_and(QueryPart *all, const QueryPart *part)
{
    if (part->match != NULL) {
        all->match = combine_match(all->match, "AND", part->match);
    }
    if (part->has_range) {
        intersect_range(all, part->first, part->last);
    }
    if (part->condition != NULL) {
        add_condition(all, " AND ", part->condition);
    }
    if (all->indexed == NULL && part->indexed != NULL) {
        all->indexed = copy_of(part->indexed);
    }
}

static void add_negation(QueryPart *all, const QueryPart *part, int64_t id_drift)
{
    g_autoptr(SqlBuilder) negation = sql_builder_new();
    g_autoptr(SqlBuilder) condition = part_condition(part, id_drift, false);
    sql_builder_add(negation, "NOT ");
    sql_builder_append(negation, condition);
    add_condition(all, " AND ", negation);
}

/* Negated words go into the MATCH expression when something stands before the NOT there. */
void query_part_and_not(QueryPart *all, const QueryPart *part, int64_t id_drift)
{
    if (all->match != NULL && is_pure_match(part)) {
        all->match = combine_match(all->match, "NOT", part->match);
    } else {
        add_negation(all, part, id_drift);
    }
}

static void part_clear_function(gpointer part)
{
    query_part_clear(part);
}

GArray *query_part_array_new(void)
{
    GArray *parts = g_array_new(false, false, sizeof(QueryPart));
    g_array_set_clear_func(parts, part_clear_function);
    return parts;
}

/* When every branch has a match, their union still narrows what must be looked at. */
void query_part_or(const GArray *parts, int64_t id_drift, QueryPart *ret_part)
{
    QueryPart any = {0};
    bool all_match = true;
    bool all_pure = true;
    for (guint i = 0; i < parts->len; i++) {
        const QueryPart *part = &g_array_index(parts, QueryPart, i);
        all_match = all_match && part->match != NULL;
        all_pure = all_pure && is_pure_match(part);
    }
    for (guint i = 0; i < parts->len; i++) {
        const QueryPart *part = &g_array_index(parts, QueryPart, i);
        if (all_match) {
            any.match = combine_match(any.match, "OR", part->match);
        }
        if (all_pure) {
            continue;
        }
        if (all_match && part->condition_suffices) {
            add_condition(&any, " OR ", part->condition);
        } else {
            g_autoptr(SqlBuilder) condition = part_condition(part, id_drift, !all_match);
            add_condition(&any, " OR ", condition);
        }
    }
    if (any.condition != NULL) {
        g_autoptr(SqlBuilder) inner = any.condition;
        any.condition = sql_builder_new();
        sql_builder_add(any.condition, "(");
        sql_builder_append(any.condition, inner);
        sql_builder_add(any.condition, ")");
        any.condition_suffices = true;
    }
    *ret_part = any;
}

bool query_part_is_all(const QueryPart *part)
{
    return part->match == NULL && !part->has_range && part->condition == NULL;
}

/* Whether the statement begins with the MATCH. */
static bool is_driven_by_match(const QueryPart *part)
{
    return part->match != NULL && !part->is_few;
}

const char *query_part_id(const QueryPart *part)
{
    return is_driven_by_match(part) ? "message_fts.rowid" : "m.id";
}

/* FROM and WHERE. A MATCH drives the statement, unless few messages meet the condition; the
 * message row is joined when it is asked. */
void query_part_add_from(const QueryPart *part, int64_t id_drift, SqlBuilder *out)
{
    bool is_first = true;
    const char *id = query_part_id(part);
    const bool by_match = is_driven_by_match(part);
    sql_builder_add(out, sql[by_match ? SQL_FROM_MATCH : SQL_FROM_MESSAGE]);
    if (by_match && (part->condition != NULL || part->needs_message)) {
        sql_builder_add(out, sql[SQL_JOIN_MESSAGE]);
    }
    if (!query_part_is_all(part)) {
        sql_builder_add(out, " WHERE ");
    }
    if (by_match) {
        add_and(out, &is_first);
        sql_builder_add(out, "message_fts MATCH ");
        sql_builder_bind_text(out, part->match->str);
    }
    if (part->has_range) {
        add_and(out, &is_first);
        add_range_condition(out, id, part->first, part->last, id_drift);
    }
    if (part->condition != NULL) {
        add_and(out, &is_first);
        sql_builder_append(out, part->condition);
    }
    if (part->match != NULL && !by_match) {
        add_and(out, &is_first);
        sql_builder_add(out, sql[SQL_MATCHES]);
        sql_builder_bind_text(out, part->match->str);
        sql_builder_add(out, ")");
    }
}
