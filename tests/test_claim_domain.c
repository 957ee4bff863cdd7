/* SPDX-License-Identifier: MIT */
#include "query/claim_domain.h"

#include "schema/auth_results.h"

typedef struct {
    const char *text;
    const char *domains; /* "method@domain", separated by a space */
} DomainCase;

static const DomainCase cases[] = {
    {"mx.example; none", "@"},
    {"mx.example; dkim=pass header.i=@a.example", "dkim@a.example"},
    {"mx.example 1; dkim=pass header.d=A.example header.i=@b.a.example", "dkim@a.example"},
    {"mx.google.com; dkim=pass header.i=@gmail.com header.s=20161025 header.b=gFtl; spf=pass "
     "(google.com: domain of x@y.example designates 2607:f8b0::1 as permitted sender) "
     "smtp.mailfrom=x@y.example; dmarc=pass (p=NONE dis=NONE) header.from=gmail.com",
     "dkim@gmail.com spf@y.example dmarc@gmail.com"},
    {"i; DKIM/1 = Fail (a \\) ; (b)) reason=\"x; spf=pass\" header.d = c.example ;arc=none",
     "dkim@c.example arc@"},
    {"i; spf=softfail smtp.helo=h.example", "spf@h.example"},
    {"i; spf=softfail smtp.mailfrom=\"\" smtp.helo=h.example", "spf@h.example"},
    {"i; spf=pass smtp.mfrom=\"a;b@d.example\"", "spf@d.example"},
    {"i; dmarc=pass header.from=<a@f.example> header.from=<a@g.example>", "dmarc@f.example"},
    {"i; iprev=pass policy.iprev=192.0.2.1", "iprev@"},
    {"i; dkim=pass(comment)header.d=e.example", "dkim@e.example"},
    {"i; dkim=pass smtp.x=\"a; header.d=not.example\" header.d=e.example", "dkim@e.example"},
    {"i; dkim=pass xheader.d=not.example header.dx=not.example", "dkim@"},
};

static void append_domain(gpointer user_data, const Claim *claim)
{
    GString *words = user_data;
    g_autofree char *domain = claim_domain(claim);
    g_string_append_printf(words, "%s%s@%s", words->len == 0 ? "" : " ", claim->method->str,
                           domain);
}

static void test_domains(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Slice text = slice_of_string(cases[i].text);
        g_autofree char *exact = g_memdup2(text.ptr, text.len);
        g_autoptr(GString) words = g_string_new(NULL);
        Claim claim;
        claim_init(&claim);
        auth_results_read(slice_of(exact, text.len), &claim, append_domain, words);
        claim_clear(&claim);
        g_assert_cmpstr(words->str, ==, cases[i].domains);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/claim_domain/is_that_of_the_first_property_that_names_one", test_domains);
    return g_test_run();
}
