/* key_state.h - what a key is worth, in one word.
 *
 * Errors: none.
 */
#pragma once

#include "indexer/key_store.h"

/* Returns: (transfer none) "good", "weak" (RSA below KEY_BITS_STRONG), "leaked" (its private
 * half is public), "recovered" (computed from signatures), "revoked" (p= is empty), "unusable",
 * or "no-answer" (of the DNS). The worst that holds. */
const char *key_state_word(const Key *key);
