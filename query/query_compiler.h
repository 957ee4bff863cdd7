/* query_compiler.h - a syntax tree made into one SQL statement that gives message ids.
 *
 * What FTS5 can answer is put into one MATCH expression that drives the statement: its rows
 * come newest first, because ids follow the date, and reading stops after the first page. All
 * else is a condition on the row `m` of the table message.
 *
 * Memory: see each function. Errors: bad values are a QueryFault; the archive's failures a
 * GError. Limits: those named below, so that no query is slow by accident or malice.
 */
#pragma once

#include "query/query_fault.h"
#include "query/query_order.h"
#include "query/query_tree.h"
#include "query/text_match.h"

/* Each token of a phrase costs one position list; a long sentence has fewer. */
#define QUERY_MAX_PHRASE_TOKENS TEXT_MATCH_MAX_TOKENS

/* The same, of a whole query. */
#define QUERY_MAX_TOKENS 256

/* FTS5 merges the lists of all words of a prefix before it gives the first row. */
#define QUERY_MAX_PREFIXES 16

/* The position lists of each group are read for every message that has its words. */
#define QUERY_MAX_NEARS 16

/* FTS5 merges the lists of all words that begin so: one letter would be most of the index. */
#define QUERY_MIN_PREFIX_BYTES 2

/* What compile functions work with. */
typedef struct {
    sqlite3 *db;
    TextTokenizer *tokenizer;
    GTimeZone *time_zone;
    int64_t id_drift;       /* the most that an id exceeds its date */
    bool is_lone_page;      /* the query is one term, and only its first hits are read */
    const QueryNode *paged; /* the whole query, when only its first hits are read */
    GArray *alternatives;   /* QueryPart: what of `paged` is read by itself; or NULL */
    GPtrArray *hints;       /* of char * */
    TextMatcher *shown;     /* collects what a snippet should show */
    unsigned n_negations;   /* that stand around the current node */
    unsigned n_tokens;      /* so far; likewise */
    unsigned n_prefixes;
    unsigned n_nears;
    QueryFault *fault;
} QueryCompiler;

/* Turns one term of a field into its meaning. Returns: false with compiler->fault. */
typedef bool QueryFieldCompile(QueryCompiler *compiler, const QueryNode *term,
                               QueryPart *ret_part);

/* Makes the FTS5 expression of a word or phrase, in `columns` ("subject", "{sender
 * recipients}"; NULL is all). A term without a letter or digit gives a hint and an ignored
 * part. Returns: false with compiler->fault. */
bool query_compiler_text(QueryCompiler *compiler, const QueryNode *term, const char *columns,
                         QueryPart *ret_part);

/* Sets the fault at the place of `term`. Returns: false always. */
bool query_compiler_fail(QueryCompiler *compiler, const QueryNode *term, const char *format,
                         ...) G_GNUC_PRINTF(3, 4);

/* Reads the most by which an id of the archive exceeds its date. Returns: false with `error`.
 */
bool query_compiler_id_drift(sqlite3 *db, int64_t *ret_drift, GError **error);

typedef struct {
    SqlBuilder *statement; /* its rows: query_order_build */
    QuerySort sort;
    bool by_thread;
    bool is_ranked;
    TextMatcher *shown; /* what a snippet should show */
    GPtrArray *hints;   /* of char * */
} CompiledQuery;

/* Compiles the tree; NULL is everything. `db` gets the SQL functions that the statement uses.
 * Returns: (transfer full) NULL with either `fault` or `error` set. */
CompiledQuery *query_compiler_run(sqlite3 *db, const QueryNode *tree,
                                  const QueryOptions *options, QueryFault *fault,
                                  GError **error);

void compiled_query_free(CompiledQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CompiledQuery, compiled_query_free)
