/* SPDX-License-Identifier: MIT */
#include "schema/unicode61.h"

/* SQLite hands out the FTS5 interface through a bound pointer (fts5.html section 7).
 * Returns: NULL with `error`. */
static fts5_api *find_fts5(sqlite3 *db, GError **error)
{
    fts5_api *api = NULL;
    g_autoptr(sqlite3_stmt) statement = archive_prepare(db, "SELECT fts5(?)", error);
    if (statement == NULL) {
        return NULL;
    }
    sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
    if (sqlite3_step(statement) != SQLITE_ROW || api == NULL) {
        archive_set_error(db, error);
        return NULL;
    }
    return api;
}

bool unicode61_init(Unicode61 *tokenizer, sqlite3 *db, GError **error)
{
    const char *arguments[] = {"remove_diacritics", "2"};
    void *context = NULL;
    *tokenizer = (Unicode61){.instance = NULL};
    fts5_api *api = find_fts5(db, error);
    if (api == NULL) {
        return false;
    }
    if (api->xFindTokenizer(api, "unicode61", &context, &tokenizer->functions) != SQLITE_OK ||
        tokenizer->functions.xCreate(context, arguments, G_N_ELEMENTS(arguments),
                                     &tokenizer->instance) != SQLITE_OK) {
        g_set_error_literal(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL,
                            "this SQLite has no unicode61 tokenizer");
        return false;
    }
    return true;
}

void unicode61_clear(Unicode61 *tokenizer)
{
    if (tokenizer->instance != NULL) {
        tokenizer->functions.xDelete(tokenizer->instance);
    }
    *tokenizer = (Unicode61){.instance = NULL};
}
