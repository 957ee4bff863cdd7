/* bundle_input.h - the exact bytes that a DKIM-Signature of a message is over, to be checked by
 * any other program.
 *
 * RFC 6376 section 3.7: the canonical header fields, the signature's own field with an empty b=
 * behind them; and the canonical body, cut at l=. Computes no verdict.
 *
 * Memory: a BundleInput owns its bytes, until bundle_input_clear. The message's bytes must
 * outlive the BundleReader. Errors: none; what cannot be made has an `obstacle`.
 */
#pragma once

#include "schema/slice.h"

typedef struct BundleReader BundleReader;

typedef struct {
    const char *obstacle; /* constant words; NULL when the bytes below are there */
    GString *header;      /* what the signature signs */
    size_t field_at;      /* where in `header` the signature's own field begins */
    GString *body;        /* what bh= is the hash of */
    bool is_short;        /* the body is shorter than l= */
    GString *signature;   /* b=, decoded */
} BundleInput;

/* Reads the header of a message. Returns: (transfer full). */
BundleReader *bundle_reader_new(Slice message);

/* Accepts NULL. */
void bundle_reader_free(BundleReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BundleReader, bundle_reader_free)

/* Makes the bytes of the signature in field number `field`, from 0. They are only given out
 * when the header's digest is `digest`, the one that was judged. Always fills `ret_input`. */
void bundle_reader_make(BundleReader *reader, int64_t field, GBytes *digest,
                        BundleInput *ret_input);

/* Accepts a zeroed input. */
void bundle_input_clear(BundleInput *input);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BundleInput, bundle_input_clear)
