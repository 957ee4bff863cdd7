/* SPDX-License-Identifier: MIT */
#include "schema/html_tag.h"

/* A <meta> element comes this early or not at all (HTML, 13.2.3.2). */
#define META_BYTES 4096

/* Whether `style` has `property` ":" `value`, both in lower case, white space ignored. */
static bool style_has(const char *style, const char *declaration)
{
    const char *at = strstr(style, declaration);
    while (at != NULL) {
        const char next = at[strlen(declaration)];
        const bool is_number = declaration[strlen(declaration) - 1] == '0';
        /* font-size:0.8em and font-size:09px are not hidden; "xfont-size" is no property. */
        if ((at == style || at[-1] == ';') &&
            !(is_number && (next == '.' || g_ascii_isdigit(next)))) {
            return true;
        }
        at = strstr(at + 1, declaration);
    }
    return false;
}

bool html_style_hides(Slice value)
{
    char style[512];
    size_t length = 0;
    for (size_t i = 0; i < value.len && length + 1 < sizeof style; i++) {
        if (!html_is_space(value.ptr[i]) && value.ptr[i] != '\0') {
            style[length++] = g_ascii_tolower(value.ptr[i]);
        }
    }
    style[length] = '\0';
    return style_has(style, "display:none") || style_has(style, "visibility:hidden") ||
           style_has(style, "font-size:0") || style_has(style, "mso-hide:all");
}

static void skip_space(Slice *text)
{
    while (text->len > 0 && html_is_space(text->ptr[0])) {
        *text = slice_from(*text, 1);
    }
}

/* The value of an attribute, quoted or not; `text` is moved behind it. */
static Slice take_value(Slice *text)
{
    skip_space(text);
    if (text->len > 0 && (text->ptr[0] == '"' || text->ptr[0] == '\'')) {
        const char quote = text->ptr[0];
        *text = slice_from(*text, 1);
        const char *end = text->len == 0 ? NULL : memchr(text->ptr, quote, text->len);
        const size_t length = end == NULL ? text->len : (size_t)(end - text->ptr);
        const Slice value = slice_of(text->ptr, length);
        *text = slice_from(*text, end == NULL ? length : length + 1);
        return value;
    }
    size_t length = 0;
    while (length < text->len && !html_is_space(text->ptr[length]) &&
           text->ptr[length] != '>') {
        length++;
    }
    const Slice value = slice_of(text->ptr, length);
    *text = slice_from(*text, length);
    return value;
}

bool html_tag_take_attribute(Slice *text, HtmlTag *tag, HtmlAttribute *ret_attribute)
{
    if (text->len == 0 || text->ptr[0] == '>') {
        *text = slice_from(*text, MIN(text->len, 1));
        return false;
    }
    size_t length = 0;
    while (length < text->len && !html_is_space(text->ptr[length]) &&
           strchr("=>/", text->ptr[length]) == NULL) {
        length++;
    }
    ret_attribute->name = slice_of(text->ptr, length);
    ret_attribute->value = SLICE_EMPTY;
    *text = slice_from(*text, length);
    skip_space(text);
    if (text->len > 0 && text->ptr[0] == '=') {
        *text = slice_from(*text, 1);
        ret_attribute->value = take_value(text);
    }
    tag->is_self_closed = false;
    while (text->len > 0 &&
           (html_is_space(text->ptr[0]) || text->ptr[0] == '/' || text->ptr[0] == '\0')) {
        tag->is_self_closed |= text->ptr[0] == '/';
        *text = slice_from(*text, 1);
    }
    return true;
}

void html_tag_take_rest(Slice *text, HtmlTag *tag)
{
    HtmlAttribute ignored;
    while (html_tag_take_attribute(text, tag, &ignored)) {
    }
}

bool html_tag_take(Slice *text, HtmlTag *ret_tag)
{
    Slice rest = slice_from(*text, 1);
    HtmlTag tag = {.is_end = rest.len > 0 && rest.ptr[0] == '/'};
    if (tag.is_end) {
        rest = slice_from(rest, 1);
    }
    if (rest.len == 0 || !g_ascii_isalpha(rest.ptr[0])) {
        return false;
    }
    size_t length = 0;
    while (length < rest.len && !html_is_space(rest.ptr[length]) && rest.ptr[length] != '>' &&
           rest.ptr[length] != '/') {
        if (length < HTML_TAG_NAME_MAX) {
            tag.name[length] = g_ascii_tolower(rest.ptr[length]);
        }
        length++;
    }
    if (length > HTML_TAG_NAME_MAX) {
        tag.name[0] = '\0';
    }
    rest = slice_from(rest, length);
    while (rest.len > 0 && (html_is_space(rest.ptr[0]) || rest.ptr[0] == '/')) {
        tag.is_self_closed |= rest.ptr[0] == '/';
        rest = slice_from(rest, 1);
    }
    *ret_tag = tag;
    *text = rest;
    return true;
}

bool html_tag_skip_content(Slice *text, const char *name)
{
    const size_t length = strlen(name);
    Slice rest = *text;
    while (rest.len > 0) {
        const char *open = memchr(rest.ptr, '<', rest.len);
        if (open == NULL) {
            return false;
        }
        rest = slice_from(rest, (size_t)(open - rest.ptr) + 1);
        if (rest.len > length && rest.ptr[0] == '/' &&
            g_ascii_strncasecmp(rest.ptr + 1, name, length) == 0) {
            HtmlTag ignored = {.is_end = true};
            rest = slice_from(rest, 1 + length);
            html_tag_take_rest(&rest, &ignored);
            *text = rest;
            return true;
        }
    }
    return false;
}

void html_tag_skip_markup(Slice *text, bool *no_comment_ends)
{
    const Slice rest = *text;
    const bool is_comment = slice_starts_with(rest, SLICE_LITERAL("<!--"));
    const char *end = NULL;
    size_t end_length = 1;
    if (is_comment && !*no_comment_ends) {
        /* "<!-->" is a whole comment. */
        end = memmem(rest.ptr + 2, rest.len - 2, "-->", 3);
        end_length = 3;
        *no_comment_ends = end == NULL;
    }
    if (end == NULL) {
        end = memchr(rest.ptr, '>', rest.len);
        end_length = 1;
    }
    *text = end == NULL ? SLICE_EMPTY : slice_from(rest, (size_t)(end - rest.ptr) + end_length);
}

Slice html_tag_declared_charset(Slice html)
{
    char begin[META_BYTES];
    const size_t length = MIN(html.len, sizeof begin);
    for (size_t i = 0; i < length; i++) {
        begin[i] = g_ascii_tolower(html.ptr[i]);
    }
    const char *meta = memmem(begin, length, "<meta", 5);
    if (meta == NULL) {
        return SLICE_EMPTY;
    }
    const size_t meta_at = (size_t)(meta - begin);
    const char *found = memmem(meta, length - meta_at, "charset=", 8);
    if (found == NULL) {
        return SLICE_EMPTY;
    }
    size_t at = (size_t)(found - begin) + 8;
    while (at < length && (begin[at] == '"' || begin[at] == '\'' || begin[at] == ' ')) {
        at++;
    }
    const size_t from = at;
    while (at < length && (g_ascii_isalnum(begin[at]) || strchr("-_:.", begin[at]) != NULL)) {
        at++;
    }
    return slice_of(html.ptr + from, at - from);
}
