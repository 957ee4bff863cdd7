/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

#include "schema/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The C and the SQL fold alike. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sqlite3_stmt *fold;
    static sqlite3 *db;
    if (fold == NULL) {
        g_autofree char *expression = fold_sql("?1");
        g_autofree char *sql = g_strdup_printf("SELECT %s", expression);
        g_assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
        g_assert(sqlite3_prepare_v2(db, sql, -1, &fold, NULL) == SQLITE_OK);
    }
    g_autofree char *text = g_strndup((const char *)data, size);
    const Slice valid = slice_of(text, strlen(text));
    if (!g_utf8_validate(text, -1, NULL)) {
        return 0;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    fold_append(out, valid);
    g_assert(fold_needed(valid) == !slice_equal(valid, slice_of(out->str, out->len)));
    sqlite3_reset(fold);
    sqlite3_bind_text64(fold, 1, valid.ptr, valid.len, SQLITE_STATIC, SQLITE_UTF8);
    g_assert(sqlite3_step(fold) == SQLITE_ROW);
    g_assert(g_str_equal((const char *)sqlite3_column_text(fold, 0), out->str));
    return 0;
}
