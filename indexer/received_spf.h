/* received_spf.h - what a Received-SPF field claims (RFC 7208 section 9.1, RFC 4408).
 *
 * A claim with the method "spf": the receiver is the authserv-id, the comment the reason, and
 * the keys are the properties. Keys that should be parted by ";" may be parted by white space.
 *
 * Memory: nothing lasts but in `claim`. Errors: none. Limits: none of its own; linear.
 */
#pragma once

#include "schema/claim.h"

/* Hands the claim of the field body `value` to `func`, in `claim`, which was made by
 * claim_init; does nothing when there is no result. */
void received_spf_read(Slice value, Claim *claim, ClaimFunc *func, gpointer user_data);
