/* key_rows.h - the keys of a KeyStore as rows of dkim_key and dkim_key_observation.
 *
 * A key that is there already keeps its id and gains observations; its state follows from all
 * that the store knows of it.
 *
 * Errors: ARCHIVE_ERROR. Threads: that of the connection.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/archive.h"

typedef struct KeyRows KeyRows;

/* `keys` is borrowed and may be NULL. Returns: (transfer full) NULL with `error`. */
KeyRows *key_rows_new(sqlite3 *db, const KeyStore *keys, GError **error);

/* Accepts NULL. */
void key_rows_free(KeyRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyRows, key_rows_free)

/* The row of the key at `index` in the store; it is written when this is first asked. */
bool key_rows_id(KeyRows *rows, int64_t index, int64_t *ret_id, GError **error);

/* Writes the state of the key at `index`, if it has a row. `ret_changed`: it is another now. */
bool key_rows_refresh(KeyRows *rows, int64_t index, bool *ret_changed, GError **error);

/* Writes the key at `index`. `ret_changed`: it, its state or an observation is new. */
bool key_rows_import(KeyRows *rows, int64_t index, bool *ret_changed, GError **error);
