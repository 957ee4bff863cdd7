/* rsa_recovery.h - the modulus of an RSA key, computed from signatures that it made.
 *
 * A signature s is a number whose e-th power leaves the padded digest m when divided by the
 * modulus n (RFC 8017 sections 5.2.2 and 9.2): n divides s^e - m. The greatest common divisor
 * of two such numbers is n, perhaps times a small factor. With e = 65537 each has 65,537 times
 * the bits of the key, and finding their divisor is nearly all the work.
 *
 * Says what fits the arithmetic; whether other signatures confirm it is the caller's to ask.
 *
 * Memory: some RSA_RECOVERY_MEMORY_FACTOR times one such number while it runs.
 * Limits: RSA_RECOVERY_BYTES_MIN to RSA_RECOVERY_BYTES_MAX a signature. Threads: any.
 */
#pragma once

#include <glib.h>

#include "schema/dkim_signature.h"

/* RFC 6376 section 3.3.3 asks for verifiers that take 512 to 2,048 bits; 4,096 occur. Time and
 * memory double with the bits. */
#define RSA_RECOVERY_BYTES_MIN ((size_t)64)
#define RSA_RECOVERY_BYTES_MAX ((size_t)512)

/* Numbers of the size of s^65537 that are alive at once, in the worst moment. */
#define RSA_RECOVERY_MEMORY_FACTOR ((size_t)16)

typedef struct {
    DkimAlgorithm algorithm; /* of RSA */
    Slice digest;
    Slice signature;
} RsaSignature;

/* Computes what the key of `pivot` has in common with those of `partners`, all of which have
 * signatures of the same length: its modulus, if the digests of `pivot` and of any one partner
 * are what was signed, by the same key, with the public exponent `exponent`. A partner that is
 * not costs time and does no harm.
 * Returns: (transfer full) the modulus, big-endian; NULL when there is none of that length. */
GBytes *rsa_recovery_run(const RsaSignature *pivot, const RsaSignature *partners,
                         size_t n_partners, unsigned exponent);

/* The memory that rsa_recovery_run needs at most for signatures of that many bytes. */
uint64_t rsa_recovery_memory(size_t signature_len, unsigned exponent);
