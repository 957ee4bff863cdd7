/* SPDX-License-Identifier: MIT */
#include "indexer/arc.h"

#include <glib.h>

#include "dkim_signer.h"

#define MESSAGE                                                                                \
    "From: A <a@author.example>\r\nTo: list@example.net\r\nSubject: hi\r\nDate: x\r\n\r\n"     \
    "body text\r\n"
#define RESULTS      "mx.sealer.example; dkim=pass header.i=@author.example"
#define MESSAGE_TAGS "a=rsa-sha256; c=relaxed/relaxed; d=sealer.example; s=s; h=from:to:subject"
#define SEAL_TAGS    "a=rsa-sha256; d=sealer.example; s=s; cv="

static const ArcSetPlan first = {"1", RESULTS, MESSAGE_TAGS, SEAL_TAGS "none"};
static const ArcSetPlan second = {"2", RESULTS, MESSAGE_TAGS, SEAL_TAGS "pass"};

static const char rfc8463_rsa_key[] =
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQ"
    "iY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZy"
    "VYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

static DkimSigner *signer;
static KeyStore *keys;
static MailRecord record;

static void check_with(const KeyStore *store, const char *text)
{
    const size_t len = strlen(text);
    g_autofree char *copy = g_memdup2(text, len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(copy, len));
    mail_record_clear(&record);
    g_autoptr(ArcVerifier) verifier = arc_verifier_new(store);
    arc_verifier_check(verifier, &message, &record);
    raw_message_clear(&message);
}

static void check(const char *text)
{
    check_with(keys, text);
}

static const RecordArcSet *set_at(guint at)
{
    g_assert_cmpuint(at, <, record.arc_sets->len);
    return &g_array_index(record.arc_sets, RecordArcSet, at);
}

static void assert_chain(const char *result, const char *reason)
{
    g_autofree char *found = slice_dup(record.arc_reason);
    g_test_message("%s", found);
    g_assert_cmpstr(arc_result_word(record.arc), ==, result);
    g_assert_cmpstr(found, ==, reason);
}

static void assert_results(guint at, DkimResult seal, DkimResult message)
{
    g_assert_cmpstr(dkim_result_word(set_at(at)->seal.result), ==, dkim_result_word(seal));
    g_assert_cmpstr(dkim_result_word(set_at(at)->message.result), ==,
                    dkim_result_word(message));
}

static char *add_set(const ArcSetPlan *plan, const char *message)
{
    return dkim_signer_add_arc_set(signer, plan, message);
}

static char *chain_of_two(void)
{
    g_autofree char *one = add_set(&first, MESSAGE);
    return add_set(&second, one);
}

static char *replaced(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, 2);
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    return g_strjoinv(to, parts);
}

static void test_a_message_without_arc_has_none(void)
{
    check(MESSAGE);
    assert_chain("none", "");
    g_assert_cmpuint(record.arc_sets->len, ==, 0);
}

static void test_chains_of_one_and_two_pass(void)
{
    g_autofree char *one = add_set(&first, MESSAGE);
    check(one);
    assert_chain("pass", "the chain verifies");
    const RecordArcSet *set = set_at(0);
    g_assert_cmpuint(set->instance, ==, 1);
    g_assert_cmpint(set->cv, ==, ARC_CV_NONE);
    g_assert_true(slice_equal(set->authserv_id, SLICE_LITERAL("mx.sealer.example")));
    g_assert_true(slice_equal(set->results, SLICE_LITERAL(RESULTS)));
    g_assert_true(slice_equal(set->seal.domain, SLICE_LITERAL("sealer.example")));
    g_assert_true(slice_equal(set->signed_fields, SLICE_LITERAL("from:to:subject")));
    g_assert_true(slice_equal(set->canonicalization, SLICE_LITERAL("relaxed/relaxed")));
    g_assert_cmpuint(set->seal.digest.len, ==, 32);
    g_assert_cmpuint(set->seal.signature.len, ==, 128);
    g_assert_cmpuint(set->message.digest.len, ==, 32);
    g_assert_cmpint(set->body_ok, ==, TRI_YES);
    g_assert_cmpint(set->seal.key, ==, 0);

    g_autofree char *two = chain_of_two();
    check(two);
    assert_chain("pass", "the chain verifies");
    assert_results(0, DKIM_RESULT_PASS, DKIM_RESULT_PASS);
    assert_results(1, DKIM_RESULT_PASS, DKIM_RESULT_PASS);
}

static void test_a_mailbox_may_have_changed_the_line_ends(void)
{
    g_autofree char *two = chain_of_two();
    g_auto(GStrv) lines = g_strsplit(two, "\r\n", -1);
    g_autofree char *lf = g_strjoinv("\n", lines);
    check(lf);
    assert_chain("pass", "the chain verifies");
}

static void test_ed25519_seals(void)
{
    g_autoptr(DkimSigner) ed25519 = dkim_signer_new(0);
    g_autoptr(KeyStore) store = key_store_new();
    g_autofree char *text = g_strconcat("k=ed25519; p=", dkim_signer_public_key(ed25519), NULL);
    key_store_add(store, "s", "sealer.example", text, NULL);
    const ArcSetPlan plan = {"1", RESULTS,
                             "a=ed25519-sha256; d=sealer.example; s=s; c=simple; h=from",
                             "a=ed25519-sha256; d=sealer.example; s=s; cv=none"};
    g_autofree char *one = dkim_signer_add_arc_set(ed25519, &plan, MESSAGE);
    check_with(store, one);
    assert_chain("pass", "the chain verifies");
}

/* A list changes the message, then seals it: what the first sealer signed is gone, and the
 * chain says so and stands. */
static void test_a_change_between_sets_keeps_the_chain(void)
{
    g_autofree char *one = add_set(&first, MESSAGE);
    g_autofree char *changed = replaced(one, "Subject: hi", "Subject: [list] hi");
    g_autofree char *two = add_set(&second, changed);
    check(two);
    assert_chain("pass", "the chain verifies");
    assert_results(0, DKIM_RESULT_PASS, DKIM_RESULT_FAIL);
    assert_results(1, DKIM_RESULT_PASS, DKIM_RESULT_PASS);
}

static void test_a_change_after_the_last_set_breaks_it(void)
{
    g_autofree char *two = chain_of_two();
    g_autofree char *header = replaced(two, "Subject: hi", "Subject: ho");
    check(header);
    assert_chain("fail", "the newest message signature does not hold");
    g_autofree char *body = replaced(two, "body text", "body test");
    check(body);
    assert_chain("fail", "the newest message signature does not hold");
    g_assert_cmpint(set_at(1)->body_ok, ==, TRI_NO);
    g_autofree char *results = replaced(two, "dkim=pass", "dkim=fail");
    check(results);
    assert_chain("fail", "a seal does not hold");
    assert_results(1, DKIM_RESULT_FAIL, DKIM_RESULT_PASS);
    assert_results(0, DKIM_RESULT_PASS, DKIM_RESULT_PASS);
}

static void test_without_keys_nothing_is_said_against_it(void)
{
    g_autoptr(KeyStore) none = key_store_new();
    g_autofree char *two = chain_of_two();
    check_with(none, two);
    assert_chain("nokey", "a key is not known");
    assert_results(0, DKIM_RESULT_NOKEY, DKIM_RESULT_NOKEY);
    g_assert_cmpint(set_at(0)->seal.key, ==, -1);
    g_assert_cmpuint(set_at(0)->seal.digest.len, ==, 32);
    g_autofree char *body = replaced(two, "body text", "body test");
    check_with(none, body);
    assert_chain("fail", "the newest message signature does not hold");
}

static void test_keys_of_another_name_are_not_tried(void)
{
    g_autoptr(KeyStore) store = key_store_new();
    g_autofree char *text = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(store, "s", "other.example", text, NULL);
    g_autofree char *one = add_set(&first, MESSAGE);
    check_with(store, one);
    assert_chain("nokey", "a key is not known");
}

static void test_weak_keys_are_no_keys(void)
{
    g_autoptr(DkimSigner) weak = dkim_signer_new(768);
    g_autoptr(KeyStore) store = key_store_new();
    g_autofree char *text = g_strconcat("p=", dkim_signer_public_key(weak), NULL);
    key_store_add(store, "s", "sealer.example", text, NULL);
    g_autofree char *one = dkim_signer_add_arc_set(weak, &first, MESSAGE);
    check_with(store, one);
    assert_chain("fail", "the newest message signature does not hold");
    assert_results(0, DKIM_RESULT_PERMERROR, DKIM_RESULT_PERMERROR);
}

/* RFC 8617 5.1.2: such a seal signs its own set alone. */
static void test_a_seal_of_a_broken_chain_verifies_and_fails(void)
{
    const ArcSetPlan broken = {"2", RESULTS, MESSAGE_TAGS, SEAL_TAGS "fail"};
    g_autofree char *one = add_set(&first, MESSAGE);
    g_autofree char *two = add_set(&broken, one);
    check(two);
    assert_chain("fail", "the newest seal says that the chain was broken (cv=fail)");
    assert_results(1, DKIM_RESULT_PASS, DKIM_RESULT_PASS);
    g_autofree char *other = replaced(two, "ARC-Seal: i=1", "ARC-Seal: i=3");
    check(other);
    assert_results(1, DKIM_RESULT_PASS, DKIM_RESULT_PASS);
}

static void test_without_c_both_defaults_are_tried(void)
{
    const ArcSetPlan plan = {"1", RESULTS, "a=rsa-sha256; d=sealer.example; s=s; h=subject",
                             SEAL_TAGS "none"};
    g_autofree char *simple = add_set(&plan, MESSAGE);
    check(simple);
    assert_chain("pass", "the chain verifies");
    g_assert_true(slice_equal(set_at(0)->canonicalization, SLICE_LITERAL("simple/simple")));
    g_autofree char *changed = replaced(simple, "Subject: hi", "Subject:  hi");
    check(changed);
    assert_chain("fail", "the newest message signature does not hold");
    g_assert_true(slice_equal(set_at(0)->canonicalization, SLICE_LITERAL("simple/simple")));
}

/* A chain of two with one place changed. */
typedef struct {
    const char *name;
    const char *from;
    const char *to;
    const char *reason;
} StructureCase;

static const StructureCase structures[] = {
    {"a_field_is_missing", "ARC-Authentication-Results: i=1", "X: i=1",
     "a set lacks one of its three fields"},
    {"a_field_is_of_another_set", "ARC-Authentication-Results: i=1",
     "ARC-Authentication-Results: i=2", "a set has a field twice"},
    {"a_field_of_a_later_set", "ARC-Authentication-Results: i=1",
     "ARC-Authentication-Results: i=50", "a set lacks one of its three fields"},
    {"an_instance_of_zero", "ARC-Seal: i=1", "ARC-Seal: i=0",
     "the instance (i=) of a field cannot be read"},
    {"an_instance_of_51", "ARC-Seal: i=1", "ARC-Seal: i=51", "there are more than 50 sets"},
    {"an_instance_of_three_digits", "ARC-Seal: i=1", "ARC-Seal: i=001",
     "the instance (i=) of a field cannot be read"},
    {"no_instance", "ARC-Message-Signature: i=1;",
     "ARC-Message-Signature:", "the instance (i=) of a field cannot be read"},
    {"an_instance_in_upper_case", "ARC-Message-Signature: i=1;", "ARC-Message-Signature: I=1;",
     "the instance (i=) of a field cannot be read"},
    {"results_without_a_semicolon", "Results: i=2; mx", "Results: i=2 mx",
     "the instance (i=) of a field cannot be read"},
    {"results_with_the_instance_last", "Results: i=2; mx.sealer.example",
     "Results: mx.sealer.example; i=2", "the instance (i=) of a field cannot be read"},
    {"a_wrong_first_state", "cv=none", "cv=pass", "a seal has the wrong chain state (cv=)"},
    {"an_unknown_state", "cv=none", "cv=good", "a seal has the wrong chain state (cv=)"},
    {"no_state", "cv=none", "x=none", "a seal has the wrong chain state (cv=)"},
    {"signed_fields_in_a_seal", "s=s; cv=none", "s=s; cv=none; h=from", "a seal does not hold"},
    {"rsa_sha1_in_a_seal", "rsa-sha256; d=sealer.example; s=s; cv=none",
     "rsa-sha1; d=sealer.example; s=s; cv=none", "a seal does not hold"},
    {"an_unknown_domain_in_a_seal", "d=sealer.example; s=s; cv=pass", "d=a..b; s=s; cv=pass",
     "a seal does not hold"},
    {"rsa_sha1_in_a_message_signature", "rsa-sha256; c", "rsa-sha1; c",
     "the newest message signature does not hold"},
    {"seals_among_the_signed_fields", "h=from:to", "h=from:ARC-Seal:to",
     "the newest message signature does not hold"},
    {"a_tag_twice", "s=s; h=from", "s=s; s=s; h=from",
     "the newest message signature does not hold"},
};

static void test_structure(gconstpointer data)
{
    const StructureCase *test = data;
    g_autofree char *two = chain_of_two();
    g_autofree char *changed = replaced(two, test->from, test->to);
    check(changed);
    assert_chain("fail", test->reason);
}

static void test_comments_and_order_are_free(void)
{
    const ArcSetPlan plan = {
        "1 (a (nested) comment)", "(of) mx.sealer.example 1 (version); spf=none",
        MESSAGE_TAGS "; v=1; w=unknown", "a=rsa-sha256; cv=NONE; s=s; d=Sealer.example; y=1"};
    g_autofree char *one = add_set(&plan, MESSAGE);
    check(one);
    assert_chain("pass", "the chain verifies");
    g_assert_true(slice_equal(set_at(0)->authserv_id, SLICE_LITERAL("mx.sealer.example")));
}

static void test_the_instance_may_stand_anywhere_in_a_seal(void)
{
    g_autofree char *two = chain_of_two();
    g_autofree char *moved = replaced(two, "i=2; a=rsa-sha256; d=sealer.example; s=s; cv=pass",
                                      "a=rsa-sha256; d=sealer.example; s=s; i=2; cv=pass");
    check(moved);
    assert_chain("fail", "a seal does not hold");
    g_assert_cmpuint(record.arc_sets->len, ==, 2);
    g_assert_cmpint(set_at(1)->seal.result, ==, DKIM_RESULT_FAIL);
}

static void test_fifty_sets_are_checked(void)
{
    char *text = g_strdup(MESSAGE);
    for (int i = 1; i <= ARC_SET_MAX; i++) {
        g_autofree char *instance = g_strdup_printf("%d", i);
        const ArcSetPlan plan = {instance, RESULTS, MESSAGE_TAGS,
                                 i == 1 ? SEAL_TAGS "none" : SEAL_TAGS "pass"};
        char *longer = add_set(&plan, text);
        g_free(text);
        text = longer;
    }
    check(text);
    assert_chain("pass", "the chain verifies");
    g_assert_cmpuint(record.arc_sets->len, ==, ARC_SET_MAX);
    g_free(text);
}

static void test_huge_fields_are_not_hashed(void)
{
    g_autofree char *huge = g_strnfill(ARC_BYTES_MAX, 'x');
    const ArcSetPlan plan = {"1", huge, MESSAGE_TAGS, SEAL_TAGS "none"};
    g_autofree char *one = add_set(&plan, MESSAGE);
    check(one);
    assert_chain("fail", "the ARC fields are too large to check");
    assert_results(0, DKIM_RESULT_POLICY, DKIM_RESULT_POLICY);
    g_assert_cmpuint(set_at(0)->results.len, ==, ARC_RESULTS_TEXT_MAX);
}

static void test_results_are_kept_as_one_valid_line(void)
{
    const ArcSetPlan plan = {"1", "\"mx (1)\";\r\n\tspf=pass\r\n  \xFFx", MESSAGE_TAGS,
                             SEAL_TAGS "none"};
    g_autofree char *one = add_set(&plan, MESSAGE);
    check(one);
    assert_chain("pass", "the chain verifies");
    g_assert_true(slice_equal(set_at(0)->authserv_id, SLICE_LITERAL("mx (1)")));
    g_assert_true(
        slice_equal(set_at(0)->results, SLICE_LITERAL("\"mx (1)\"; spf=pass \xEF\xBF\xBDx")));
}

/* Seeds of fuzz_arc: made by another program, with the keys of RFC 8463 appendix A. */
static void test_chains_made_elsewhere_pass(void)
{
    static const char *const names[] = {"one_set", "two_sets"};
    const char *source = g_getenv("WAXSEAL_SOURCE_DIR");
    if (source == NULL) {
        g_test_skip("WAXSEAL_SOURCE_DIR is not set");
        return;
    }
    g_autoptr(KeyStore) store = key_store_new();
    key_store_add(store, "brisbane", "football.example.com",
                  "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", NULL);
    key_store_add(store, "test", "football.example.com", rfc8463_rsa_key, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            g_build_filename(source, "tests", "fuzz", "seeds", "arc", names[i], NULL);
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;
        g_file_get_contents(path, &text, NULL, &error);
        g_assert_no_error(error);
        check_with(store, text);
        assert_chain("pass", "the chain verifies");
        g_assert_cmpuint(record.arc_sets->len, ==, i + 1);
    }
}

static void add_tests(void)
{
    static const struct {
        const char *path;
        GTestFunc func;
    } tests[] = {
        {"/arc/a_message_without_arc_has_none", test_a_message_without_arc_has_none},
        {"/arc/chains_of_one_and_two_pass", test_chains_of_one_and_two_pass},
        {"/arc/line_ends_may_have_changed", test_a_mailbox_may_have_changed_the_line_ends},
        {"/arc/chains_made_elsewhere_pass", test_chains_made_elsewhere_pass},
        {"/arc/ed25519_seals", test_ed25519_seals},
        {"/arc/a_change_between_sets_keeps_it", test_a_change_between_sets_keeps_the_chain},
        {"/arc/a_change_after_the_last_breaks_it", test_a_change_after_the_last_set_breaks_it},
        {"/arc/without_keys_nothing_is_said", test_without_keys_nothing_is_said_against_it},
        {"/arc/keys_of_another_name_are_not_tried", test_keys_of_another_name_are_not_tried},
        {"/arc/weak_keys_are_no_keys", test_weak_keys_are_no_keys},
        {"/arc/a_seal_of_a_broken_chain", test_a_seal_of_a_broken_chain_verifies_and_fails},
        {"/arc/without_c_both_defaults_are_tried", test_without_c_both_defaults_are_tried},
        {"/arc/comments_and_order_are_free", test_comments_and_order_are_free},
        {"/arc/the_instance_may_stand_anywhere",
         test_the_instance_may_stand_anywhere_in_a_seal},
        {"/arc/fifty_sets_are_checked", test_fifty_sets_are_checked},
        {"/arc/huge_fields_are_not_hashed", test_huge_fields_are_not_hashed},
        {"/arc/results_are_kept_as_one_valid_line", test_results_are_kept_as_one_valid_line},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_test_add_func(tests[i].path, tests[i].func);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(structures); i++) {
        g_autofree char *path = g_strconcat("/arc/structure/", structures[i].name, NULL);
        g_test_add_data_func(path, &structures[i], test_structure);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mail_record_init(&record);
    signer = dkim_signer_new(1024);
    keys = key_store_new();
    g_autofree char *text = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", "sealer.example", text, NULL);
    add_tests();
    const int status = g_test_run();
    mail_record_destroy(&record);
    dkim_signer_free(signer);
    key_store_free(keys);
    return status;
}
