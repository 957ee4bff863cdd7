/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

#include "schema/json_writer.h"
#include "schema/terminal_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* SQLite reads the JSON, and reads back the text that went in. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sqlite3_stmt *check;
    static sqlite3 *db;
    if (check == NULL) {
        g_assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
        sqlite3_prepare_v2(db, "SELECT json_valid(?1), ?1 ->> 'text', ?1 -> 'words'", -1,
                           &check, NULL);
    }
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GString) out = g_string_new(NULL);
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_string(&writer, "bytes", slice_of((const char *)data, size));
    json_writer_text(&writer, "text", text);
    json_writer_words(&writer, "words", text);
    json_writer_end_object(&writer);
    for (const char *at = out->str; *at != '\0'; at = g_utf8_next_char(at)) {
        g_assert(!terminal_text_is_control(g_utf8_get_char(at)));
    }
    sqlite3_reset(check);
    sqlite3_bind_text64(check, 1, out->str, out->len, SQLITE_STATIC, SQLITE_UTF8);
    g_assert(sqlite3_step(check) == SQLITE_ROW && sqlite3_column_int(check, 0) == 1);
    g_assert(!g_utf8_validate(text, -1, NULL) ||
             g_str_equal((const char *)sqlite3_column_text(check, 1), text));
    return 0;
}
