/* match_function.h - the SQL function message_matches(id, expression): whether FTS5 finds a
 * message.
 *
 * The same as id IN (SELECT rowid FROM message_fts WHERE message_fts MATCH expression), for
 * which SQLite would copy all those rows into a table first. Here the first few messages are
 * looked up one by one; after that the rows are read, newest first, as far as the oldest
 * message that was asked for. A statement that goes through the messages newest first and stops
 * after a page has then read no more than the page needs.
 *
 * Memory: 8 bytes a row that was read, until the statement ends. Errors: the statement's.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/* Makes the function known to `db`. Returns: false with `error` (ARCHIVE_ERROR). */
bool match_function_register(sqlite3 *db, GError **error);
