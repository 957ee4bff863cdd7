/* tokenizer.h - FTS5's unicode61 tokenizer (remove_diacritics 2), faster on ASCII and with the
 * same output, once the text is cut into pairs where it must be (schema/pairs.h).
 *
 * The archive names the built-in tokenizer, so that the stock sqlite3 shell reads and extends
 * it. A run of bytes between ASCII separators is a token by itself when all of it is ASCII; any
 * other run goes to the built-in tokenizer. Cutting a run is cutting the text, for pairs end at
 * separators.
 *
 * Errors: ARCHIVE_ERROR. Threads: one at a time.
 */
#pragma once

#include "schema/archive.h"
#include "schema/slice.h"

typedef struct Tokenizer Tokenizer;

/* Gets a token, folded and cut at 32,768 bytes as FTS5 does; it is gone after the call. */
typedef void (*TokenFunc)(void *data, Slice token);

/* `db` must outlive the tokenizer. Returns: (transfer full) NULL with `error`. */
Tokenizer *tokenizer_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void tokenizer_free(Tokenizer *tokenizer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tokenizer, tokenizer_free)

/* Calls `func` for each token of `text`, in order. Returns: false when memory ran out. */
bool tokenizer_run(Tokenizer *tokenizer, Slice text, TokenFunc func, void *data);

/* Whether the last text had anything to be cut into pairs. */
bool tokenizer_met_pairs(const Tokenizer *tokenizer);
