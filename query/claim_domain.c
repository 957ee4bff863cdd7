/* SPDX-License-Identifier: MIT */
#include "query/claim_domain.h"

/* The property that names it; the first that is there and not empty. */
static const struct {
    const char *method;
    const char *property;
} properties[] = {
    {"dkim", "header.d"},     {"dkim", "header.i"},       {"dkim", "header.from"},
    {"dmarc", "header.from"}, {"spf", "smtp.mailfrom"},   {"spf", "smtp.mfrom"},
    {"spf", "smtp.helo"},     {"domainkeys", "header.d"}, {"domainkeys", "header.from"},
};

/* The domain in "local@domain" or in a domain alone; some write "<local@domain>". */
static char *domain_of(Slice value)
{
    g_autofree char *text = slice_dup(value);
    const char *at = strrchr(text, '@');
    const char *begin = at != NULL ? at + 1 : text + (*text == '<');
    return g_ascii_strdown(begin, (gssize)strcspn(begin, ">"));
}

char *claim_domain(const Claim *claim)
{
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
        Slice value = SLICE_EMPTY;
        if (strcmp(claim->method->str, properties[i].method) == 0 &&
            claim_find_property(claim, properties[i].property, &value) && value.len > 0) {
            return domain_of(value);
        }
    }
    return g_strdup("");
}
