/* dkim_finding.h - what was found of one signature: does its header hold, does its body, which
 * key says so, and the result that follows.
 *
 * The one place where a signature that can be checked gets its result (RFC 6376 section 6.1),
 * for DKIM-Signature fields and for those of other methods. Hashing is done before; nothing
 * here looks at mail.
 *
 * Errors: none. Without a known key a signature is nokey as long as its body hash matches, and
 * fail when it does not: no key can make it pass.
 */
#pragma once

#include "indexer/dkim_body_hash.h"
#include "indexer/dkim_key_search.h"

typedef struct {
    DkimResult result;
    const char *reason; /* constant words */
    Tri header_ok;
    Tri body_ok;
    int64_t key;       /* index in the KeyStore of the key that decided; -1 without */
    CaveatSet caveats; /* of the key; partial-body */
} DkimFinding;

/* Looks for the key that `signature` over `header_digest` was made with. `body` is the body's
 * hash that the signature asked for; NULL when it covers none. */
DkimFinding dkim_finding_make(DkimKeySearch *keys, const DkimSignature *signature,
                              Slice header_digest, const DkimBodyHash *body,
                              const DkimKeyTerms *terms);

/* The finding that follows from what the keys said and from what is known of the body: whether
 * its hash holds (not known without one), whether l= is larger than it. */
DkimFinding dkim_finding_of_answer(const DkimKeyAnswer *answer, Tri body_ok,
                                   bool body_is_short);
