/* bundle_input.h - the exact bytes that a signature of a message is over, to be checked by any
 * other program.
 *
 * DKIM (RFC 6376 section 3.7) and ARC-Message-Signature: the canonical header fields, the
 * signature's own field with an empty b= behind them; and the canonical body, cut at l=.
 * ARC-Seal (RFC 8617 section 5.1.1): the fields of the sets, its own last. DomainKeys (RFC 4870
 * section 3.4.2): header fields and body as one, without its own. Computes no verdict.
 *
 * Memory: a BundleInput owns its bytes, until bundle_input_clear. The message's bytes must
 * outlive the BundleReader. Errors: none; what cannot be made has an `obstacle`.
 */
#pragma once

#include "query/evidence.h"
#include "schema/slice.h"

typedef struct BundleReader BundleReader;

typedef struct {
    const char *obstacle; /* constant words; NULL when the bytes below are there */
    GString *header;      /* what the signature signs */
    size_t field_at;      /* where in `header` the signature's own field begins */
    GString *field;       /* that field, when it is not signed itself (DomainKeys); else NULL */
    GString *body;        /* what bh= is the hash of; NULL when there is no bh= */
    bool is_short;        /* the body is shorter than l= */
    GString *signature;   /* b=, decoded */
} BundleInput;

/* Reads the header of a message. Returns: (transfer full). */
BundleReader *bundle_reader_new(Slice message);

/* The same for a message with damage undone: `fields` (borrowed) takes the place of its header
 * when it is not NULL. */
BundleReader *bundle_reader_new_repaired(Slice message, const GArray *fields);

/* Accepts NULL. */
void bundle_reader_free(BundleReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BundleReader, bundle_reader_free)

/* Makes the bytes of the signature in field number `field`, from 0. They are only given out
 * when the header's digest is `digest`, the one that was judged. Always fills `ret_input`. */
void bundle_reader_make(BundleReader *reader, int64_t field, GBytes *digest,
                        BundleInput *ret_input);

/* The same for DKIM-Signature number `at`, from 0, whatever field that is. With `has_other_end`
 * the line end at the end of the body is left out, or an empty body has one. */
void bundle_reader_make_nth(BundleReader *reader, guint at, GBytes *digest, bool has_other_end,
                            BundleInput *ret_input);

/* Whether the body of an input that was made last has the hash that bh= names. */
bool bundle_reader_body_matches(const BundleReader *reader, const BundleInput *input);

/* The same for the signatures of an ARC set. */
void bundle_reader_make_arc_message(BundleReader *reader, int64_t instance, GBytes *digest,
                                    BundleInput *ret_input);
void bundle_reader_make_seal(BundleReader *reader, int64_t instance, GBytes *digest,
                             BundleInput *ret_input);

/* The same for a DomainKey-Signature. Of the two orders that its fields can be in, it is the
 * one that the key verifies, or that in which they are found in the message. */
void bundle_reader_make_domainkeys(BundleReader *reader, const EvidenceOther *other,
                                   BundleInput *ret_input);

/* Accepts a zeroed input. */
void bundle_input_clear(BundleInput *input);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BundleInput, bundle_input_clear)
