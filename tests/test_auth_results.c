/* SPDX-License-Identifier: MIT */
#include "schema/auth_results.h"

#include <glib.h>

typedef struct {
    const char *name;
    const char *value;
    const char *claims; /* "authserv-id|method=result|reason|properties", one a line */
} Case;

static const Case cases[] = {
    /* RFC 8601 appendix B */
    {"rfc8601_b2_no_result", " example.org 1; none", "example.org|=none||\n"},
    {"rfc8601_b3_one_result", " example.com;\r\n  spf=pass smtp.mailfrom=example.net",
     "example.com|spf=pass||smtp.mailfrom=example.net\n"},
    {"rfc8601_b4_several_results",
     " example.com;\r\n  auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
     "  spf=pass smtp.mailfrom=example.net",
     "example.com|auth=pass|cram-md5|smtp.auth=sender@example.net\n"
     "example.com|spf=pass||smtp.mailfrom=example.net\n"},
    {"rfc8601_b5_reason",
     " example.com;\r\n  dkim=pass reason=\"good signature\"\r\n"
     "    header.i=@mail-router.example.net;\r\n"
     "  dkim=fail reason=\"bad signature\"\r\n    header.i=@newyork.example.com",
     "example.com|dkim=pass|good signature|header.i=@mail-router.example.net\n"
     "example.com|dkim=fail|bad signature|header.i=@newyork.example.com\n"},
    {"rfc8601_b6_comments_everywhere",
     " foo.example.net (foobar) 1 (baz);\r\n  dkim (Because I like it) / 1 (One yay) = (wait "
     "for "
     "it) fail\r\n  policy (A dot can go here) . (like that) expired\r\n  (this surprised me) "
     "= "
     "(as I wasn't expecting it) 1362471462",
     "foo.example.net|dkim=fail||policy.expired=1362471462\n"},
    {"gmail",
     " mx.google.com;\r\n       dkim=pass header.i=@a.example header.s=20161025 "
     "header.b=\"a/b+c\";\r\n       spf=pass (google.com: domain of x@a.example designates "
     "192.0.2.1 as permitted sender) smtp.mailfrom=x@a.example;\r\n       dmarc=pass (p=NONE "
     "sp=NONE dis=NONE) header.from=a.example",
     "mx.google.com|dkim=pass||header.i=@a.example; header.s=20161025; header.b=a/b+c\n"
     "mx.google.com|spf=pass|google.com: domain of x@a.example designates 192.0.2.1 as "
     "permitted "
     "sender|smtp.mailfrom=x@a.example\n"
     "mx.google.com|dmarc=pass|p=NONE sp=NONE dis=NONE|header.from=a.example\n"},
    {"exchange_has_no_authserv_id",
     " spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=a.example; b.example; dkim=none "
     "(message not signed)\r\n header.d=none;b.example; dmarc=pass action=none\r\n "
     "header.from=a.example;compauth=pass reason=100",
     "|spf=pass|sender IP is 192.0.2.1|smtp.mailfrom=a.example\n"
     "|dkim=none|message not signed|header.d=none\n"
     "|dmarc=pass||action=none; header.from=a.example\n"
     "|compauth=pass|100|\n"},
    {"yahoo_has_words_before_the_first_section",
     " mta1.mail.yahoo.example  from=a.example; domainkeys=neutral (no sig);  from=a.example; "
     "dkim=pass (ok)",
     "mta1.mail.yahoo.example|domainkeys=neutral|no sig|\n"
     "mta1.mail.yahoo.example|dkim=pass|ok|\n"},
    {"case_of_words_is_lower_case_of_values_is_kept", " MX.A; DKIM=Pass Header.D=A.Example",
     "MX.A|dkim=pass||header.d=A.Example\n"},
    {"no_white_space", "a;spf=pass smtp.mailfrom=x;dkim=fail",
     "a|spf=pass||smtp.mailfrom=x\n"
     "a|dkim=fail||\n"},
    {"semicolons_in_comments_and_quotes",
     "a; dkim=pass (1024-bit key; unprotected) header.d=\"x;y\"; spf=none",
     "a|dkim=pass|1024-bit key; unprotected|header.d=x;y\na|spf=none||\n"},
    {"comments_nest", "a; spf=pass (one (two) \\) three) smtp.mailfrom=x",
     "a|spf=pass|one (two) ) three|smtp.mailfrom=x\n"},
    {"quoted_pairs", "\"a\\\"b\"; dkim=pass header.i=\"\\\\x y\"@z",
     "a\"b|dkim=pass||header.i=\\x y@z\n"},
    {"the_first_comment_is_the_reason", "a; dkim=pass (one) (two) header.d=x (three)",
     "a|dkim=pass|one|header.d=x\n"},
    {"reason_comes_before_comments", "a; dkim=pass (one) reason=two", "a|dkim=pass|two|\n"},
    {"an_open_comment_ends_with_the_section", "a; spf=pass (open; dkim=fail (x) header.d=y",
     "a|spf=pass|open|\na|dkim=fail|x|header.d=y\n"},
    {"an_open_quote_ends_with_the_section", "a; spf=pass smtp.helo=\"open; dkim=fail",
     "a|spf=pass||smtp.helo=open\na|dkim=fail||\n"},
    {"words_between_properties_are_stepped_over", "a; dkim=pass some words header.d=x = y",
     "a|dkim=pass||header.d=x\n"},
    {"an_empty_property", "a; spf=none smtp.mail=; dkim=none",
     "a|spf=none||smtp.mail=\n"
     "a|dkim=none||\n"},
    {"a_result_is_a_word", "a; from=b.example; envelope-from=x@y; dkim=pass.x; spf=pass",
     "a|spf=pass||\n"},
    {"sections_without_a_result", "a; ; dkim; dkim=; =pass; none x; spf=pass",
     "a|=none||\n"
     "a|spf=pass||\n"},
    {"none_of_many", "a; none; dkim=pass", "a|=none||\na|dkim=pass||\n"},
    {"only_an_authserv_id", "a", ""},
    {"empty", "", ""},
    {"white_space", " \r\n ", ""},
    {"only_semicolons", ";;;", ""},
};

static void append_claim(gpointer user_data, const Claim *claim)
{
    g_string_append_printf(user_data, "%s|%s=%s|%s|%s\n", claim->authserv_id->str,
                           claim->method->str, claim->result->str, claim->reason->str,
                           claim->properties->str);
}

static char *read_claims(Slice value)
{
    GString *out = g_string_new(NULL);
    Claim claim;
    claim_init(&claim);
    auth_results_read(value, &claim, append_claim, out);
    claim_clear(&claim);
    return g_string_free(out, false);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    const size_t len = strlen(test->value);
    g_autofree char *copy = g_memdup2(test->value, MAX(len, 1));
    g_autofree char *found = read_claims(slice_of(copy, len));
    g_assert_cmpstr(found, ==, test->claims);

    g_autoptr(GString) id = g_string_new("old");
    auth_results_read_authserv_id(slice_of(copy, len), id);
    g_assert_true(*found == '\0' || g_str_has_prefix(found, id->str));
}

/* What a scanner that looks ahead again and again would need an hour for. */
static void test_ruinous_input(void)
{
    static const char *const pieces[] = {
        "(", "\"", "(;", "\";", "a=", "\\", "()", ";a=b(", ")"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) value = g_string_new("a; dkim=pass ");
        while (value->len < (size_t)1 << 20) {
            g_string_append(value, pieces[i]);
        }
        g_autofree char *found = read_claims(slice_of(value->str, value->len));
        g_assert_true(g_str_has_prefix(found, "a|dkim=pass|"));
    }
}

/* ARC-Authentication-Results has "i=1;" in front, which its reader takes off. */
static void test_any_slice_is_read(void)
{
    const Slice field = SLICE_LITERAL("i=1; mx.a.example; arc=none; dkim=pass");
    g_autofree char *found = read_claims(slice_from(field, 4));
    g_assert_cmpstr(found, ==, "mx.a.example|arc=none||\nmx.a.example|dkim=pass||\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/auth_results/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/auth_results/ruinous_input_is_read_once", test_ruinous_input);
    g_test_add_func("/auth_results/any_slice_is_read", test_any_slice_is_read);
    return g_test_run();
}
