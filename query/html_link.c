/* SPDX-License-Identifier: MIT */
#include "query/html_link.h"

#include "schema/html_entity.h"
#include "schema/utf8_text.h"

static const struct {
    const char *scheme;
    HtmlLinkKind kind;
} schemes[] = {
    {"https:", HTML_LINK_WEB},
    {"http:", HTML_LINK_WEB},
    {"mailto:", HTML_LINK_WEB},
    {"cid:", HTML_LINK_CONTENT},
};

/* Inside an attribute, "&copy=" of an address is no reference (HTML, 13.2.5.73). */
static size_t reference_length(Slice value, uint32_t *ret_character)
{
    const size_t length = value.ptr[0] == '&' ? html_entity_parse(value, ret_character) : 0;
    if (length == 0 || length == value.len || value.ptr[length - 1] == ';' ||
        value.ptr[1] == '#') {
        return length;
    }
    const char next = value.ptr[length];
    return next == '=' || g_ascii_isalnum(next) ? 0 : length;
}

void html_link_append_decoded(GString *out, Slice value)
{
    while (value.len > 0) {
        uint32_t character = 0;
        const size_t length = reference_length(value, &character);
        if (length > 0) {
            utf8_text_append_char(out, character);
            value = slice_from(value, length);
            continue;
        }
        const char *next = memchr(value.ptr + 1, '&', value.len - 1);
        const size_t run = next == NULL ? value.len : (size_t)(next - value.ptr);
        utf8_text_append(out, slice_of(value.ptr, run));
        value = slice_from(value, run);
    }
}

/* The URL standard: control characters and spaces at the ends go, tabs and line ends inside;
 * other control characters inside are no part of any honest address. Returns: false for those.
 */
static bool clean(GString *address)
{
    size_t kept = 0;
    for (size_t i = 0; i < address->len; i++) {
        const unsigned char byte = (unsigned char)address->str[i];
        const bool is_space = byte <= ' ';
        if (byte == '\t' || byte == '\n' || byte == '\r' || (is_space && kept == 0)) {
            continue;
        }
        address->str[kept++] = (char)byte;
    }
    while (kept > 0 && (unsigned char)address->str[kept - 1] <= ' ') {
        kept--;
    }
    g_string_truncate(address, kept);
    for (size_t i = 0; i < address->len; i++) {
        if ((unsigned char)address->str[i] < ' ' || address->str[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

HtmlLinkKind html_link_read(Slice value, GString *ret_address)
{
    g_string_truncate(ret_address, 0);
    if (value.len > HTML_LINK_MAX) {
        return HTML_LINK_NONE;
    }
    html_link_append_decoded(ret_address, value);
    if (!clean(ret_address)) {
        return HTML_LINK_NONE;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        const size_t length = strlen(schemes[i].scheme);
        if (g_ascii_strncasecmp(ret_address->str, schemes[i].scheme, length) != 0) {
            continue;
        }
        if (schemes[i].kind == HTML_LINK_CONTENT) {
            g_autofree char *id = g_uri_unescape_string(ret_address->str + length, NULL);
            g_string_assign(ret_address, id == NULL ? "" : id);
        }
        return schemes[i].kind;
    }
    return HTML_LINK_NONE;
}
