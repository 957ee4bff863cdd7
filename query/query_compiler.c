/* SPDX-License-Identifier: MIT */
#include "query/query_compiler.h"

#include <stdarg.h>

#include "query/match_function.h"
#include "query/prefix_words.h"
#include "query/query_address.h"
#include "query/query_field.h"
#include "query/query_field_text.h"
#include "schema/archive.h"

/* So many messages are looked up sooner than the list of a frequent word is gone through. */
#define FEW_MESSAGES 1000

typedef enum { SQL_ID_DRIFT, SQL_COUNT, SQL_COUNT_END } Sql;

static const char *const sql[] = {
    [SQL_ID_DRIFT] = "SELECT value FROM archive_property WHERE name = 'id_drift'",
    [SQL_COUNT] = "SELECT count(*) FROM (SELECT 1 FROM message m WHERE ",
    [SQL_COUNT_END] = " LIMIT ",
};

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

static bool check_limits(QueryCompiler *compiler, const QueryNode *term,
                         const GPtrArray *tokens, bool is_prefix)
{
    compiler->n_tokens += tokens->len;
    compiler->n_prefixes += is_prefix ? 1 : 0;
    if (tokens->len > QUERY_MAX_PHRASE_TOKENS) {
        return query_compiler_fail(compiler, term, "this phrase has %u words: %d at most",
                                   tokens->len, QUERY_MAX_PHRASE_TOKENS);
    }
    if (compiler->n_tokens > QUERY_MAX_TOKENS) {
        return query_compiler_fail(compiler, term, "too many words: %d at most in one query",
                                   QUERY_MAX_TOKENS);
    }
    if (compiler->n_prefixes > QUERY_MAX_PREFIXES) {
        return query_compiler_fail(compiler, term, "too many prefixes: %d at most in one query",
                                   QUERY_MAX_PREFIXES);
    }
    const char *last = g_ptr_array_index(tokens, tokens->len - 1);
    return !is_prefix || strlen(last) >= QUERY_MIN_PREFIX_BYTES ||
           query_compiler_fail(compiler, term,
                               "a prefix needs at least %d letters before the *",
                               QUERY_MIN_PREFIX_BYTES);
}

/* The tokens of a term. `ret_is_prefix` is of the last one.
 * Returns: (transfer full) NULL with the fault. */
static GPtrArray *split_term(QueryCompiler *compiler, const QueryNode *term,
                             bool *ret_is_prefix)
{
    bool is_prefix = term->is_prefix;
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(compiler->tokenizer, slice_of_string(term->text), &is_prefix);
    if (tokens->len == 0) {
        g_ptr_array_add(
            compiler->hints,
            g_strdup_printf("\"%s\" has no letter or digit and was ignored", term->text));
    } else if (!check_limits(compiler, term, tokens, is_prefix)) {
        return NULL;
    }
    *ret_is_prefix = is_prefix;
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

/* The FTS5 expression of a term. */
static void append_match(QueryCompiler *compiler, const GPtrArray *tokens, bool is_prefix,
                         GString *out)
{
    g_autoptr(GString) words =
        compiler->is_lone_page && is_prefix && tokens->len == 1
            ? prefix_words_expand(compiler->db, compiler->tokenizer, tokens->pdata[0])
            : NULL;
    if (words == NULL) {
        append_quoted(out, tokens, is_prefix);
    } else {
        g_string_append_printf(out, "(%s)", words->str);
    }
}

bool query_compiler_text(QueryCompiler *compiler, const QueryNode *term, const char *columns,
                         QueryPart *ret_part)
{
    bool is_prefix = false;
    g_autoptr(GPtrArray) tokens = split_term(compiler, term, &is_prefix);
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
    append_match(compiler, tokens, is_prefix, match);
    show_term(compiler, columns, tokens, is_prefix);
    *ret_part = (QueryPart){.match = match};
    return true;
}

static bool compile_node(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part);

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
    g_autoptr(GArray) negations = query_part_array_new();
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
            query_part_and(&all, &part);
        }
    }
    for (guint i = 0; i < negations->len; i++) {
        const QueryPart *part = &g_array_index(negations, QueryPart, i);
        query_part_and_not(&all, part, compiler->id_drift);
    }
    *ret_part = all;
    all = (QueryPart){0};
    return true;
}

/* The parts of the alternatives that are not ignored. Returns: (transfer full) NULL with the
 * fault. */
static GArray *compile_alternatives(QueryCompiler *compiler, const QueryNode *node)
{
    g_autoptr(GArray) parts = query_part_array_new();
    for (guint i = 0; i < node->children->len; i++) {
        QueryPart part = {0};
        if (!compile_node(compiler, g_ptr_array_index(node->children, i), &part)) {
            return NULL;
        }
        if (!part.is_ignored) {
            g_array_append_val(parts, part);
        }
    }
    return g_steal_pointer(&parts);
}

/* One part of one or more, which may be moved out. */
static void combine_alternatives(GArray *parts, int64_t id_drift, QueryPart *ret_part)
{
    if (parts->len == 1) {
        *ret_part = g_array_index(parts, QueryPart, 0);
        g_array_index(parts, QueryPart, 0) = (QueryPart){0};
    } else {
        query_part_or(parts, id_drift, ret_part);
    }
}

/* Moves the parts that are words, or those that are not. */
static GArray *take_alternatives(GArray *parts, bool are_words)
{
    GArray *taken = query_part_array_new();
    for (guint i = 0; i < parts->len; i++) {
        QueryPart *part = &g_array_index(parts, QueryPart, i);
        if ((part->match != NULL) == are_words) {
            g_array_append_vals(taken, part, 1);
            *part = (QueryPart){0};
        }
    }
    return taken;
}

/* Of a first page, words are read by themselves, for FTS5 cannot answer them together with what
 * is not about words. `parts` are moved. */
static void split_alternatives(QueryCompiler *compiler, GArray *parts)
{
    g_autoptr(GArray) others = take_alternatives(parts, false);
    g_autoptr(GArray) words = take_alternatives(parts, true);
    if (others->len > 0 && words->len > 0) {
        QueryPart both[2];
        combine_alternatives(words, compiler->id_drift, &both[0]);
        combine_alternatives(others, compiler->id_drift, &both[1]);
        compiler->alternatives = query_part_array_new();
        g_array_append_vals(compiler->alternatives, both, G_N_ELEMENTS(both));
    }
}

static bool compile_or(QueryCompiler *compiler, const QueryNode *node, QueryPart *ret_part)
{
    g_autoptr(GArray) parts = compile_alternatives(compiler, node);
    if (parts == NULL) {
        return false;
    }
    if (parts->len == 0) {
        *ret_part = (QueryPart){.is_ignored = true};
        return true;
    }
    const bool is_split = node == compiler->paged && parts->len > 1;
    combine_alternatives(parts, compiler->id_drift, ret_part);
    if (is_split) {
        split_alternatives(compiler, parts);
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
        query_part_and_not(ret_part, &part, compiler->id_drift);
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
    if (++compiler->n_nears > QUERY_MAX_NEARS) {
        return query_compiler_fail(compiler, node, "too many NEAR: %d at most in one query",
                                   QUERY_MAX_NEARS);
    }
    g_autoptr(GString) phrases = g_string_new(NULL);
    for (guint i = 0; i < node->children->len; i++) {
        const QueryNode *child = g_ptr_array_index(node->children, i);
        bool is_prefix = false;
        g_autoptr(GPtrArray) tokens = split_term(compiler, child, &is_prefix);
        if (tokens == NULL) {
            return false;
        }
        if (tokens->len > 0) {
            g_string_append(phrases, phrases->len > 0 ? " " : "");
            append_quoted(phrases, tokens, is_prefix);
            show_term(compiler, columns, tokens, is_prefix);
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

/* Whether the query is one term of text and asks for a first page in the order of ids. */
static bool is_lone_page(const QueryNode *tree, const QueryOptions *options)
{
    const char *columns = NULL;
    return tree != NULL && tree->kind == QUERY_NODE_TERM &&
           (tree->field == NULL || query_field_columns(tree->field, &columns)) &&
           query_order_is_first_page(options);
}

/* Whether at most FEW_MESSAGES meet the condition that has an index. What fails here fails
 * again when the statement runs. */
static bool has_few(sqlite3 *db, const QueryPart *part)
{
    g_autoptr(SqlBuilder) count = sql_builder_new();
    sql_builder_add(count, sql[SQL_COUNT]);
    sql_builder_append(count, part->indexed);
    sql_builder_add(count, sql[SQL_COUNT_END]);
    sql_builder_bind_integer(count, FEW_MESSAGES + 1);
    sql_builder_add(count, ")");
    g_autoptr(sqlite3_stmt) row = sql_builder_prepare(count, db, NULL);
    return row != NULL && sqlite3_step(row) == SQLITE_ROW &&
           sqlite3_column_int64(row, 0) <= FEW_MESSAGES;
}

static void find_few(QueryCompiler *compiler, QueryPart *part, const QueryOptions *options)
{
    part->is_few = part->match != NULL && part->indexed != NULL &&
                   !query_order_is_ranked(part, options) && has_few(compiler->db, part);
}

static SqlBuilder *build_statement(QueryCompiler *compiler, QueryPart *part,
                                   const QueryOptions *options)
{
    if (compiler->alternatives != NULL) {
        for (guint i = 0; i < compiler->alternatives->len; i++) {
            find_few(compiler, &g_array_index(compiler->alternatives, QueryPart, i), options);
        }
        return query_order_build_alternatives(compiler->alternatives, compiler->id_drift,
                                              options);
    }
    find_few(compiler, part, options);
    if (options->sort == QUERY_SORT_RELEVANCE && part->match == NULL && !options->count_only) {
        g_ptr_array_add(compiler->hints,
                        g_strdup("relevance needs words to go by; sorted by date instead"));
    }
    return query_order_build(part, compiler->id_drift, options);
}

bool query_compiler_id_drift(sqlite3 *db, int64_t *ret_drift, GError **error)
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

static GTimeZone *open_time_zone(const char *name, QueryFault *fault)
{
    if (name == NULL) {
        return g_time_zone_new_utc();
    }
    GTimeZone *zone = g_time_zone_new_identifier(name);
    if (zone == NULL) {
        query_fault_set(fault, name, 0, strlen(name),
                        "unknown time zone: write Europe/Paris or +02:00");
    }
    return zone;
}

static CompiledQuery *compiled_query_new(TextTokenizer *tokenizer)
{
    CompiledQuery *query = g_new0(CompiledQuery, 1);
    query->shown = text_matcher_new(tokenizer);
    query->hints = g_ptr_array_new_with_free_func(g_free);
    return query;
}

CompiledQuery *query_compiler_run(sqlite3 *db, const QueryNode *tree,
                                  const QueryOptions *options, QueryFault *fault,
                                  GError **error)
{
    QueryCompiler compiler = {.db = db, .fault = fault};
    g_autoptr(TextTokenizer) tokenizer = text_tokenizer_new(db, error);
    if (tokenizer == NULL || !query_address_register(db, tokenizer, error) ||
        !match_function_register(db, error) ||
        !query_compiler_id_drift(db, &compiler.id_drift, error)) {
        return NULL;
    }
    g_autoptr(GTimeZone) zone = open_time_zone(options->time_zone, fault);
    if (zone == NULL) {
        return NULL;
    }
    CompiledQuery *query = compiled_query_new(tokenizer);
    compiler.tokenizer = tokenizer;
    compiler.time_zone = zone;
    compiler.is_lone_page = is_lone_page(tree, options);
    compiler.paged = query_order_is_first_page(options) ? tree : NULL;
    compiler.shown = query->shown;
    compiler.hints = query->hints;
    g_auto(QueryPart) part = {0};
    if (!compile_tree(&compiler, tree, &part)) {
        compiled_query_free(query);
        return NULL;
    }
    query->sort = options->sort;
    query->by_thread = options->by_thread && !options->count_only;
    query->is_ranked = query_order_is_ranked(&part, options);
    query->statement = build_statement(&compiler, &part, options);
    g_clear_pointer(&compiler.alternatives, g_array_unref);
    return query;
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
