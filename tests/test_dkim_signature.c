/* SPDX-License-Identifier: MIT */
#include "schema/dkim_signature.h"

#include <glib.h>

#include "indexer/dkim_alignment.h"

#define BH   "bh=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
#define BASE "v=1; a=rsa-sha256; d=example.org; s=sel; h=from; " BH "; b=AQID"

typedef struct {
    const char *name;
    const char *value;
    const char *fault; /* NULL: none */
} Case;

static const Case cases[] = {
    {"the_required_tags_are_enough", BASE, NULL},
    {"tags_may_stand_in_any_order",
     "b=AQID; " BH "; h=from; s=sel; d=example.org; a=rsa-sha256; v=1", NULL},
    {"unknown_tags_are_ignored", BASE "; zz=1; z=From:x", NULL},
    {"a_duplicate_tag_is_a_fault", BASE "; s=sel", "a tag occurs twice"},
    {"an_empty_tag_is_a_fault", BASE ";; t=1", "not a tag list"},
    {"v_is_required", "a=rsa-sha256; d=e.org; s=s; h=from; " BH "; b=AQID", "no version (v=)"},
    {"v_01_is_not_1", "v=01; a=rsa-sha256; d=e.org; s=s; h=from; " BH "; b=AQID",
     "unknown signature version (v=)"},
    {"v_2_is_unknown", "v=2; a=rsa-sha256; d=e.org; s=s; h=from; " BH "; b=AQID",
     "unknown signature version (v=)"},
    {"v_must_not_be_empty", "v=; a=rsa-sha256; d=e.org; s=s; h=from; " BH "; b=AQID",
     "unknown signature version (v=)"},
    {"a_is_required", "v=1; d=e.org; s=s; h=from; " BH "; b=AQID", "no algorithm (a=)"},
    {"a_must_be_known", "v=1; a=rsa-md5; d=e.org; s=s; h=from; " BH "; b=AQID",
     "unknown algorithm (a=)"},
    {"a_must_not_be_empty", "v=1; a=; d=e.org; s=s; h=from; " BH "; b=AQID",
     "unknown algorithm (a=)"},
    {"rsa_sha512_is_not_defined", "v=1; a=rsa-sha512; d=e.org; s=s; h=from; " BH "; b=AQID",
     "unknown algorithm (a=)"},
    {"d_is_required", "v=1; a=rsa-sha256; s=s; h=from; " BH "; b=AQID", "no domain (d=)"},
    {"d_must_be_a_domain", "v=1; a=rsa-sha256; d=e(x).org; s=s; h=from; " BH "; b=AQID",
     "bad domain (d=)"},
    {"d_has_no_trailing_dot", "v=1; a=rsa-sha256; d=e.org.; s=s; h=from; " BH "; b=AQID",
     "bad domain (d=)"},
    {"d_must_not_be_empty", "v=1; a=rsa-sha256; d=; s=s; h=from; " BH "; b=AQID",
     "bad domain (d=)"},
    {"s_is_required", "v=1; a=rsa-sha256; d=e.org; h=from; " BH "; b=AQID", "no selector (s=)"},
    {"s_must_not_be_empty", "v=1; a=rsa-sha256; d=e.org; s=; h=from; " BH "; b=AQID",
     "bad selector (s=)"},
    {"s_has_no_white_space", "v=1; a=rsa-sha256; d=e.org; s=a b; h=from; " BH "; b=AQID",
     "bad selector (s=)"},
    {"s_may_have_dots_and_underscores",
     "v=1; a=rsa-sha256; d=e.org; s=a_1.b-; h=from; " BH "; b=AQID", NULL},
    {"h_is_required", "v=1; a=rsa-sha256; d=e.org; s=s; " BH "; b=AQID",
     "no list of signed fields (h=)"},
    {"h_must_hold_from", "v=1; a=rsa-sha256; d=e.org; s=s; h=to; " BH "; b=AQID",
     "From is not signed (h=)"},
    {"h_must_not_be_empty", "v=1; a=rsa-sha256; d=e.org; s=s; h=; " BH "; b=AQID",
     "not a list of field names (h=)"},
    {"h_has_no_empty_names", "v=1; a=rsa-sha256; d=e.org; s=s; h=from::to; " BH "; b=AQID",
     "not a list of field names (h=)"},
    {"h_ignores_case_and_white_space",
     "v=1; a=rsa-sha256; d=e.org; s=s; h=To\r\n :\r\n FROM ; " BH "; b=AQID", NULL},
    {"bh_is_required", "v=1; a=rsa-sha256; d=e.org; s=s; h=from; b=AQID", "no body hash (bh=)"},
    {"bh_must_be_as_long_as_the_hash", "v=1; a=rsa-sha1; d=e.org; s=s; h=from; " BH "; b=AQID",
     "the body hash has the wrong length (bh=)"},
    {"bh_must_not_be_empty", "v=1; a=rsa-sha256; d=e.org; s=s; h=from; bh= ; b=AQID",
     "the body hash is empty (bh=)"},
    {"bh_must_be_base64", "v=1; a=rsa-sha256; d=e.org; s=s; h=from; bh=!; b=AQID",
     "the body hash is not base64 (bh=)"},
    {"b_is_required", "v=1; a=rsa-sha256; d=e.org; s=s; h=from; " BH, "no signature (b=)"},
    {"b_must_not_be_empty",
     "v=1; a=rsa-sha256; d=e.org; s=s; h=from; " BH "; b= ", "the signature is empty (b=)"},
    {"b_must_be_base64", "v=1; a=rsa-sha256; d=e.org; s=s; h=from; " BH "; b=A*ID",
     "the signature is not base64 (b=)"},
    {"c_ignores_case", BASE "; c=Relaxed/SIMPLE", NULL},
    {"c_must_be_known", BASE "; c=relaxed/nowsp", "unknown canonicalization (c=)"},
    {"c_must_not_be_empty", BASE "; c=", "unknown canonicalization (c=)"},
    {"i_may_be_below_d", BASE "; i=joe@mail.EXAMPLE.org", NULL},
    {"i_may_have_no_local_part", BASE "; i=@example.org", NULL},
    {"i_is_quoted_printable", BASE "; i=joe=40x@mail=2Eexample=2Eo\r\n rg", NULL},
    {"an_encoded_at_sign_begins_the_domain", BASE "; i=@example.org=40other.org",
     "the identity is not in the signing domain (i=)"},
    {"i_needs_an_at_sign", BASE "; i=example.org", "no address (i=)"},
    {"i_must_not_be_empty", BASE "; i=", "no address (i=)"},
    {"i_may_not_lie_above_d",
     "v=1; a=rsa-sha256; d=mail.e.org; s=s; h=from; i=@e.org; " BH "; b=AQID",
     "the identity is not in the signing domain (i=)"},
    {"i_must_lie_in_d", BASE "; i=@other.org",
     "the identity is not in the signing domain (i=)"},
    {"i_must_not_merely_end_like_d", BASE "; i=@badexample.org",
     "the identity is not in the signing domain (i=)"},
    {"l_is_a_number", BASE "; l=12", NULL},
    {"l_is_not_negative", BASE "; l=-1", "not a length (l=)"},
    {"l_has_at_most_76_digits",
     BASE "; l=99999999999999999999999999999999999999999999999999999999999999999999999999999",
     "not a length (l=)"},
    {"l_is_not_empty", BASE "; l=", "not a length (l=)"},
    {"q_may_be_a_list", BASE "; q=http : dns/txt", NULL},
    {"q_must_hold_dns_txt", BASE "; q=http", "unknown key query method (q=)"},
    {"t_is_a_number", BASE "; t=1e9", "not a time (t=)"},
    {"x_lies_after_t", BASE "; t=20; x=10", "expires before it was made (x=)"},
    {"x_may_stand_alone", BASE "; x=10", NULL},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    const size_t len = strlen(test->value);
    g_autofree char *copy = g_memdup2(test->value, len);
    g_autofree DkimSignature *signature = g_new(DkimSignature, 1);
    dkim_signature_parse(slice_of(copy, len), signature);
    g_assert_cmpstr(signature->fault, ==, test->fault);
}

/* The name that is asked for would end at the NUL, in somebody else's zone. */
static void test_a_nul_in_a_name_is_a_fault(void)
{
    static const Slice values[] = {
        SLICE_LITERAL("v=1; a=rsa-sha256; d=evil.org\0.example.org; s=s; h=from; " BH
                      "; b=AQID"),
        SLICE_LITERAL("v=1; a=rsa-sha256; d=example.org; s=s\0.x; h=from; " BH "; b=AQID"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        DkimSignature signature;
        dkim_signature_parse(values[i], &signature);
        g_assert_cmpstr(signature.fault, ==, "not a tag list");
    }
}

static void test_values_are_read(void)
{
    DkimSignature signature;
    dkim_signature_parse(SLICE_LITERAL("v=1; a=Ed25519-SHA256; d=Example.ORG; s=Sel; "
                                       "h=From : To; c=relaxed; l=00012; t=100; x=200; "
                                       "i=a@x.example.org; " BH "; b= AQ\r\n ID "),
                         &signature);
    g_assert_null(signature.fault);
    g_assert_cmpint(signature.algorithm, ==, DKIM_ALGORITHM_ED25519_SHA256);
    g_assert_cmpstr(signature.domain_name, ==, "example.org");
    g_assert_cmpstr(signature.selector_name, ==, "sel");
    g_assert_true(slice_equal(signature.selector, SLICE_LITERAL("Sel")));
    g_assert_cmpint(signature.header_canon, ==, DKIM_CANON_RELAXED);
    g_assert_cmpint(signature.body_canon, ==, DKIM_CANON_SIMPLE);
    g_assert_cmpuint(signature.body_length, ==, 12);
    g_assert_cmpint(signature.signed_at, ==, 100);
    g_assert_cmpint(signature.expires_at, ==, 200);
    g_assert_cmpuint(signature.n_names, ==, 2);
    g_assert_false(signature.identity_is_domain);
    g_assert_cmpmem(signature.signature, signature.signature_len, "\1\2\3", 3);
    g_assert_true(slice_equal(signature.signature_hole, SLICE_LITERAL(" AQ\r\n ID ")));
}

static void test_a_huge_length_is_saturated(void)
{
    DkimSignature signature;
    dkim_signature_parse(SLICE_LITERAL(BASE "; l=9999999999999999999999999999999999999999999999"
                                            "999999999999999999999999999999"),
                         &signature);
    g_assert_null(signature.fault);
    g_assert_cmpuint(signature.body_length, ==, INT64_MAX);
}

static void test_a_faulty_field_keeps_what_was_read(void)
{
    DkimSignature signature;
    dkim_signature_parse(SLICE_LITERAL("v=2; a=rsa-sha1; d=example.org; s=sel"), &signature);
    g_assert_nonnull(signature.fault);
    g_assert_true(slice_equal(signature.domain, SLICE_LITERAL("example.org")));
    g_assert_cmpstr(signature.selector_name, ==, "sel");
}

static void test_u_labels_become_a_labels(void)
{
    DkimSignature signature;
    dkim_signature_parse(SLICE_LITERAL("v=1; a=rsa-sha256; d=Bücher.example; "
                                       "i=@post.xn--bcher-kva.example; s=sél; h=from; " BH
                                       "; b=AQID"),
                         &signature);
    g_assert_null(signature.fault);
    g_assert_cmpstr(signature.domain_name, ==, "xn--bcher-kva.example");
    g_assert_cmpstr(signature.selector_name, ==, "xn--sl-bja");
}

static void test_too_many_names_are_a_fault(void)
{
    g_autoptr(GString) text = g_string_new(BASE);
    g_string_truncate(text, 0);
    g_string_append(text, "v=1; a=rsa-sha256; d=example.org; s=sel; " BH "; b=AQID; h=from");
    for (int i = 0; i < DKIM_SIGNED_NAMES_MAX; i++) {
        g_string_append(text, ":x");
    }
    DkimSignature signature;
    dkim_signature_parse(slice_of(text->str, text->len), &signature);
    g_assert_cmpstr(signature.fault, ==, "too many field names (h=)");
}

typedef struct {
    const char *domain;
    const char *address;
    bool aligned;
} AlignmentCase;

static const AlignmentCase alignment_cases[] = {
    {"example.org", "joe@example.org", true},
    {"example.org", "joe@News.Example.ORG", true},
    {"mail.example.org", "joe@news.example.org", true},
    {"example.org", "joe@example.net", false},
    {"example.org", "joe@badexample.org", false},
    {"a.co.uk", "joe@b.co.uk", false},
    {"mail.a.co.uk", "joe@a.co.uk", true},
    {"uk", "joe@a.co.uk", false},
    {"org", "joe@example.org", false},
    {"xn--bcher-kva.example", "joe@bücher.example", true},
    {"example.org", "\"x@other.net\"@example.org", true},
    {"example.org", "example.org", false},
    {"example.org", "joe@", false},
    {"example.org", "", false},
};

static void test_alignment(void)
{
    g_autoptr(DkimAlignment) alignment = dkim_alignment_new();
    for (size_t i = 0; i < G_N_ELEMENTS(alignment_cases); i++) {
        const AlignmentCase *test = &alignment_cases[i];
        const bool aligned =
            dkim_alignment_check(alignment, test->domain, slice_of_string(test->address));
        if (aligned != test->aligned) {
            g_test_message("%s and %s", test->domain, test->address);
            g_test_fail();
        }
    }
}

static const struct {
    const char *address;
    const char *name;
    bool is_posing;
} name_cases[] = {
    {"joe@example.org", "", false},
    {"joe@example.org", "Joe Example", false},
    {"joe@example.org", "joe@example.org", false},
    {"joe@example.org", "Joe (joe@news.example.org).", false},
    {"joe@example.org", "joe@home", false},
    {"joe@example.org", "Joe @ Example Inc. at home.net", false},
    {"joe@example.org", "boss@bank.example", true},
    {"joe@example.org", "joe@example.org and boss@bank.example.", true},
    {"joe@example.org", "boss@bank.example via list", true},
    {"joe@example.org", "@@@bank.example", true},
    {"joe", "boss@bank.example", false},
    {"", "boss@bank.example", false},
};

static void test_names_may_pose_as_addresses(void)
{
    g_autoptr(DkimAlignment) alignment = dkim_alignment_new();
    for (size_t i = 0; i < G_N_ELEMENTS(name_cases); i++) {
        const size_t len = strlen(name_cases[i].name);
        g_autofree char *copy = g_memdup2(name_cases[i].name, len);
        g_test_message("%s <%s>", name_cases[i].name, name_cases[i].address);
        g_assert_cmpint(dkim_alignment_is_posing(alignment,
                                                 slice_of_string(name_cases[i].address),
                                                 slice_of(copy, len)),
                        ==, name_cases[i].is_posing);
    }
}

static void test_domains_are_names_of_the_dns(void)
{
    char out[DKIM_DOMAIN_BYTES_MAX + 1];
    g_assert_true(dkim_domain_normalize(SLICE_LITERAL("A_b.C-d"), out));
    g_assert_cmpstr(out, ==, "a_b.c-d");
    g_assert_false(dkim_domain_normalize(SLICE_LITERAL("a\0b.example"), out));
    g_assert_cmpstr(out, ==, "");
    g_assert_false(dkim_domain_normalize(SLICE_LITERAL("a..b"), out));
    g_assert_false(dkim_domain_normalize(SLICE_LITERAL(".a"), out));
    g_assert_false(dkim_domain_normalize(SLICE_LITERAL("a\xFF.example"), out));
    g_autofree char *label = g_strnfill(64, 'a');
    g_assert_false(dkim_domain_normalize(slice_of_string(label), out));
    g_assert_true(dkim_domain_normalize(slice_of(label, 63), out));
    g_assert_true(dkim_domain_is_within("a.b.c", "b.c"));
    g_assert_true(dkim_domain_is_within("b.c", "b.c"));
    g_assert_false(dkim_domain_is_within("ab.c", "b.c"));
    g_assert_false(dkim_domain_is_within("c", "b.c"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_signature/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/dkim_signature/a_nul_in_a_name_is_a_fault",
                    test_a_nul_in_a_name_is_a_fault);
    g_test_add_func("/dkim_signature/values_are_read", test_values_are_read);
    g_test_add_func("/dkim_signature/a_huge_length_is_saturated",
                    test_a_huge_length_is_saturated);
    g_test_add_func("/dkim_signature/a_faulty_field_keeps_what_was_read",
                    test_a_faulty_field_keeps_what_was_read);
    g_test_add_func("/dkim_signature/u_labels_become_a_labels", test_u_labels_become_a_labels);
    g_test_add_func("/dkim_signature/too_many_names_are_a_fault",
                    test_too_many_names_are_a_fault);
    g_test_add_func("/dkim_domain/domains_are_names_of_the_dns",
                    test_domains_are_names_of_the_dns);
    g_test_add_func("/dkim_alignment/organizations_are_compared", test_alignment);
    g_test_add_func("/dkim_alignment/names_may_pose_as_addresses",
                    test_names_may_pose_as_addresses);
    return g_test_run();
}
