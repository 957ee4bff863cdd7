/* auth_results.h - what an Authentication-Results field claims (RFC 8601 section 2.2).
 *
 * Reads the form of RFC 8601 and those before it, and what servers write in their place: no
 * authserv-id (Exchange), properties without a ptype ("action=none"), words between the
 * authserv-id and the first ";" (Yahoo), values that should be quoted. What is no result is
 * stepped over. ARC-Authentication-Results (RFC 8617 section 4.1.1) is the same behind "i=1;":
 * give the rest of the field.
 *
 * Memory: nothing lasts but in `claim`. Errors: none. Limits: none of its own; linear.
 */
#pragma once

#include "schema/claim.h"

/* Reads the authserv-id alone into `out`, whatever it held; empty when there is none. */
void auth_results_read_authserv_id(Slice value, GString *out);

/* Hands every result of the field body `value` to `func`, in order, in `claim`, which was made
 * by claim_init. */
void auth_results_read(Slice value, Claim *claim, ClaimFunc *func, gpointer user_data);
