/* known_hashes.h - which messages the archive has, by the SHA-256 of their bytes.
 *
 * While a new archive is loaded (archive_begin_load) all hashes are in memory, for hashes come
 * in no order, and an index of them would have a page read and written again for each message.
 * They are remembered by a keyed hash of 64 bits; a message is only known when its row has the
 * very SHA-256. Else the index message_by_sha256 is asked. Messages whose rows are not written
 * yet are in memory in any case. After a load that was killed, the hashes are read again.
 *
 * Memory: while loading, 20 to 40 bytes a message.
 * Errors: ARCHIVE_ERROR. Threads: that of the connection.
 */
#pragma once

#include "schema/archive.h"
#include "schema/record.h"

typedef struct KnownHashes KnownHashes;

/* Returns: (transfer full) NULL with `error`. */
KnownHashes *known_hashes_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void known_hashes_free(KnownHashes *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnownHashes, known_hashes_free)

/* The id of the message with that SHA-256; 0 when there is none. Returns: false with `error`.
 */
bool known_hashes_find(KnownHashes *known, const uint8_t *sha256, int64_t *ret_id,
                       GError **error);

/* Adds a message that is not known, and whose row will be written. */
void known_hashes_add(KnownHashes *known, const uint8_t *sha256, int64_t id);

/* The rows of all messages that were added have been written. */
void known_hashes_written(KnownHashes *known);
