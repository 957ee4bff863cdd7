/* oversize_hash.h - SHA-256 of a message that is too large to keep, mbox quoting undone on the
 * fly.
 *
 * Memory: some bytes of state, whatever the message. Errors: none.
 */
#pragma once

#include "indexer/source.h"

typedef struct OversizeHash OversizeHash;

/* Returns: (transfer full). */
OversizeHash *oversize_hash_new(Quoting quoting);

/* Accepts NULL. */
void oversize_hash_free(OversizeHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OversizeHash, oversize_hash_free)

/* Adds the next bytes, cut anywhere. */
void oversize_hash_add(OversizeHash *hash, Slice bytes);

/* Ends the message and fills sha256, unquoted_length and has_sha256 of `span`. */
void oversize_hash_finish(OversizeHash *hash, SourceSpan *span);
