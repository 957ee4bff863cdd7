/* SPDX-License-Identifier: MIT */
#include "indexer/statement_set.h"

bool statement_set_init(StatementSet *set, sqlite3 *db, const char *const *sql,
                        size_t n_statements, GError **error)
{
    *set = (StatementSet){db, g_new0(sqlite3_stmt *, n_statements), n_statements};
    for (size_t i = 0; i < n_statements; i++) {
        set->statements[i] = archive_prepare(db, sql[i], error);
        if (set->statements[i] == NULL) {
            return false;
        }
    }
    return true;
}

void statement_set_clear(StatementSet *set)
{
    for (size_t i = 0; i < set->n_statements; i++) {
        sqlite3_finalize(set->statements[i]);
    }
    g_free(set->statements);
    *set = (StatementSet){NULL, NULL, 0};
}

sqlite3_stmt *statement_set_get(const StatementSet *set, size_t index)
{
    g_assert(index < set->n_statements);
    sqlite3_reset(set->statements[index]);
    return set->statements[index];
}

bool statement_run(sqlite3_stmt *statement, GError **error)
{
    bool ok = sqlite3_step(statement) == SQLITE_DONE;
    if (!ok) {
        archive_set_error(sqlite3_db_handle(statement), error);
    }
    sqlite3_reset(statement);
    return ok;
}

bool statement_find(sqlite3_stmt *statement, bool *ret_found, int64_t *ret_value,
                    GError **error)
{
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        archive_set_error(sqlite3_db_handle(statement), error);
        sqlite3_reset(statement);
        return false;
    }
    *ret_found = code == SQLITE_ROW;
    if (code == SQLITE_ROW) {
        *ret_value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_reset(statement);
    return true;
}

void statement_bind_text(sqlite3_stmt *statement, int position, Slice text)
{
    sqlite3_bind_text64(statement, position, text.len == 0 ? "" : text.ptr, text.len,
                        SQLITE_STATIC, SQLITE_UTF8);
}

void statement_bind_blob(sqlite3_stmt *statement, int position, Slice bytes)
{
    sqlite3_bind_blob64(statement, position, bytes.len == 0 ? "" : bytes.ptr, bytes.len,
                        SQLITE_STATIC);
}
