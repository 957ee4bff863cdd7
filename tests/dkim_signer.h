/* dkim_signer.h - makes signed messages for the tests, with keys made on the spot.
 *
 * Signs with the canonicalisers under test: what they do is tested in test_dkim_canon.c and
 * with the RFCs' own messages.
 */
#pragma once

#include "schema/dkim_header_hash.h"

typedef struct DkimSigner DkimSigner;

/* Makes a key pair: RSA of that many bits, or Ed25519 with 0. Returns: (transfer full). */
DkimSigner *dkim_signer_new(int rsa_bits);

/* The same with another public exponent than 65537. */
DkimSigner *dkim_signer_new_with_exponent(int rsa_bits, unsigned exponent);

/* Accepts NULL. */
void dkim_signer_free(DkimSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimSigner, dkim_signer_free)

/* p= of the key record, SubjectPublicKeyInfo. Returns: (transfer none). */
const char *dkim_signer_public_key(const DkimSigner *signer);

/* Signs a digest. Returns: (transfer full) the signature, base64. */
char *dkim_signer_sign_digest(const DkimSigner *signer, DkimAlgorithm algorithm,
                              const uint8_t *digest);

/* Puts a DKIM-Signature with `tags` (without v=, bh= and b=) above `message`.
 * Returns: (transfer full) the message. */
char *dkim_signer_sign(DkimSigner *signer, const char *tags, const char *message);

/* What a set of ARC fields says. */
typedef struct {
    const char *instance;
    const char *results;      /* of ARC-Authentication-Results, behind i= */
    const char *message_tags; /* of ARC-Message-Signature, without i=, bh= and b= */
    const char *seal_tags;    /* of ARC-Seal, without i= and b= */
} ArcSetPlan;

/* Puts a set of ARC fields above `message`, signed and sealed.
 * Returns: (transfer full) the message. */
char *dkim_signer_add_arc_set(DkimSigner *signer, const ArcSetPlan *plan, const char *message);
