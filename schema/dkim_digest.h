/* dkim_digest.h - SHA-1 and SHA-256 by OpenSSL, fetched once and used for every message.
 *
 * One hash at a time; a snapshot of a running one can be taken, which is how the body is hashed
 * once for several l=, and one can be kept and gone on from, which is how header fields are
 * hashed once for several signatures.
 *
 * Errors: none; the algorithms are part of OpenSSL's default provider, and a process without
 * them ends at dkim_digest_new. Threads: one a thread.
 */
#pragma once

#include "schema/dkim_signature.h"

typedef struct DkimDigest DkimDigest;

/* Returns: (transfer full). */
DkimDigest *dkim_digest_new(void);

/* Accepts NULL. */
void dkim_digest_free(DkimDigest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimDigest, dkim_digest_free)

void dkim_digest_begin(DkimDigest *digest, DkimHash hash);
void dkim_digest_update(DkimDigest *digest, const char *bytes, size_t len);

/* The same as a DkimCanonFunc; `digest` is a DkimDigest. */
void dkim_digest_write(gpointer digest, const char *bytes, size_t len);

/* The hash of what was given so far; dkim_hash_bytes() bytes are written to `out`. More may be
 * given afterwards. */
void dkim_digest_peek(DkimDigest *digest, uint8_t *out);

/* The same, and nothing more will be given. */
void dkim_digest_end(DkimDigest *digest, uint8_t *out);

/* Keeps the state of the running hash. */
void dkim_digest_keep(DkimDigest *digest);

/* Goes on from the state that was kept last, as often as wanted. */
void dkim_digest_resume(DkimDigest *digest);
