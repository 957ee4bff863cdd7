/* SPDX-License-Identifier: MIT */
#include "schema/dkim_domain.h"

#define LABEL_MAX 63

/* sub-domain *( "." sub-domain ), with "_" anywhere and hyphens even at the ends: real
 * selectors have both. */
static bool is_domain(Slice text)
{
    size_t label = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '.') {
            if (label == 0) {
                return false;
            }
            label = 0;
        } else if ((!g_ascii_isalnum(c) && c != '-' && c != '_') || ++label > LABEL_MAX) {
            return false;
        }
    }
    return label > 0 && text.len <= DKIM_DOMAIN_BYTES_MAX;
}

static bool is_ascii(Slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] > 127) {
            return false;
        }
    }
    return true;
}

static bool copy_lower(Slice text, char *out)
{
    if (!is_domain(text)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        out[i] = slice_lower(text.ptr[i]);
    }
    out[text.len] = '\0';
    return true;
}

bool dkim_domain_normalize(Slice text, char *out)
{
    out[0] = '\0';
    if (text.len == 0 || text.len > DKIM_DOMAIN_BYTES_MAX) {
        return false;
    }
    if (is_ascii(text)) {
        return copy_lower(text, out);
    }
    if (!g_utf8_validate_len(text.ptr, text.len, NULL)) {
        return false;
    }
    g_autofree char *copy = slice_dup(text);
    g_autofree char *ascii = g_hostname_to_ascii(copy);
    return ascii != NULL && copy_lower(slice_of_string(ascii), out);
}

bool dkim_domain_is_within(const char *name, const char *domain)
{
    const size_t name_len = strlen(name);
    const size_t domain_len = strlen(domain);
    if (name_len < domain_len || strcmp(name + name_len - domain_len, domain) != 0) {
        return false;
    }
    return name_len == domain_len || name[name_len - domain_len - 1] == '.';
}
