/* dkim_body_hash.h - the hashes of one body that several signatures ask for.
 *
 * The body is walked once per distinct pair of canonicalization and hash, whatever the number
 * of signatures and of their l=: a shorter l= is a snapshot on the way (RFC 6376 section 3.7).
 */
#pragma once

#include "schema/dkim_digest.h"

typedef struct {
    DkimCanon canon;
    DkimHash hash;
    uint64_t limit;                      /* l=; UINT64_MAX without */
    uint64_t body_bytes;                 /* set: the whole canonical body */
    uint8_t digest[DKIM_HASH_BYTES_MAX]; /* set: of the first `limit` bytes, or of all */
    /* Set without l=: of all but the last line end, or of one when there is nothing else. What
     * a signer hashed that did not add the line end at the end of the body, or added one. */
    uint8_t other_end[DKIM_HASH_BYTES_MAX];
} DkimBodyHash;

/* The hash that a signature asks for, not yet computed. */
DkimBodyHash dkim_body_hash_wanted(const DkimSignature *signature);

/* Computes all `hashes`. At most DKIM_BODY_HASH_MAX. Memory is constant. */
void dkim_body_hash_compute(DkimDigest *digest, Slice body, DkimBodyHash *hashes,
                            size_t n_hashes);

#define DKIM_BODY_HASH_MAX 64
