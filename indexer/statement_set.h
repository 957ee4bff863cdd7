/* statement_set.h - the prepared statements of one module: one table of SQL, indexed by an
 * enum.
 *
 * Memory: the set owns its statements. Errors: ARCHIVE_ERROR, from the connection's last
 * failure. Values are always bound; a bound slice must live until the step.
 */
#pragma once

#include "schema/archive.h"
#include "schema/slice.h"

typedef struct {
    sqlite3 *db; /* borrowed */
    sqlite3_stmt **statements;
    size_t n_statements;
} StatementSet;

/* Prepares `n_statements` statements. Returns: false with `error`; the set can be cleared. */
bool statement_set_init(StatementSet *set, sqlite3 *db, const char *const *sql,
                        size_t n_statements, GError **error);

/* Accepts a zeroed set. */
void statement_set_clear(StatementSet *set);

/* The statement, reset and ready to be bound. Returns: (transfer none). */
sqlite3_stmt *statement_set_get(const StatementSet *set, size_t index);

/* Runs a statement that returns no rows. Returns: false with `error`. */
bool statement_run(sqlite3_stmt *statement, GError **error);

/* Runs a statement that returns at most one integer. `ret_found` says whether it did. */
bool statement_find(sqlite3_stmt *statement, bool *ret_found, int64_t *ret_value,
                    GError **error);

/* Bind by position, from 1. */
void statement_bind_text(sqlite3_stmt *statement, int position, Slice text);
void statement_bind_blob(sqlite3_stmt *statement, int position, Slice bytes);
