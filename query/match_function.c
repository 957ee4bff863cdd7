/* SPDX-License-Identifier: MIT */
#include "query/match_function.h"

#include <stdint.h>
#include <string.h>

#include "schema/archive.h"

/* Looking one message up costs as much as reading some hundred rows in a row. */
#define LOOKUPS_MAX 8

/* Behind the last token of a prefix; what is quoted holds no quotation mark. FTS5 merges the
 * lists of all words of a prefix each time that an expression is run. */
#define PREFIX_MARK "\" *"

typedef enum { SQL_LOOKUP, SQL_ROWS } Sql;

static const char *const sql[] = {
    [SQL_LOOKUP] = "SELECT 1 FROM message_fts WHERE message_fts MATCH ? AND rowid = ?",
    [SQL_ROWS] = "SELECT rowid FROM message_fts WHERE message_fts MATCH ? ORDER BY rowid DESC",
};

/* What is known of an expression while a statement runs. */
typedef struct {
    sqlite3_stmt *lookup;
    sqlite3_stmt *rows;
    GArray *ids; /* int64_t: the rows so far, newest first */
    unsigned n_lookups;
    bool is_at_end; /* `ids` is all there are */
} Match;

static void match_free(void *data)
{
    Match *match = data;
    sqlite3_finalize(match->lookup);
    sqlite3_finalize(match->rows);
    g_array_unref(match->ids);
    g_free(match);
}

static int prepare(sqlite3 *db, Sql which, sqlite3_value *expression,
                   sqlite3_stmt **ret_statement)
{
    int code = sqlite3_prepare_v2(db, sql[which], -1, ret_statement, NULL);
    return code == SQLITE_OK ? sqlite3_bind_value(*ret_statement, 1, expression) : code;
}

/* Returns: an error of SQLite, or SQLITE_OK with `ret_match`, which the statement owns. */
static int match_of(sqlite3_context *context, sqlite3_value *expression, Match **ret_match)
{
    *ret_match = sqlite3_get_auxdata(context, 1);
    if (*ret_match != NULL) {
        return SQLITE_OK;
    }
    sqlite3 *db = sqlite3_context_db_handle(context);
    Match *match = g_new0(Match, 1);
    match->ids = g_array_new(false, false, sizeof(int64_t));
    const char *text = (const char *)sqlite3_value_text(expression);
    if (text != NULL && strstr(text, PREFIX_MARK) != NULL) {
        match->n_lookups = LOOKUPS_MAX;
    }
    int code = prepare(db, SQL_LOOKUP, expression, &match->lookup);
    if (code == SQLITE_OK) {
        code = prepare(db, SQL_ROWS, expression, &match->rows);
    }
    if (code != SQLITE_OK) {
        match_free(match);
        return code;
    }
    sqlite3_set_auxdata(context, 1, match, match_free);
    *ret_match = sqlite3_get_auxdata(context, 1);
    return *ret_match == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

/* Returns: SQLITE_ROW when the message is found, SQLITE_DONE when not, or an error. */
static int look_up(Match *match, int64_t id)
{
    match->n_lookups++;
    sqlite3_bind_int64(match->lookup, 2, id);
    int code = sqlite3_step(match->lookup);
    sqlite3_reset(match->lookup);
    return code;
}

/* Reads rows until one is as old as `id`. Returns: SQLITE_OK or an error. */
static int read_down_to(Match *match, int64_t id)
{
    while (!match->is_at_end &&
           (match->ids->len == 0 ||
            g_array_index(match->ids, int64_t, match->ids->len - 1) > id)) {
        int code = sqlite3_step(match->rows);
        if (code == SQLITE_ROW) {
            int64_t row = sqlite3_column_int64(match->rows, 0);
            g_array_append_val(match->ids, row);
        } else if (code == SQLITE_DONE) {
            match->is_at_end = true;
        } else {
            return code;
        }
    }
    return SQLITE_OK;
}

static bool has_id(const GArray *ids, int64_t id)
{
    guint low = 0;
    guint high = ids->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(ids, int64_t, middle) > id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ids->len && g_array_index(ids, int64_t, low) == id;
}

static void message_matches(sqlite3_context *context, int n_arguments,
                            sqlite3_value **arguments)
{
    (void)n_arguments;
    const int64_t id = sqlite3_value_int64(arguments[0]);
    Match *match = NULL;
    int code = match_of(context, arguments[1], &match);
    if (code == SQLITE_OK && match->n_lookups < LOOKUPS_MAX) {
        code = look_up(match, id);
        if (code == SQLITE_ROW || code == SQLITE_DONE) {
            sqlite3_result_int(context, code == SQLITE_ROW);
            return;
        }
    } else if (code == SQLITE_OK) {
        code = read_down_to(match, id);
    }
    if (code != SQLITE_OK) {
        sqlite3_result_error_code(context, code);
        return;
    }
    sqlite3_result_int(context, has_id(match->ids, id));
}

bool match_function_register(sqlite3 *db, GError **error)
{
    if (sqlite3_create_function_v2(db, "message_matches", 2,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                   message_matches, NULL, NULL, NULL) != SQLITE_OK) {
        archive_set_error(db, error);
        return false;
    }
    return true;
}
