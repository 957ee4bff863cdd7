/* SPDX-License-Identifier: MIT */
#include "schema/verdict.h"

#include <glib.h>

#define INPUTS_MAX 3

typedef struct {
    const char *name;
    VerdictInput inputs[INPUTS_MAX];
    size_t n_inputs;
    MessageDkim dkim;
    Level level;
    size_t best;
} Case;

#define PASS(caveats)                                                                          \
    {                                                                                          \
        DKIM_RESULT_PASS, (caveats)                                                            \
    }
#define RESULT(name)                                                                           \
    {                                                                                          \
        DKIM_RESULT_##name, 0                                                                  \
    }
#define ONE_PASS(caveats, n) {PASS(caveats)}, 1, MESSAGE_DKIM_PASS, LEVEL_##n, 0

static const Case cases[] = {
    {"no_signature_is_none", {{0}}, 0, MESSAGE_DKIM_NONE, LEVEL_NONE, SIZE_MAX},
    {"a_pass_without_caveats_is_verified", ONE_PASS(0, VERIFIED)},
    {"rsa_sha1_is_no_bar", ONE_PASS(CAVEAT_BIT(SHA1), VERIFIED)},
    {"an_unsigned_to_is_no_bar", ONE_PASS(CAVEAT_BIT(UNSIGNED_TO), VERIFIED)},
    {"an_unsigned_content_type_is_no_bar",
     ONE_PASS(CAVEAT_BIT(UNSIGNED_CONTENT_TYPE), VERIFIED)},
    {"expiry_before_receipt_is_no_bar", ONE_PASS(CAVEAT_BIT(EXPIRED), VERIFIED)},
    {"a_date_outside_the_keys_window_is_no_bar",
     ONE_PASS(CAVEAT_BIT(OUTSIDE_KEY_WINDOW), VERIFIED)},
    {"a_partial_body_limits", ONE_PASS(CAVEAT_BIT(PARTIAL_BODY), LIMITED)},
    {"a_weak_key_limits", ONE_PASS(CAVEAT_BIT(WEAK_KEY), LIMITED)},
    {"test_mode_limits", ONE_PASS(CAVEAT_BIT(TEST_MODE), LIMITED)},
    {"an_unsigned_subject_limits", ONE_PASS(CAVEAT_BIT(UNSIGNED_SUBJECT), LIMITED)},
    {"an_unsigned_date_limits", ONE_PASS(CAVEAT_BIT(UNSIGNED_DATE), LIMITED)},
    {"an_added_header_limits", ONE_PASS(CAVEAT_BIT(ADDED_HEADER), LIMITED)},
    {"several_authors_limit", ONE_PASS(CAVEAT_BIT(MULTIPLE_FROM), LIMITED)},
    {"a_leaked_key_limits", ONE_PASS(CAVEAT_BIT(LEAKED_KEY), LIMITED)},
    {"a_shared_key_limits", ONE_PASS(CAVEAT_BIT(SHARED_KEY), LIMITED)},
    {"a_repaired_message_is_limited", ONE_PASS(CAVEAT_BIT(REPAIRED), LIMITED)},
    {"an_unaligned_pass_has_no_level", ONE_PASS(CAVEAT_BIT(UNALIGNED), NONE)},
    {"a_recovered_key_gives_no_level", ONE_PASS(CAVEAT_BIT(RECOVERED_KEY), NONE)},
    {"a_failure_has_no_level", {RESULT(FAIL)}, 1, MESSAGE_DKIM_FAIL, LEVEL_NONE, 0},
    {"nokey_is_better_than_fail",
     {RESULT(FAIL), RESULT(NOKEY)},
     2,
     MESSAGE_DKIM_NOKEY,
     LEVEL_NONE,
     1},
    {"fail_is_better_than_an_error",
     {RESULT(PERMERROR), RESULT(FAIL), RESULT(TEMPERROR)},
     3,
     MESSAGE_DKIM_FAIL,
     LEVEL_NONE,
     1},
    {"policy_and_neutral_are_errors",
     {RESULT(POLICY), RESULT(NEUTRAL)},
     2,
     MESSAGE_DKIM_ERROR,
     LEVEL_NONE,
     0},
    {"the_better_of_two_passes_wins",
     {PASS(CAVEAT_BIT(UNALIGNED)), PASS(CAVEAT_BIT(WEAK_KEY)), PASS(CAVEAT_BIT(SHA1))},
     3,
     MESSAGE_DKIM_PASS,
     LEVEL_VERIFIED,
     2},
    {"the_first_of_equals_wins",
     {RESULT(FAIL), PASS(CAVEAT_BIT(SHA1)), PASS(0)},
     3,
     MESSAGE_DKIM_PASS,
     LEVEL_VERIFIED,
     1},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    const Verdict verdict = verdict_of(test->inputs, test->n_inputs);
    g_assert_cmpstr(message_dkim_word(verdict.dkim), ==, message_dkim_word(test->dkim));
    g_assert_cmpstr(level_word(verdict.level), ==, level_word(test->level));
    g_assert_cmpuint(verdict.best, ==, test->best);
    g_assert_cmphex(verdict.caveats, ==,
                    test->best == SIZE_MAX ? 0 : test->inputs[test->best].caveats);
}

static void test_every_value_has_a_word(void)
{
    for (DkimResult result = 0; result < DKIM_RESULT_COUNT; result++) {
        g_assert_nonnull(dkim_result_word(result));
    }
    for (Caveat caveat = 0; caveat < CAVEAT_COUNT; caveat++) {
        g_assert_nonnull(caveat_word(caveat));
        g_assert_nonnull(caveat_sentence(caveat));
    }
    g_assert_cmpstr(caveat_word(CAVEAT_OUTSIDE_KEY_WINDOW), ==, "outside-key-window");
}

static void test_words_are_read_back(void)
{
    for (DkimResult result = 0; result < DKIM_RESULT_COUNT; result++) {
        g_assert_cmpuint(dkim_result_of_word(dkim_result_word(result)), ==, result);
    }
    for (unsigned i = 0; i < CAVEAT_COUNT; i++) {
        g_assert_cmphex(caveat_set_of_words(caveat_word((Caveat)i)), ==, UINT32_C(1) << i);
    }
    const CaveatSet all = (CaveatSet)((UINT64_C(1) << CAVEAT_COUNT) - 1);
    g_autofree char *words = caveat_set_words(all);
    g_assert_cmphex(caveat_set_of_words(words), ==, all);
    g_assert_cmphex(caveat_set_of_words("  weak-key unheard-of sha "), ==,
                    CAVEAT_BIT(WEAK_KEY));
    g_assert_cmphex(caveat_set_of_words(""), ==, 0);
    g_assert_cmpuint(dkim_result_of_word("unheard-of"), ==, DKIM_RESULT_PERMERROR);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/verdict/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/verdict/every_value_has_a_word", test_every_value_has_a_word);
    g_test_add_func("/verdict/words_are_read_back", test_words_are_read_back);
    return g_test_run();
}
