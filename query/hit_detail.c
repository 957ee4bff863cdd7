/* SPDX-License-Identifier: MIT */
#include "query/hit_detail.h"

#include "query/list_writer.h"
#include "schema/archive.h"

typedef enum { SQL_DATE } Sql;

static const char *const sql[] = {
    [SQL_DATE] = "SELECT date FROM message WHERE id = ?",
};

static int compare_names(gconstpointer a, gconstpointer b)
{
    const ListName *left = a;
    const ListName *right = b;
    if (left->messages != right->messages) {
        return left->messages < right->messages ? 1 : -1;
    }
    return strcmp(left->text, right->text);
}

static void count_name(GArray *names, const char *text)
{
    ListName *last = names->len == 0 ? NULL : &g_array_index(names, ListName, names->len - 1);
    if (last == NULL || !g_str_equal(last->text, text)) {
        const ListName name = {g_strdup(text), 1};
        g_array_append_val(names, name);
    } else {
        last->messages++;
    }
}

GArray *hit_detail_names(sqlite3_stmt *statement, const HitSet *hits, GError **error)
{
    g_autoptr(GArray) names = list_names_new();
    g_autofree char *last_text = NULL;
    guint last_hit = HIT_SET_NONE;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = archive_column_text(statement, 0);
        const guint hit = hit_set_find(hits, sqlite3_column_int64(statement, 1));
        const bool is_again = hit == last_hit && g_strcmp0(last_text, text) == 0;
        if (hit == HIT_SET_NONE || *text == '\0' || is_again) {
            continue;
        }
        count_name(names, text);
        last_hit = hit;
        g_free(last_text);
        last_text = g_strdup(text);
    }
    if (!archive_end_rows(statement, code, error)) {
        return NULL;
    }
    g_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

sqlite3_stmt *hit_detail_dates(sqlite3 *db, GError **error)
{
    return archive_prepare(db, sql[SQL_DATE], error);
}

bool hit_detail_date(sqlite3_stmt *statement, const HitSet *hits, guint hit, bool *ret_has_date,
                     int64_t *ret_date, GError **error)
{
    *ret_has_date = false;
    *ret_date = 0;
    if (hit == HIT_SET_NONE) {
        return true;
    }
    sqlite3_bind_int64(statement, 1, hit_set_id(hits, hit));
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_has_date = sqlite3_column_type(statement, 0) != SQLITE_NULL;
        *ret_date = sqlite3_column_int64(statement, 0);
        code = sqlite3_step(statement);
    }
    return archive_end_rows(statement, code, error);
}
