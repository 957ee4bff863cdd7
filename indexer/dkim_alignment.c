/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_alignment.h"

#include <libpsl.h>

#include "indexer/dkim_domain.h"

struct DkimAlignment {
    psl_ctx_t *suffixes;        /* owned, may be NULL */
    const psl_ctx_t *effective; /* `suffixes` or libpsl's own list; NULL without either */
};

DkimAlignment *dkim_alignment_new(void)
{
    DkimAlignment *alignment = g_new0(DkimAlignment, 1);
    alignment->suffixes = psl_latest(NULL);
    alignment->effective = alignment->suffixes != NULL ? alignment->suffixes : psl_builtin();
    return alignment;
}

void dkim_alignment_free(DkimAlignment *alignment)
{
    if (alignment == NULL) {
        return;
    }
    psl_free(alignment->suffixes);
    g_free(alignment);
}

bool dkim_alignment_check(const DkimAlignment *alignment, const char *domain, Slice address)
{
    char author[DKIM_DOMAIN_BYTES_MAX + 1];
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    if (at == NULL || domain[0] == '\0' ||
        !dkim_domain_normalize(slice_from(address, (size_t)(at - address.ptr) + 1), author)) {
        return false;
    }
    if (strcmp(author, domain) == 0) {
        return true;
    }
    if (alignment->effective == NULL) {
        return false;
    }
    const char *organization = psl_registrable_domain(alignment->effective, domain);
    const char *author_organization = psl_registrable_domain(alignment->effective, author);
    return organization != NULL && author_organization != NULL &&
           strcmp(organization, author_organization) == 0;
}
