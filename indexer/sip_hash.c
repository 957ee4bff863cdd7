/* SPDX-License-Identifier: MIT */
#include "indexer/sip_hash.h"

#include <sys/random.h>

#define WORD_BYTES 8

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static inline void sip_rounds(uint64_t v[4], unsigned n_rounds)
{
    for (unsigned i = 0; i < n_rounds; i++) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

static inline void compress(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_rounds(v, 2);
    v[0] ^= word;
}

SipKey sip_key_random(void)
{
    SipKey key;
    if (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key) {
        /* Not reached on Linux: reads of up to 256 bytes are never cut. */
        g_error("no random bytes for a hash key");
    }
    return key;
}

uint64_t sip_hash(const SipKey *key, Slice bytes)
{
    uint64_t v[4] = {
        key->words[0] ^ UINT64_C(0x736f6d6570736575),
        key->words[1] ^ UINT64_C(0x646f72616e646f6d),
        key->words[0] ^ UINT64_C(0x6c7967656e657261),
        key->words[1] ^ UINT64_C(0x7465646279746573),
    };
    size_t at = 0;
    for (; at + WORD_BYTES <= bytes.len; at += WORD_BYTES) {
        uint64_t word = 0;
        memcpy(&word, bytes.ptr + at, WORD_BYTES);
        compress(v, GUINT64_FROM_LE(word));
    }
    uint64_t last = 0;
    if (at < bytes.len) {
        memcpy(&last, bytes.ptr + at, bytes.len - at);
    }
    compress(v, GUINT64_FROM_LE(last) | (uint64_t)bytes.len << 56);
    v[2] ^= 0xFF;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
