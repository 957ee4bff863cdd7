/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_alignment.h"

#include <libpsl.h>

#include "schema/dkim_domain.h"

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

static bool is_domain_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '_' || byte == '.' ||
           (unsigned char)byte > 127;
}

/* Takes text up to the next "@", and what could be a domain behind it.
 * Returns: "@" and the domain, empty when there are no more. */
static Slice next_shown_domain(Slice *text)
{
    const char *at = text->len == 0 ? NULL : memchr(text->ptr, '@', text->len);
    if (at == NULL) {
        return SLICE_EMPTY;
    }
    *text = slice_from(*text, (size_t)(at - text->ptr) + 1);
    size_t length = 0;
    while (length < text->len && is_domain_byte(text->ptr[length])) {
        length++;
    }
    while (length > 0 && text->ptr[length - 1] == '.') {
        length--; /* the full stop of a sentence */
    }
    return slice_of(at, length + 1);
}

bool dkim_alignment_is_posing(const DkimAlignment *alignment, Slice address, Slice text)
{
    char author[DKIM_DOMAIN_BYTES_MAX + 1];
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    if (at == NULL ||
        !dkim_domain_normalize(slice_from(address, (size_t)(at - address.ptr) + 1), author)) {
        return false;
    }
    for (Slice shown; (shown = next_shown_domain(&text)).len > 0;) {
        if (memchr(shown.ptr, '.', shown.len) != NULL &&
            !dkim_alignment_check(alignment, author, shown)) {
            return true;
        }
    }
    return false;
}

/* Whether the display name or the local part poses as an address of somebody else. */
static bool shows_another_author(const DkimAlignment *alignment, const RecordAddress *author)
{
    const Slice address = author->address;
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    const Slice local = slice_of(address.ptr, at == NULL ? 0 : (size_t)(at - address.ptr));
    return dkim_alignment_is_posing(alignment, address, author->name) ||
           dkim_alignment_is_posing(alignment, address, local);
}

bool dkim_alignment_check_authors(const DkimAlignment *alignment, const char *domain,
                                  const MailRecord *record, size_t *ret_authors)
{
    size_t n_authors = 0;
    bool aligned = true;
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *address = &g_array_index(record->addresses, RecordAddress, i);
        if (address->role == ADDRESS_FROM) {
            n_authors += shows_another_author(alignment, address) ? 2 : 1;
            aligned = aligned && dkim_alignment_check(alignment, domain, address->address);
        }
    }
    *ret_authors = n_authors;
    return aligned && n_authors > 0;
}
