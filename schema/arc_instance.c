/* SPDX-License-Identifier: MIT */
#include "schema/arc_instance.h"

#include "schema/comment.h"
#include "schema/dkim_tag.h"

#define POSITION_DIGITS_MAX 2

/* `text` without the white space and comments (RFC 5322 3.2.2) that it begins with. A comment
 * that does not end is none: what it hides must not become an instance. */
static Slice skip_cfws(Slice text)
{
    while (text.len > 0) {
        const size_t len = dkim_is_space(text.ptr[0]) ? 1
                           : text.ptr[0] == '('       ? comment_length(text)
                                                      : 0;
        if (len == 0) {
            break;
        }
        text = slice_from(text, len);
    }
    return text;
}

static bool take_char(Slice *rest, char c)
{
    const Slice text = skip_cfws(*rest);
    if (text.len == 0 || text.ptr[0] != c) {
        return false;
    }
    *rest = slice_from(text, 1);
    return true;
}

static bool take_position(Slice *rest, unsigned *ret_instance)
{
    const Slice text = skip_cfws(*rest);
    unsigned instance = 0;
    size_t n_digits = 0;
    for (; n_digits < text.len && g_ascii_isdigit(text.ptr[n_digits]); n_digits++) {
        if (n_digits == POSITION_DIGITS_MAX) {
            return false;
        }
        instance = instance * 10 + (unsigned)(text.ptr[n_digits] - '0');
    }
    if (n_digits == 0) {
        return false;
    }
    *rest = slice_from(text, n_digits);
    *ret_instance = instance;
    return true;
}

bool arc_instance_take(Slice *rest, unsigned *ret_instance)
{
    Slice text = *rest;
    unsigned instance = 0;
    if (!take_char(&text, 'i') || !take_char(&text, '=') || !take_position(&text, &instance) ||
        !take_char(&text, ';')) {
        return false;
    }
    *rest = text;
    *ret_instance = instance;
    return true;
}

bool arc_instance_parse(Slice text, unsigned *ret_instance)
{
    unsigned instance = 0;
    if (!take_position(&text, &instance) || skip_cfws(text).len > 0) {
        return false;
    }
    *ret_instance = instance;
    return true;
}
