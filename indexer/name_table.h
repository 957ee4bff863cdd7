/* name_table.h - rows that many messages share: addresses, h= lists and keys, each stored once.
 *
 * Looks a value up in memory, then in the archive, and inserts it when it is new.
 *
 * Memory: at most NAME_TABLE_MAX values of each kind are remembered; then it begins afresh.
 * Errors: ARCHIVE_ERROR. Threads: that of the connection.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/archive.h"

/* About 20 MB of remembered addresses. */
#define NAME_TABLE_MAX 200000

typedef struct NameTable NameTable;

/* `keys` is borrowed and may be NULL. Returns: (transfer full) NULL with `error`. */
NameTable *name_table_new(sqlite3 *db, const KeyStore *keys, GError **error);

/* Accepts NULL. */
void name_table_free(NameTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameTable, name_table_free)

/* The row of `address`: a mailbox in any case, and the name it was written with. */
bool name_table_address(NameTable *table, Slice address, Slice name, int64_t *ret_id,
                        GError **error);

/* The row of `signed_fields`. */
bool name_table_signed_fields(NameTable *table, Slice fields, int64_t *ret_id, GError **error);

/* The row of `dkim_key` for a key of the store, with its observations. */
bool name_table_key(NameTable *table, int64_t key_index, int64_t *ret_id, GError **error);
