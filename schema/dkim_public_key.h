/* dkim_public_key.h - checks signatures over digests with one public key (OpenSSL).
 *
 * RSA: PKCS#1 v1.5 (RFC 8017 section 8.2.2), the DigestInfo compared byte for byte by us, since
 * a distribution's policy may refuse SHA-1 and a lenient reader accepts forgeries. Ed25519:
 * over the SHA-256 of the header, as RFC 8463 section 3 has it.
 *
 * Threads: one object a thread.
 */
#pragma once

#include "schema/dkim_key_record.h"
#include "schema/dkim_signature.h"

typedef struct DkimPublicKey DkimPublicKey;

/* The DigestInfo that RSA signs (RFC 8017 section 9.2 note 1), up to the digest. Returns:
 * (transfer none) a constant. */
Slice dkim_digest_info(DkimHash hash);

/* Takes the numbers of a usable record. Returns: (transfer full), NULL when OpenSSL refuses
 * them. */
DkimPublicKey *dkim_public_key_new(const DkimKeyRecord *record);

/* Accepts NULL. */
void dkim_public_key_free(DkimPublicKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimPublicKey, dkim_public_key_free)

/* SHA-256 of the key's SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), the same however a
 * record writes the key. `out` has DKIM_HASH_BYTES_MAX bytes. Returns: false when OpenSSL
 * fails. */
bool dkim_public_key_fingerprint(const DkimPublicKey *key, uint8_t *out);

/* The key as SubjectPublicKeyInfo in base64, as p= of a record has it. Returns: (transfer full)
 * NULL when OpenSSL cannot. */
char *dkim_public_key_base64(const DkimPublicKey *key);

/* The key as SubjectPublicKeyInfo in PEM (RFC 7468 section 13). Returns: (transfer full) NULL
 * when OpenSSL cannot. */
char *dkim_public_key_pem(const DkimPublicKey *key);

/* Whether `signature` is one of this key over `digest`. False for an algorithm of another key
 * type. */
bool dkim_public_key_verify(DkimPublicKey *key, DkimAlgorithm algorithm, Slice digest,
                            Slice signature);
