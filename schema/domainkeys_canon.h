/* domainkeys_canon.h - the canonical form of fields and bodies that DomainKeys signs.
 *
 * Writes what RFC 4870 section 3.4.2 says is hashed, onto the writer of dkim_canon.h. Not those
 * of DKIM: "nofws" leaves out all white space, and an empty body takes the line between header
 * and body with it. A bare LF is read as CRLF.
 *
 * Memory: constant, but for the writer's buffer.
 */
#pragma once

#include "schema/dkim_canon.h"

typedef enum {
    DOMAINKEYS_CANON_SIMPLE,
    DOMAINKEYS_CANON_NOFWS,
    DOMAINKEYS_CANON_COUNT
} DomainKeysCanon;

/* Writes a field, CRLF included. `whole` as in RawField. */
void domainkeys_canon_field(DkimCanonWriter *writer, DomainKeysCanon canon, Slice whole);

/* Writes the line between header and body, and the body without the empty lines at its end;
 * nothing when there are only such lines. Flushes. */
void domainkeys_canon_body(DkimCanonWriter *writer, DomainKeysCanon canon, Slice body);

/* "simple", "nofws". Returns: (transfer none) a constant. */
const char *domainkeys_canon_word(DomainKeysCanon canon);
