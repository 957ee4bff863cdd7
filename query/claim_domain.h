/* claim_domain.h - whom a claim is about.
 *
 * The domain that a server says it checked, from the properties of its result (RFC 8601 section
 * 2.7): header.d of DKIM, header.from of DMARC, smtp.mailfrom of SPF and what stands in for
 * them.
 */
#pragma once

#include "schema/claim.h"

/* Returns: (transfer full) the domain in lower case; "" when the claim does not say. */
char *claim_domain(const Claim *claim);
