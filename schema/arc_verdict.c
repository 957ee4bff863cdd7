/* SPDX-License-Identifier: MIT */
#include "schema/arc_verdict.h"

#include <glib.h>

static const char *const result_words[ARC_RESULT_COUNT] = {
    [ARC_RESULT_NONE] = "none",
    [ARC_RESULT_FAIL] = "fail",
    [ARC_RESULT_NOKEY] = "nokey",
    [ARC_RESULT_PASS] = "pass",
};

static const char *const cv_words[ARC_CV_COUNT] = {
    [ARC_CV_UNKNOWN] = "",
    [ARC_CV_NONE] = "none",
    [ARC_CV_PASS] = "pass",
    [ARC_CV_FAIL] = "fail",
};

/* A key may still settle it. */
static bool is_open(DkimResult result)
{
    return result == DKIM_RESULT_NOKEY || result == DKIM_RESULT_TEMPERROR;
}

static bool is_bad(DkimResult result)
{
    return result != DKIM_RESULT_PASS && !is_open(result);
}

/* Step 3 C: 'For ARC Sets with instance values > 1, the values MUST be "pass". For the ARC Set
 * with instance value = 1, the value MUST be "none".' */
static bool has_wrong_cv(const ArcVerdictInput *sets, size_t n_sets)
{
    for (size_t i = 0; i < n_sets; i++) {
        if (sets[i].cv != (i == 0 ? ARC_CV_NONE : ARC_CV_PASS)) {
            return true;
        }
    }
    return false;
}

ArcVerdict arc_verdict_of(const ArcVerdictInput *sets, size_t n_sets)
{
    if (n_sets == 0) {
        return (ArcVerdict){ARC_RESULT_NONE, ""};
    }
    const ArcVerdictInput *newest = &sets[n_sets - 1];
    if (newest->cv == ARC_CV_FAIL) {
        return (ArcVerdict){ARC_RESULT_FAIL,
                            "the newest seal says that the chain was broken (cv=fail)"};
    }
    if (has_wrong_cv(sets, n_sets)) {
        return (ArcVerdict){ARC_RESULT_FAIL, "a seal has the wrong chain state (cv=)"};
    }
    if (is_bad(newest->message)) {
        return (ArcVerdict){ARC_RESULT_FAIL, "the newest message signature does not hold"};
    }
    bool any_open = is_open(newest->message);
    for (size_t i = n_sets; i-- > 0;) {
        if (is_bad(sets[i].seal)) {
            return (ArcVerdict){ARC_RESULT_FAIL, "a seal does not hold"};
        }
        any_open = any_open || is_open(sets[i].seal);
    }
    return any_open ? (ArcVerdict){ARC_RESULT_NOKEY, "a key is not known"}
                    : (ArcVerdict){ARC_RESULT_PASS, "the chain verifies"};
}

const char *arc_result_word(ArcResult result)
{
    g_assert(result < ARC_RESULT_COUNT);
    return result_words[result];
}

const char *arc_cv_word(ArcCv cv)
{
    g_assert(cv < ARC_CV_COUNT);
    return cv_words[cv];
}
