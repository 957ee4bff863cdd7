/* unicode61.h - FTS5's built-in tokenizer, with the arguments of the archive's full-text table.
 *
 * Memory: the caller clears it, before the connection is closed. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "schema/archive.h"

typedef struct {
    fts5_tokenizer functions;
    Fts5Tokenizer *instance;
} Unicode61;

/* Gets the tokenizer from `db`, which must outlive it. Returns: false with `error`. */
bool unicode61_init(Unicode61 *tokenizer, sqlite3 *db, GError **error);

/* Accepts a zeroed tokenizer. */
void unicode61_clear(Unicode61 *tokenizer);
