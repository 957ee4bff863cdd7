/* domainkeys_signature.h - what one DomainKey-Signature field says.
 *
 * Reads RFC 4870 section 3.3. Decides whether the field can be checked at all; checking is
 * domainkeys.c. The tags a b c d h q s; others are ignored.
 *
 * Memory: a DomainKeysSignature borrows from the field's bytes; what had to be decoded it has.
 * Errors: `signature.fault` is the first reason why the field is no usable signature; every tag
 * that could be read is there all the same.
 * Limits: those of dkim_tag.h, and DKIM_SIGNED_NAMES_MAX names in h=.
 */
#pragma once

#include "schema/dkim_signature.h"
#include "schema/domainkeys_canon.h"

typedef struct {
    DkimSignature signature; /* a= is rsa-sha1; bh=, c=, i=, l=, t= and x= are not used */
    bool has_signed_fields;  /* without h=, all fields below are signed */
    DomainKeysCanon canon;
} DomainKeysSignature;

/* Reads the value of a DomainKey-Signature field. Always fills `signature`; look at its fault.
 */
void domainkeys_signature_parse(Slice value, DomainKeysSignature *signature);
