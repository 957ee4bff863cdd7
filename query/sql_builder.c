/* SPDX-License-Identifier: MIT */
#include "query/sql_builder.h"

#include "schema/archive.h"

typedef enum { VALUE_TEXT, VALUE_INTEGER, VALUE_BLOB } ValueKind;

typedef struct {
    ValueKind kind;
    int64_t integer;
    GBytes *bytes; /* of text, without its NUL, and of blobs */
} Value;

struct SqlBuilder {
    GString *sql;
    GArray *values; /* Value */
};

static void value_clear(gpointer data)
{
    Value *value = data;
    g_clear_pointer(&value->bytes, g_bytes_unref);
}

SqlBuilder *sql_builder_new(void)
{
    SqlBuilder *builder = g_new0(SqlBuilder, 1);
    builder->sql = g_string_new(NULL);
    builder->values = g_array_new(false, false, sizeof(Value));
    g_array_set_clear_func(builder->values, value_clear);
    return builder;
}

void sql_builder_free(SqlBuilder *builder)
{
    if (builder == NULL) {
        return;
    }
    g_string_free(builder->sql, true);
    g_array_unref(builder->values);
    g_free(builder);
}

void sql_builder_add(SqlBuilder *builder, const char *sql)
{
    g_string_append(builder->sql, sql);
}

static void bind_value(SqlBuilder *builder, Value value)
{
    g_string_append_c(builder->sql, '?');
    g_array_append_val(builder->values, value);
}

void sql_builder_bind_text(SqlBuilder *builder, const char *text)
{
    bind_value(builder, (Value){.kind = VALUE_TEXT, .bytes = g_bytes_new(text, strlen(text))});
}

void sql_builder_bind_integer(SqlBuilder *builder, int64_t value)
{
    bind_value(builder, (Value){.kind = VALUE_INTEGER, .integer = value});
}

void sql_builder_bind_blob(SqlBuilder *builder, const void *bytes, size_t size)
{
    bind_value(builder, (Value){.kind = VALUE_BLOB, .bytes = g_bytes_new(bytes, size)});
}

void sql_builder_append(SqlBuilder *builder, const SqlBuilder *other)
{
    g_string_append_len(builder->sql, other->sql->str, (gssize)other->sql->len);
    for (guint i = 0; i < other->values->len; i++) {
        Value value = g_array_index(other->values, Value, i);
        if (value.bytes != NULL) {
            g_bytes_ref(value.bytes);
        }
        g_array_append_val(builder->values, value);
    }
}

static int bind_one(sqlite3_stmt *statement, int index, const Value *value)
{
    gsize size = 0;
    const char *data = value->bytes == NULL ? NULL : g_bytes_get_data(value->bytes, &size);
    switch (value->kind) {
    case VALUE_TEXT:
        return sqlite3_bind_text(statement, index, data == NULL ? "" : data, (int)size,
                                 SQLITE_TRANSIENT);
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, index, value->integer);
    case VALUE_BLOB:
        return sqlite3_bind_blob(statement, index, data == NULL ? "" : data, (int)size,
                                 SQLITE_TRANSIENT);
    }
    g_assert_not_reached();
}

sqlite3_stmt *sql_builder_prepare(const SqlBuilder *builder, sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = NULL;
    if (sqlite3_prepare_v2(db, builder->sql->str, -1, &statement, NULL) != SQLITE_OK) {
        archive_set_error(db, error);
        return NULL;
    }
    for (guint i = 0; i < builder->values->len; i++) {
        const Value *value = &g_array_index(builder->values, Value, i);
        if (bind_one(statement, (int)i + 1, value) != SQLITE_OK) {
            archive_set_error(db, error);
            return NULL;
        }
    }
    return g_steal_pointer(&statement);
}

static void explain_value(GString *out, guint number, const Value *value)
{
    gsize size = 0;
    const char *data = value->bytes == NULL ? NULL : g_bytes_get_data(value->bytes, &size);
    g_string_append_printf(out, "\n  ?%u = ", number);
    switch (value->kind) {
    case VALUE_TEXT:
        g_string_append_printf(out, "'%.*s'", (int)size, data == NULL ? "" : data);
        break;
    case VALUE_INTEGER:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value->integer);
        break;
    case VALUE_BLOB:
        g_string_append(out, "x'");
        for (gsize i = 0; i < size; i++) {
            g_string_append_printf(out, "%02x", (unsigned char)data[i]);
        }
        g_string_append_c(out, '\'');
        break;
    }
}

char *sql_builder_explain(const SqlBuilder *builder)
{
    GString *out = g_string_new(builder->sql->str);
    for (guint i = 0; i < builder->values->len; i++) {
        explain_value(out, i + 1, &g_array_index(builder->values, Value, i));
    }
    return g_string_free(out, false);
}
