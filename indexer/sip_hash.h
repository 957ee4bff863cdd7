/* sip_hash.h - SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that nobody without the key
 * can make collide.
 *
 * For tables in memory. The key is the table's own, so no hash of it means anything in a file.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    uint64_t words[2];
} SipKey;

/* A key that nobody knows. */
SipKey sip_key_random(void);

uint64_t sip_hash(const SipKey *key, Slice bytes);
