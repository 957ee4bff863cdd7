/* domainkeys_fields.h - which header fields a DomainKey-Signature covers, and in which order.
 *
 * RFC 4870 section 3.3: without h= all fields below the signature, with h= all of those that it
 * names. Sections 3.4.2.1 and 3.4.2.2 present them "in the order it occurs in the complete
 * email"; section 3.3 says that h= is "in the order presented to the signing algorithm". The
 * two differ when a server has put the fields into another order since (Gmail's always did), so
 * both are given.
 *
 * A name that h= mentions several times takes one field a mention, from the bottom up, and all
 * that are left at its first mention. O((fields + names) log names).
 *
 * Memory: borrows the RawMessage; keeps its arrays for the next signature.
 */
#pragma once

#include "schema/domainkeys_canon.h"
#include "schema/raw_message.h"

typedef struct {
    GPtrArray *as_found;  /* const RawField *, top to bottom */
    GPtrArray *as_listed; /* the same fields in the order of h=; empty when that is the same */
} DomainKeysFields;

/* Both arrays, empty. */
void domainkeys_fields_init(DomainKeysFields *fields);

/* Accepts a zeroed object. */
void domainkeys_fields_clear(DomainKeysFields *fields);

/* Finds the fields for the signature `self`, a field of `message`. `list` is h=, NULL when
 * there is none. */
void domainkeys_fields_find(DomainKeysFields *fields, const RawMessage *message,
                            const RawField *self, const Slice *list);

/* Writes the canonical form of `list`, one of the two orders, and of the body, which are signed
 * as one (RFC 4870 section 3.4.2). */
void domainkeys_fields_write(DkimCanonWriter *writer, DomainKeysCanon canon,
                             const GPtrArray *list, Slice body);

/* The topmost covered field of that name. Returns: (transfer none) NULL if there is none. */
const RawField *domainkeys_fields_first(const DomainKeysFields *fields, Slice name);
