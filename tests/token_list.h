/* token_list.h - the tokens of a text, by the indexer's tokenizer and by SQLite's own, for the
 * tests of indexer/tokenizer.
 *
 * Memory: results are the caller's.
 */
#pragma once

#include <sqlite3.h>

#include "indexer/tokenizer.h"

/* An empty full-text index in memory, with SQLite's own tokenizer. */
sqlite3 *token_list_open(void);

/* The tokens in hexadecimal, each with its place. SQLite gets the text cut into pairs. */
char *token_list_of_builtin(sqlite3 *db, Slice text);
char *token_list_of_ours(Tokenizer *tokenizer, Slice text);
