/* SPDX-License-Identifier: MIT */
#include "query/query_compiler.h"

#include <stdarg.h>

#include "query/query_address.h"
#include "query/query_field.h"
#include "query/query_field_text.h"
#include "schema/archive.h"

/* Messages without a date have the ids from 1: below this id (January 1971) an id may be no
 * date. No archive holds this many undated messages. */
#define UNDATED_ID_LIMIT (INT64_C(1) << 25)

/* Relevance is judged among the newest of this many hits: bm25 reads each one's positions. */
#define RELEVANCE_POOL 10000

typedef enum {
    SQL_ID_DRIFT,
    SQL_FROM_MATCH,
    SQL_JOIN_MESSAGE,
    SQL_FROM_MESSAGE,
    SQL_IN_MATCH,
    SQL_BM25
} Sql;

/* The column weights of bm25: subject, sender, recipients, body, attachment names and text. */
static const char *const sql[] = {
    [SQL_ID_DRIFT] = "SELECT value FROM archive_property WHERE name = 'id_drift'",
    [SQL_FROM_MATCH] = " FROM message_fts",
    [SQL_JOIN_MESSAGE] = " CROSS JOIN message m ON m.id = message_fts.rowid",
    [SQL_FROM_MESSAGE] = " FROM message m",
    [SQL_IN_MATCH] = "m.id IN (SELECT rowid FROM message_fts WHERE message_fts MATCH ",
    [SQL_BM25] = "bm25(message_fts, 8.0, 4.0, 2.0, 1.0, 3.0, 0.5)",
};

void query_part_clear(QueryPart *part)
{
    if (part->match != NULL) {
        g_string_free(part->match, true);
    }
    sql_builder_free(part->condition);
    *part = (QueryPart){0};
}

bool query_compiler_fail(QueryCompiler *compiler, const QueryNode *term, const char *format,
                         ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return query_fault_set(compiler->fault, term->source, term->offset, term->length, "%s",
                           message);
}

/* "token token" or "token tok" *: quoted, so that nothing in it is FTS5 syntax. */
static void append_quoted(GString *out, const GPtrArray *tokens, bool is_prefix)
{
    g_string_append_c(out, '"');
    for (guint i = 0; i < tokens->len; i++) {
        if (i > 0) {
            g_string_append_c(out, ' ');
        }
        g_string_append(out, g_ptr_array_index(tokens, i));
    }
    g_string_append(out, is_prefix ? "\" *" : "\"");
}

/* The tokens of a term. Returns: (transfer full) NULL with the fault. */
static GPtrArray *split_term(QueryCompiler *compiler, const QueryNode *term)
{
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(compiler->tokenizer, slice_of_string(term->text));
    if (tokens->len > QUERY_MAX_PHRASE_TOKENS) {
        query_compiler_fail(compiler, term, "this phrase has %u words: %d at most", tokens->len,
                            QUERY_MAX_PHRASE_TOKENS);
        return NULL;
    }
    if (tokens->len > 0 && term->is_prefix &&
        strlen(g_ptr_array_index(tokens, tokens->len - 1)) < QUERY_MIN_PREFIX_BYTES) {
        query_compiler_fail(compiler, term, "a prefix needs at least %d letters before the *",
                            QUERY_MIN_PREFIX_BYTES);
        return NULL;
    }
    if (tokens->len == 0) {
        g_ptr_array_add(
            compiler->hints,
            g_strdup_printf("\"%s\" has no letter or digit and was ignored", term->text));
    }
    return g_steal_pointer(&tokens);
}

/* Words of the body are what a snippet shows. */
static void show_term(QueryCompiler *compiler, const char *columns, const GPtrArray *tokens,
                      bool is_prefix)
{
    if (compiler->n_negations == 0 && (columns == NULL || g_str_equal(columns, "body"))) {
        text_matcher_add(compiler->shown, tokens, is_prefix);
    }
}

bool query_compiler_text(QueryCompiler *compiler, const QueryNode *term, const char *columns,
                         QueryPart *ret_part)
{
    g_autoptr(GPtrArray) tokens = split_term(compiler, term);
    if (tokens == NULL) {
        return false;
    }
    if (tokens->len == 0) {
        *ret_part = (QueryPart){.is_ignored = true};
        return true;
    }
    GString *match = g_string_new(NULL);
    if (columns != NULL) {
        g_string_append_printf(match, "%s : ", columns);
    }
    append_quoted(match, tokens, term->is_prefix);
    show_term(compiler, columns, tokens, term->is_prefix);
    *ret_part = (QueryPart){.match = match};
    return true;
}

/* The statement must never see NULL: NOT NULL is NULL, and the row would be lost. */
static void add_range_condition(SqlBuilder *out, const char *id, int64_t first, int64_t last,
                                int64_t drift)
{
    int64_t highest = last > G_MAXINT64 - drift ? G_MAXINT64 : last + drift;
    int64_t sure =
        MAX(first > G_MAXINT64 - drift ? G_MAXINT64 : first + drift, UNDATED_ID_LIMIT);
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

/* A part as one condition about `m`, in parentheses. */
static SqlBuilder *part_condition(const QueryCompiler *compiler, const QueryPart *part)
{
    SqlBuilder *out = sql_builder_new();
    bool is_first = true;
    sql_builder_add(out, "(");
    if (part->match != NULL) {
        add_and(out, &is_first);
        sql_builder_add(out, sql[SQL_IN_MATCH]);
        sql_builder_bind_text(out, part->match->str);
        sql_builder_add(out, ")");
    }
    if (part->has_range) {
        add_and(out, &is_first);
        add_range_condition(out, "m.id", part->first, part->last, compiler->id_drift);
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

static bool compile_node(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part);

static void and_with(QueryPart *all, const QueryPart *part)
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
}

static void add_negation(const QueryCompiler *compiler, QueryPart *all, const QueryPart *part)
{
    g_autoptr(SqlBuilder) negation = sql_builder_new();
    g_autoptr(SqlBuilder) condition = part_condition(compiler, part);
    sql_builder_add(negation, "NOT ");
    sql_builder_append(negation, condition);
    add_condition(all, " AND ", negation);
}

/* Negated words go into the MATCH expression when something stands before the NOT there. */
static void and_with_negations(const QueryCompiler *compiler, QueryPart *all,
                               const GArray *negations)
{
    for (guint i = 0; i < negations->len; i++) {
        const QueryPart *part = &g_array_index(negations, QueryPart, i);
        if (all->match != NULL && is_pure_match(part)) {
            all->match = combine_match(all->match, "NOT", part->match);
        } else {
            add_negation(compiler, all, part);
        }
    }
}

static void part_clear_function(gpointer part)
{
    query_part_clear(part);
}

static GArray *part_array_new(void)
{
    GArray *parts = g_array_new(false, false, sizeof(QueryPart));
    g_array_set_clear_func(parts, part_clear_function);
    return parts;
}

static bool compile_negated(QueryCompiler *compiler, const QueryNode *child,
                            QueryPart *ret_part)
{
    compiler->n_negations++;
    bool is_good = compile_node(compiler, child, ret_part);
    compiler->n_negations--;
    return is_good;
}

static bool compile_and(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part)
{
    g_auto(QueryPart) all = {.is_ignored = true};
    g_autoptr(GArray) negations = part_array_new();
    for (guint i = 0; i < node->children->len; i++) {
        const QueryNode *child = g_ptr_array_index(node->children, i);
        bool is_negation = child->kind == QUERY_NODE_NOT;
        g_auto(QueryPart) part = {0};
        if (is_negation
                ? !compile_negated(compiler, g_ptr_array_index(child->children, 0), &part)
                : !compile_node(compiler, child, &part)) {
            return false;
        }
        if (part.is_ignored) {
            continue;
        }
        all.is_ignored = false;
        if (is_negation) {
            g_array_append_val(negations, part);
            part = (QueryPart){0};
        } else {
            and_with(&all, &part);
        }
    }
    and_with_negations(compiler, &all, negations);
    *ret_part = all;
    all = (QueryPart){0};
    return true;
}

/* When every branch has a match, their union still narrows what must be looked at. */
static void or_parts(const QueryCompiler *compiler, const GArray *parts, QueryPart *ret_part)
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
            g_autoptr(SqlBuilder) condition = part_condition(compiler, part);
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

static bool compile_or(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part)
{
    g_autoptr(GArray) parts = part_array_new();
    for (guint i = 0; i < node->children->len; i++) {
        QueryPart part = {0};
        if (!compile_node(compiler, g_ptr_array_index(node->children, i), &part)) {
            return false;
        }
        if (!part.is_ignored) {
            g_array_append_val(parts, part);
        }
    }
    if (parts->len == 0) {
        *ret_part = (QueryPart){.is_ignored = true};
    } else if (parts->len == 1) {
        *ret_part = g_array_index(parts, QueryPart, 0);
        g_array_index(parts, QueryPart, 0) = (QueryPart){0};
    } else {
        or_parts(compiler, parts, ret_part);
    }
    return true;
}

static bool compile_not(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part)
{
    g_auto(QueryPart) part = {0};
    if (!compile_negated(compiler, g_ptr_array_index(node->children, 0), &part)) {
        return false;
    }
    *ret_part = (QueryPart){.is_ignored = part.is_ignored};
    if (!part.is_ignored) {
        add_negation(compiler, ret_part, &part);
    }
    return true;
}

/* FTS5: NEAR("a" "b c", 5). A term without a token is left out. */
static bool compile_near(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part)
{
    const QueryNode *first = g_ptr_array_index(node->children, 0);
    const char *columns = NULL;
    if (first->field != NULL && !query_field_columns(first->field, &columns)) {
        return query_compiler_fail(compiler, node, "NEAR works in text, not in \"%s:\"",
                                   first->field->name);
    }
    g_autoptr(GString) phrases = g_string_new(NULL);
    for (guint i = 0; i < node->children->len; i++) {
        const QueryNode *child = g_ptr_array_index(node->children, i);
        g_autoptr(GPtrArray) tokens = split_term(compiler, child);
        if (tokens == NULL) {
            return false;
        }
        if (tokens->len > 0) {
            g_string_append(phrases, phrases->len > 0 ? " " : "");
            append_quoted(phrases, tokens, child->is_prefix);
            show_term(compiler, columns, tokens, child->is_prefix);
        }
    }
    *ret_part = (QueryPart){.is_ignored = phrases->len == 0};
    if (phrases->len > 0) {
        ret_part->match = g_string_new(NULL);
        g_string_printf(ret_part->match, "%s%sNEAR(%s, %u)", columns == NULL ? "" : columns,
                        columns == NULL ? "" : " : ", phrases->str, node->distance);
    }
    return true;
}

/* A lone star is every message. */
static bool compile_term(QueryCompiler *compiler, const QueryNode *term, QueryPart *ret_part)
{
    if (term->field != NULL) {
        return term->field->compile(compiler, term, ret_part);
    }
    if (!term->is_phrase && g_str_equal(term->text, "*")) {
        *ret_part = (QueryPart){0};
        return true;
    }
    return query_compiler_text(compiler, term, NULL, ret_part);
}

static bool compile_node(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part)
{
    switch (node->kind) {
    case QUERY_NODE_AND:
        return compile_and(compiler, node, ret_part);
    case QUERY_NODE_OR:
        return compile_or(compiler, node, ret_part);
    case QUERY_NODE_NOT:
        return compile_not(compiler, node, ret_part);
    case QUERY_NODE_NEAR:
        return compile_near(compiler, node, ret_part);
    case QUERY_NODE_TERM:
        return compile_term(compiler, node, ret_part);
    }
    g_assert_not_reached();
}

/* FROM and WHERE. A MATCH drives the statement; the message row is joined when it is asked. */
static void add_body(const QueryCompiler *compiler, const QueryPart *part, SqlBuilder *out)
{
    bool is_first = true;
    const char *id = part->match == NULL ? "m.id" : "message_fts.rowid";
    sql_builder_add(out, sql[part->match == NULL ? SQL_FROM_MESSAGE : SQL_FROM_MATCH]);
    if (part->match != NULL && part->condition != NULL) {
        sql_builder_add(out, sql[SQL_JOIN_MESSAGE]);
    }
    if (part->match != NULL || part->has_range || part->condition != NULL) {
        sql_builder_add(out, " WHERE ");
    }
    if (part->match != NULL) {
        add_and(out, &is_first);
        sql_builder_add(out, "message_fts MATCH ");
        sql_builder_bind_text(out, part->match->str);
    }
    if (part->has_range) {
        add_and(out, &is_first);
        add_range_condition(out, id, part->first, part->last, compiler->id_drift);
    }
    if (part->condition != NULL) {
        add_and(out, &is_first);
        sql_builder_append(out, part->condition);
    }
}

static void add_page(SqlBuilder *out, const QueryOptions *options)
{
    sql_builder_add(out, " LIMIT ");
    sql_builder_bind_integer(out, options->limit);
    sql_builder_add(out, " OFFSET ");
    sql_builder_bind_integer(out, options->offset);
}

static void build_ranked(const QueryCompiler *compiler, const QueryPart *part,
                         const QueryOptions *options, SqlBuilder *out)
{
    sql_builder_add(out, "SELECT id FROM (SELECT message_fts.rowid AS id, ");
    sql_builder_add(out, sql[SQL_BM25]);
    sql_builder_add(out, " AS score");
    add_body(compiler, part, out);
    sql_builder_add(out, " ORDER BY message_fts.rowid DESC LIMIT ");
    sql_builder_bind_integer(out, RELEVANCE_POOL);
    sql_builder_add(out, ") ORDER BY score, id DESC");
    add_page(out, options);
}

static SqlBuilder *build_statement(QueryCompiler *compiler, const QueryPart *part,
                                   const QueryOptions *options)
{
    SqlBuilder *out = sql_builder_new();
    const char *id = part->match == NULL ? "m.id" : "message_fts.rowid";
    if (options->count_only) {
        sql_builder_add(out, "SELECT count(*)");
        add_body(compiler, part, out);
        return out;
    }
    if (options->sort == QUERY_SORT_RELEVANCE && part->match != NULL) {
        build_ranked(compiler, part, options, out);
        return out;
    }
    if (options->sort == QUERY_SORT_RELEVANCE) {
        g_ptr_array_add(compiler->hints,
                        g_strdup("relevance needs words to go by; sorted by date instead"));
    }
    sql_builder_add(out, "SELECT ");
    sql_builder_add(out, id);
    add_body(compiler, part, out);
    sql_builder_add(out, " ORDER BY ");
    sql_builder_add(out, id);
    sql_builder_add(out, options->sort == QUERY_SORT_OLDEST ? " ASC" : " DESC");
    add_page(out, options);
    return out;
}

static bool read_id_drift(sqlite3 *db, int64_t *ret_drift, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = archive_prepare(db, sql[SQL_ID_DRIFT], error);
    if (statement == NULL) {
        return false;
    }
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        archive_set_error(db, error);
        return false;
    }
    int64_t drift = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    *ret_drift = MAX(drift, 0);
    return true;
}

static bool compile_tree(QueryCompiler *compiler, const QueryNode *tree, QueryPart *ret_part)
{
    if (tree == NULL) {
        *ret_part = (QueryPart){0};
        return true;
    }
    if (!compile_node(compiler, tree, ret_part)) {
        return false;
    }
    if (ret_part->is_ignored) {
        const QueryNode *term = tree;
        while (term->kind != QUERY_NODE_TERM) {
            term = g_ptr_array_index(term->children, 0);
        }
        return query_compiler_fail(compiler, term, "there is no letter or digit to search for");
    }
    return true;
}

CompiledQuery *query_compiler_run(sqlite3 *db, const QueryNode *tree,
                                  const QueryOptions *options, QueryFault *fault,
                                  GError **error)
{
    g_autoptr(TextTokenizer) tokenizer = text_tokenizer_new(db, error);
    g_autoptr(GTimeZone) zone = options->time_zone == NULL
                                    ? g_time_zone_new_utc()
                                    : g_time_zone_new_identifier(options->time_zone);
    QueryCompiler compiler = {.db = db, .tokenizer = tokenizer, .fault = fault};
    compiler.time_zone = zone;
    if (tokenizer == NULL || !query_address_register(db, tokenizer, error) ||
        !read_id_drift(db, &compiler.id_drift, error)) {
        return NULL;
    }
    if (zone == NULL) {
        query_fault_set(fault, options->time_zone, 0, strlen(options->time_zone),
                        "unknown time zone: write Europe/Paris or +02:00");
        return NULL;
    }
    g_autoptr(CompiledQuery) query = g_new0(CompiledQuery, 1);
    query->shown = text_matcher_new(tokenizer);
    query->hints = g_ptr_array_new_with_free_func(g_free);
    compiler.shown = query->shown;
    compiler.hints = query->hints;
    g_auto(QueryPart) part = {0};
    if (!compile_tree(&compiler, tree, &part)) {
        return NULL;
    }
    query->statement = build_statement(&compiler, &part, options);
    return g_steal_pointer(&query);
}

void compiled_query_free(CompiledQuery *query)
{
    if (query == NULL) {
        return;
    }
    sql_builder_free(query->statement);
    text_matcher_free(query->shown);
    g_clear_pointer(&query->hints, g_ptr_array_unref);
    g_free(query);
}
