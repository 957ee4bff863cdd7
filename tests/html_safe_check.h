/* html_safe_check.h - reads what html_sanitizer writes, which has a much narrower grammar than
 * HTML, and aborts at anything that may not be there.
 */
#pragma once

#include "query/html_attributes.h"
#include "query/html_element.h"
#include "query/html_sanitizer.h"

/* "name" of letters and digits. */
static inline Slice check_take_name(Slice *rest)
{
    size_t length = 0;
    while (length < rest->len && g_ascii_isalnum(rest->ptr[length])) {
        g_assert(!g_ascii_isupper(rest->ptr[length]));
        length++;
    }
    const Slice name = slice_of(rest->ptr, length);
    g_assert(length > 0);
    *rest = slice_from(*rest, length);
    return name;
}

static inline void check_take(Slice *rest, Slice wanted)
{
    g_assert(slice_starts_with(*rest, wanted));
    *rest = slice_from(*rest, wanted.len);
}

/* No value holds a quote, a bracket or a control character. */
static inline void check_value(Slice name, Slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        g_assert(strchr("<>\"'", value.ptr[i]) == NULL);
    }
    if (slice_equal(name, SLICE_LITERAL("href"))) {
        g_autofree char *address = g_ascii_strdown(value.ptr, (gssize)value.len);
        g_assert(g_str_has_prefix(address, "http:") || g_str_has_prefix(address, "https:") ||
                 g_str_has_prefix(address, "mailto:"));
    }
    if (slice_equal(name, SLICE_LITERAL("src"))) {
        g_assert(slice_starts_with(value, SLICE_LITERAL("data:image/png;base64,")));
    }
    if (slice_equal(name, SLICE_LITERAL("style"))) {
        g_autofree char *style = g_ascii_strdown(value.ptr, (gssize)value.len);
        g_assert(strpbrk(style, "\\/@&{}*<>!") == NULL && strstr(style, "url(") == NULL &&
                 strstr(style, "expression(") == NULL && strstr(style, "position:") == NULL);
    }
}

static inline void check_attributes(Slice *rest)
{
    while (slice_starts_with(*rest, SLICE_LITERAL(" "))) {
        *rest = slice_from(*rest, 1);
        const Slice name = check_take_name(rest);
        g_assert(html_attributes_is_written(name));
        check_take(rest, SLICE_LITERAL("=\""));
        const char *end = memchr(rest->ptr, '"', rest->len);
        g_assert(end != NULL);
        check_value(name, slice_of(rest->ptr, (size_t)(end - rest->ptr)));
        *rest = slice_from(*rest, (size_t)(end - rest->ptr) + 1);
    }
    check_take(rest, SLICE_LITERAL(">"));
}

/* Elements are on the list and balanced; text has no bracket and no quote. */
static inline void check_safe_html(Slice html)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);
    Slice rest = html;
    g_assert(g_utf8_validate_len(html.len == 0 ? "" : html.ptr, html.len, NULL));
    while (rest.len > 0) {
        if (rest.ptr[0] != '<') {
            g_assert(strchr(">\"'", rest.ptr[0]) == NULL);
            rest = slice_from(rest, 1);
            continue;
        }
        rest = slice_from(rest, 1);
        const bool is_end = rest.len > 0 && rest.ptr[0] == '/';
        rest = slice_from(rest, is_end ? 1 : 0);
        g_autofree char *name = slice_dup(check_take_name(&rest));
        g_assert(html_element_is_written(name));
        g_assert(!g_str_equal(name, "section") && !g_str_equal(name, "main"));
        check_attributes(&rest);
        if (is_end) {
            g_assert(open->len > 0 &&
                     g_str_equal(g_ptr_array_index(open, open->len - 1), name));
            g_ptr_array_set_size(open, (gint)open->len - 1);
        } else if (!html_element_in_list("br hr img", name)) {
            g_ptr_array_add(open, g_steal_pointer(&name));
        }
        g_assert(open->len <= HTML_DEPTH_MAX + 1);
    }
    g_assert(open->len == 0);
}

static inline const char *check_image(gpointer data, const char *content_id)
{
    (void)data;
    return g_str_equal(content_id, "png@x") ? "data:image/png;base64,iVBORw0KGgo=" : NULL;
}

/* Makes `html` safe and checks the result. Returns: (transfer full) it. */
static inline char *check_sanitized(Slice html, HtmlFindings *findings)
{
    const HtmlImages images = {check_image, NULL};
    GString *out = g_string_new(NULL);
    HtmlWriter writer = html_writer_on(out);
    html_sanitizer_run(html, &images, &writer, findings);
    check_safe_html(slice_of(out->str, out->len));
    return g_string_free(out, false);
}
