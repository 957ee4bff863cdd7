/* arc_set.h - the ARC fields of one message, sorted into their sets.
 *
 * RFC 8617 section 4.2: each set has exactly one ARC-Authentication-Results, one
 * ARC-Message-Signature and one ARC-Seal with its instance, and the instances run from 1
 * without a gap. Decides that; whether the signatures hold is arc.c.
 *
 * Memory: borrows from the RawMessage; keeps its tables between messages.
 * Limits: ARC_SET_MAX sets. Threads: one a thread.
 */
#pragma once

#include "schema/arc_results.h"
#include "schema/arc_signature.h"
#include "schema/raw_message.h"

typedef enum { ARC_FIELD_RESULTS, ARC_FIELD_MESSAGE, ARC_FIELD_SEAL, ARC_FIELD_COUNT } ArcField;

typedef struct {
    const RawField *fields[ARC_FIELD_COUNT]; /* NULL: missing; the first of several */
    bool has_duplicate;
    ArcResults results; /* what each says; only when it is there */
    ArcSignature message;
    ArcSignature seal;
} ArcSet;

typedef struct {
    ArcSet sets[ARC_SET_MAX]; /* by instance - 1 */
    size_t n_sets;            /* the highest instance seen */
    size_t n_bytes;           /* of all ARC fields */
    const char *fault;        /* constant words why this is no chain; NULL when it is one */
    ArcSignature scratch;
} ArcSets;

/* Whether the message has any ARC field. Costs a look at the lengths of the names. */
bool arc_is_present(const RawMessage *message);

/* Sorts the ARC fields of `message` into `sets`, whatever it held. */
void arc_sets_collect(const RawMessage *message, ArcSets *sets);

/* Whether the set at `instance`, which is not above n_sets, has each field exactly once. */
bool arc_set_is_complete(const ArcSets *sets, size_t instance);

/* Whether the set at `instance` has any field. */
bool arc_set_exists(const ArcSets *sets, size_t instance);
