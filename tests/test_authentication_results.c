/* SPDX-License-Identifier: MIT */
#include "query/authentication_results.h"

#include <string.h>

typedef struct {
    const char *text;
    const char *results; /* "method=result@domain", separated by a space */
} ResultCase;

static const ResultCase cases[] = {
    {"", ""},
    {"mx.example", ""},
    {"mx.example; none", ""},
    {"mx.example; dkim=pass header.i=@a.example", "dkim=pass@a.example"},
    {"mx.example 1; dkim=pass header.d=A.example header.i=@b.a.example", "dkim=pass@a.example"},
    {"mx.google.com; dkim=pass header.i=@gmail.com header.s=20161025 header.b=gFtl; spf=pass "
     "(google.com: domain of x@y.example designates 2607:f8b0::1 as permitted sender) "
     "smtp.mailfrom=x@y.example; dmarc=pass (p=NONE dis=NONE) header.from=gmail.com",
     "dkim=pass@gmail.com spf=pass@y.example dmarc=pass@gmail.com"},
    {"i; DKIM/1 = Fail (a \\) ; (b)) reason=\"x; spf=pass\" header.d = c.example ;arc=none",
     "dkim=fail@c.example arc=none@"},
    {"i; spf=softfail smtp.helo=h.example", "spf=softfail@h.example"},
    {"i; spf=pass smtp.mfrom=\"a;b@d.example\"", "spf=pass@d.example"},
    {"i; dmarc=pass header.from=<a@f.example> header.from=<a@f.example>",
     "dmarc=pass@f.example"},
    {"i; iprev=pass policy.iprev=192.0.2.1", "iprev=pass@"},
    {"i; =pass; dkim=; dkim", ""},
    {"i; dkim=pass(comment)header.d=e.example", "dkim=pass@e.example"},
    {"i; dkim=pass (never closed; spf=pass", "dkim=pass@"},
    {"i; dkim=pass \"never closed; spf=pass", "dkim=pass@"},
    {"(c; dkim=fail) i; dkim=pass", "dkim=pass@"},
    {"i\\; dkim=pass\\", "dkim=pass\\@"},
};

static void test_results(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *exact = g_memdup2(cases[i].text, strlen(cases[i].text) + 1);
        g_autoptr(GArray) results = authentication_results_parse(exact);
        g_autoptr(GString) words = g_string_new(NULL);
        for (guint n = 0; n < results->len; n++) {
            const AuthenticationResult *result =
                &g_array_index(results, AuthenticationResult, n);
            g_string_append_printf(words, "%s%s=%s@%s", n == 0 ? "" : " ", result->method,
                                   result->result, result->domain);
        }
        g_assert_cmpstr(words->str, ==, cases[i].results);
    }
}

static void test_results_are_limited(void)
{
    g_autoptr(GString) text = g_string_new("i");
    for (int i = 0; i < 10 * AUTHENTICATION_RESULTS_MAX; i++) {
        g_string_append(text, "; dkim=pass");
    }
    g_autoptr(GArray) results = authentication_results_parse(text->str);
    g_assert_cmpuint(results->len, ==, AUTHENTICATION_RESULTS_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/authentication_results/methods_results_and_domains", test_results);
    g_test_add_func("/authentication_results/are_limited", test_results_are_limited);
    return g_test_run();
}
