/* tokenizer.h - FTS5's unicode61 tokenizer, faster on ASCII and with the same output.
 *
 * Registered in the indexer's own connection under the name `unicode61`, so that the archive
 * names the built-in tokenizer and the stock sqlite3 shell reads and extends it. A run of bytes
 * between ASCII separators is a token by itself when all of it is ASCII; any other run goes to
 * the built-in tokenizer.
 *
 * Memory: lives as long as the connection. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "schema/archive.h"

/* Replaces unicode61 in this connection, before message_fts is used for the first time. */
bool tokenizer_register(sqlite3 *db, GError **error);
