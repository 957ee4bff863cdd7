/* sql_builder.h - a piece of SQL and the values that are bound to it, in order.
 *
 * The only way by which a query becomes SQL: constant text goes into the statement, everything
 * that a person typed goes into the values.
 *
 * Memory: a builder owns its text and copies of its values.
 * Errors: ARCHIVE_ERROR from sql_builder_prepare.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdint.h>

typedef struct SqlBuilder SqlBuilder;

SqlBuilder *sql_builder_new(void);
void sql_builder_free(SqlBuilder *builder);

/* Appends constant SQL. */
void sql_builder_add(SqlBuilder *builder, const char *sql);

/* Appends "?" and remembers the value. */
void sql_builder_bind_text(SqlBuilder *builder, const char *text);
void sql_builder_bind_integer(SqlBuilder *builder, int64_t value);
void sql_builder_bind_blob(SqlBuilder *builder, const void *bytes, size_t size);

/* Appends the SQL and the values of `other`, which stays as it is. */
void sql_builder_append(SqlBuilder *builder, const SqlBuilder *other);

/* Prepares the statement and binds every value.
 * Returns: (transfer full) NULL with `error`. */
sqlite3_stmt *sql_builder_prepare(const SqlBuilder *builder, sqlite3 *db, GError **error);

/* The SQL and, one a line, its values: for people. Returns: (transfer full), free with g_free.
 */
char *sql_builder_explain(const SqlBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SqlBuilder, sql_builder_free)
