/* arc_seal.h - what an ARC-Seal signs, in canonical form, hashed.
 *
 * RFC 8617 section 5.1.1: the fields of the sets by rising instance, in each the results, the
 * message signature and the seal, all relaxed; last the seal itself with an empty b=. A seal
 * that says cv=fail signs its own set alone (section 5.1.2).
 */
#pragma once

#include "schema/arc_set.h"
#include "schema/dkim_digest.h"

/* Writes what the seal of the set at `instance` signs. That set and those before it, as far as
 * they are signed, are complete. */
void arc_seal_write(DkimCanonWriter *writer, const ArcSets *sets, size_t instance);

/* Hashes it; dkim_hash_bytes() bytes are written to `out`. */
void arc_seal_hash(DkimDigest *digest, const ArcSets *sets, size_t instance, uint8_t *out);

/* The lowest instance that the seal of the set at `instance` signs. */
size_t arc_seal_first_instance(const ArcSets *sets, size_t instance);
