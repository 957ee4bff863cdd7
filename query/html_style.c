/* SPDX-License-Identifier: MIT */
#include "query/html_style.h"

#include "schema/html_tag.h"

/* "currentcolor", "lightgoldenrodyellow", "line-through" are words. */
#define WORD_MAX 24

/* "rgb(255, 255, 255)", with room. */
#define COLOR_MAX 30

/* More declarations than this in one attribute are machine noise. */
#define DECLARATIONS_MAX 40

typedef enum { VALUE_WORD, VALUE_COLOR } ValueKind;

static const struct {
    const char *name;
    const char *kept_as;
    ValueKind kind;
} properties[] = {
    {"color", "color", VALUE_COLOR},
    {"background-color", "background-color", VALUE_COLOR},
    {"background", "background-color", VALUE_COLOR},
    {"font-weight", "font-weight", VALUE_WORD},
    {"font-style", "font-style", VALUE_WORD},
    {"text-align", "text-align", VALUE_WORD},
    {"text-decoration", "text-decoration", VALUE_WORD},
    {"white-space", "white-space", VALUE_WORD},
    {"vertical-align", "vertical-align", VALUE_WORD},
};

static Slice trim(Slice text)
{
    while (text.len > 0 && html_is_space(text.ptr[0])) {
        text = slice_from(text, 1);
    }
    while (text.len > 0 && html_is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

static bool consists_of(Slice text, const char *marks, bool letters)
{
    for (size_t i = 0; i < text.len; i++) {
        const char byte = text.ptr[i];
        const bool is_mark = byte != '\0' && strchr(marks, byte) != NULL;
        if (!is_mark && !(letters && g_ascii_isalpha(byte))) {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_word(Slice value)
{
    return value.len <= WORD_MAX && consists_of(value, "-", true);
}

static bool is_hex_color(Slice value)
{
    return (value.len == 4 || value.len == 7) && value.ptr[0] == '#' &&
           consists_of(slice_from(value, 1), "0123456789abcdefABCDEF", false);
}

static bool is_rgb_color(Slice value)
{
    const size_t open = strlen("rgb(");
    return value.len > open + 1 && value.len <= COLOR_MAX &&
           slice_starts_with(value, SLICE_LITERAL("rgb(")) && value.ptr[value.len - 1] == ')' &&
           consists_of(slice_of(value.ptr + open, value.len - open - 1), "0123456789,. %",
                       false);
}

/* Colours that let nothing through: what is transparent is hidden. */
static bool is_color(Slice value)
{
    return (is_word(value) && !slice_equal_nocase(value, SLICE_LITERAL("transparent"))) ||
           is_hex_color(value) || is_rgb_color(value);
}

static void append_declaration(GString *out, const char *name, Slice value)
{
    g_string_append_printf(out, "%s:%.*s;", name, (int)value.len, value.ptr);
}

void html_style_append_color(GString *out, const char *name, Slice value)
{
    value = trim(value);
    if (is_color(value)) {
        append_declaration(out, name, value);
    }
}

/* Bold is a number as often as a word. */
static bool is_weight(Slice value)
{
    return value.len == 3 && consists_of(value, "0123456789", false);
}

static void append_if_known(GString *out, Slice name, Slice value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
        if (!slice_equal_nocase(name, slice_of_string(properties[i].name))) {
            continue;
        }
        const bool is_kept = properties[i].kind == VALUE_COLOR
                                 ? is_color(value)
                                 : is_word(value) || is_weight(value);
        if (is_kept) {
            append_declaration(out, properties[i].kept_as, value);
        }
        return;
    }
}

void html_style_append(GString *out, Slice style)
{
    for (int i = 0; i < DECLARATIONS_MAX && style.len > 0; i++) {
        const char *end = memchr(style.ptr, ';', style.len);
        const size_t length = end == NULL ? style.len : (size_t)(end - style.ptr);
        const Slice declaration = slice_of(style.ptr, length);
        const char *colon = length == 0 ? NULL : memchr(declaration.ptr, ':', length);
        style = slice_from(style, end == NULL ? length : length + 1);
        if (colon != NULL) {
            const size_t at = (size_t)(colon - declaration.ptr);
            append_if_known(out, trim(slice_of(declaration.ptr, at)),
                            trim(slice_from(declaration, at + 1)));
        }
    }
}
