/* SPDX-License-Identifier: MIT */
#include "schema/arc_verdict.h"

#include <glib.h>
#include <string.h>

/* A chain, one group of three letters a set: cv=, seal, message signature.
 * cv=: n(one) p(ass) f(ail) -(unknown); results: p(ass) f(ail) k (nokey) t(emperror)
 * e (permerror). */
typedef struct {
    const char *sets;
    const char *result;
    const char *reason;
} ChainCase;

static const ChainCase cases[] = {
    {"", "none", ""},
    {"npp", "pass", "the chain verifies"},
    {"npp ppp", "pass", "the chain verifies"},
    {"npf ppp", "pass", "the chain verifies"},
    {"npe ppp", "pass", "the chain verifies"},
    {"npk ppp", "pass", "the chain verifies"},
    {"npp ppf", "fail", "the newest message signature does not hold"},
    {"nfp ppp", "fail", "a seal does not hold"},
    {"nep ppp", "fail", "a seal does not hold"},
    {"npp pfp", "fail", "a seal does not hold"},
    {"nkp", "nokey", "a key is not known"},
    {"npk", "nokey", "a key is not known"},
    {"npt", "nokey", "a key is not known"},
    {"nkp ppp", "nokey", "a key is not known"},
    {"nkp pfp", "fail", "a seal does not hold"},
    {"nfk ppk", "fail", "a seal does not hold"},
    {"ppp", "fail", "a seal has the wrong chain state (cv=)"},
    {"-pp", "fail", "a seal has the wrong chain state (cv=)"},
    {"npp npp", "fail", "a seal has the wrong chain state (cv=)"},
    {"fpp ppp", "fail", "a seal has the wrong chain state (cv=)"},
    {"fpp", "fail", "the newest seal says that the chain was broken (cv=fail)"},
    {"npp fpp", "fail", "the newest seal says that the chain was broken (cv=fail)"},
};

static ArcCv cv_of(char letter)
{
    return letter == 'n'   ? ARC_CV_NONE
           : letter == 'p' ? ARC_CV_PASS
           : letter == 'f' ? ARC_CV_FAIL
                           : ARC_CV_UNKNOWN;
}

static DkimResult result_of(char letter)
{
    return letter == 'p'   ? DKIM_RESULT_PASS
           : letter == 'f' ? DKIM_RESULT_FAIL
           : letter == 'k' ? DKIM_RESULT_NOKEY
           : letter == 't' ? DKIM_RESULT_TEMPERROR
                           : DKIM_RESULT_PERMERROR;
}

static void test_chains(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) words = g_strsplit(cases[i].sets, " ", -1);
        const size_t n_sets = g_strv_length(words);
        ArcVerdictInput sets[ARC_SET_MAX];
        g_assert_cmpuint(n_sets, <=, ARC_SET_MAX);
        for (size_t n = 0; n < n_sets; n++) {
            sets[n] = (ArcVerdictInput){.cv = cv_of(words[n][0]),
                                        .seal = result_of(words[n][1]),
                                        .message = result_of(words[n][2])};
        }
        g_test_message("%s", cases[i].sets);
        const ArcVerdict verdict = arc_verdict_of(sets, n_sets);
        g_assert_cmpstr(arc_result_word(verdict.result), ==, cases[i].result);
        g_assert_cmpstr(verdict.reason, ==, cases[i].reason);
    }
}

static void test_cv_words(void)
{
    g_assert_cmpstr(arc_cv_word(ARC_CV_UNKNOWN), ==, "");
    g_assert_cmpstr(arc_cv_word(ARC_CV_NONE), ==, "none");
    g_assert_cmpstr(arc_cv_word(ARC_CV_PASS), ==, "pass");
    g_assert_cmpstr(arc_cv_word(ARC_CV_FAIL), ==, "fail");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arc_verdict/a_chain_follows_from_its_sets", test_chains);
    g_test_add_func("/arc_verdict/cv_words_are_those_of_the_rfc", test_cv_words);
    return g_test_run();
}
