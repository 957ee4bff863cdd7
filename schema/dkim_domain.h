/* dkim_domain.h - domain names as DKIM compares them: lower case, A-labels.
 *
 * RFC 8616: domains in d=, s= and i= may be written with U-labels; the DNS and every comparison
 * have the A-labels. Underscores are let through (RFC 8553); everything else that is no letter,
 * digit or hyphen is refused, since a NUL or "(" makes programs look up another name.
 */
#pragma once

#include "schema/slice.h"

#define DKIM_DOMAIN_BYTES_MAX 253 /* RFC 1035 2.3.4 */

/* Writes the normal form of `text` into `out`, which has DKIM_DOMAIN_BYTES_MAX + 1 bytes.
 * Returns: false when it is no domain name; `out` is then the empty string. */
bool dkim_domain_normalize(Slice text, char *out);

/* Whether `name` is `domain` or lies below it; both are normal. */
bool dkim_domain_is_within(const char *name, const char *domain);
