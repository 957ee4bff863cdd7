/* dkim_header_hash.h - the header fields that one signature covers, in canonical form, hashed.
 *
 * RFC 6376 section 3.7: the fields of h=, then the signature's own field with an empty b=. And
 * what they leave open: which of the fields that a reader looks at are not covered.
 */
#pragma once

#include "schema/dkim_digest.h"
#include "schema/dkim_header_index.h"
#include "schema/verdict.h"

/* Writes the input of the header hash. `field` is the one that `signature` was read from. */
void dkim_header_write(DkimCanonWriter *writer, DkimHeaderIndex *index,
                       const DkimSignature *signature, const RawField *field);

/* Hashes it; dkim_hash_bytes() bytes are written to `out`. `before` is the signature of the
 * same message that was hashed just before with the same digest and index, or NULL: what both
 * cover is not hashed again. */
void dkim_header_hash(DkimDigest *digest, DkimHeaderIndex *index, const DkimSignature *before,
                      const DkimSignature *signature, const RawField *field, uint8_t *out);

/* What the signature that was written or hashed last does not cover (DESIGN, Evidence (b)).
 * Returns: unsigned-*, added-header, multiple-from. */
CaveatSet dkim_header_caveats(const DkimHeaderIndex *index);
