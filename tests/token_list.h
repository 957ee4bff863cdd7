/* token_list.h - what FTS5 makes of a text, token by token, for the tests of indexer/tokenizer.
 *
 * Memory: results are the caller's.
 */
#pragma once

#include <sqlite3.h>

#include "schema/slice.h"

/* An empty full-text index in memory, with the indexer's tokenizer or with SQLite's own. */
sqlite3 *token_list_open(bool is_ours);

/* The tokens in hexadecimal, each with its place. */
char *token_list_of(sqlite3 *db, Slice text);
