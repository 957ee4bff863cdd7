/* arc_verdict.h - the words of ARC (RFC 8617), and how a chain's validity follows from its
 * sets.
 *
 * Pure functions on plain data: the indexer calls them when a message is read, and again when a
 * key turns up later. A chain whose sets are incomplete, doubled or gapped is not judged here:
 * that is known when the header is read, and no key changes it (arc_set.h of the indexer).
 */
#pragma once

#include "schema/verdict.h"

/* "The maximum number of ARC Sets that can be attached to a message is 50." */
#define ARC_SET_MAX 50

/* The validity of a chain, the worst first. */
typedef enum {
    ARC_RESULT_NONE, /* the message has no ARC fields */
    ARC_RESULT_FAIL,
    ARC_RESULT_NOKEY, /* nothing contradicts the chain, but a key that decides is not known */
    ARC_RESULT_PASS,
    ARC_RESULT_COUNT
} ArcResult;

/* What a seal says of the chain before it (cv=, RFC 8617 section 4.1.3). */
typedef enum {
    ARC_CV_UNKNOWN, /* missing, or no word of the RFC */
    ARC_CV_NONE,
    ARC_CV_PASS,
    ARC_CV_FAIL,
    ARC_CV_COUNT
} ArcCv;

/* What a chain's validity needs to know of one set. */
typedef struct {
    ArcCv cv;
    DkimResult seal;    /* of the ARC-Seal */
    DkimResult message; /* of the ARC-Message-Signature */
} ArcVerdictInput;

typedef struct {
    ArcResult result;
    const char *reason; /* constant words; "" for none */
} ArcVerdict;

/* Judges sets 1 .. n_sets, each complete and in this order (RFC 8617 section 5.2, steps 2 to
 * 7). Of the message signatures only the newest counts: the older ones were made before later
 * hands changed the message. */
ArcVerdict arc_verdict_of(const ArcVerdictInput *sets, size_t n_sets);

/* The words that the archive holds. Returns: (transfer none) a constant. */
const char *arc_result_word(ArcResult result); /* "none", "fail", "nokey", "pass" */
const char *arc_cv_word(ArcCv cv);             /* "", "none", "pass", "fail" */
