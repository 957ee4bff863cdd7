/* SPDX-License-Identifier: MIT */
#include "query/html_attributes.h"

#include "query/html_link.h"
#include "query/html_style.h"

/* Spans of cells beyond it only cost the browser time; widths beyond it are jokes. */
#define SPAN_DIGITS_MAX  2
#define WIDTH_DIGITS_MAX 4

/* A style attribute beyond it is not read. */
#define STYLE_MAX ((size_t)8192)

/* `words` is NULL for a number of at most `digits`. */
static const struct {
    const char *name;
    const char *words;
    size_t digits;
} plain[] = {
    {"align", " left right center justify ", 0},
    {"valign", " top middle bottom baseline ", 0},
    {"dir", " ltr rtl auto ", 0},
    {"colspan", NULL, SPAN_DIGITS_MAX},
    {"rowspan", NULL, SPAN_DIGITS_MAX},
    {"border", NULL, 1},
    {"start", NULL, WIDTH_DIGITS_MAX},
    {"value", NULL, WIDTH_DIGITS_MAX},
    {"width", NULL, WIDTH_DIGITS_MAX},
};

static bool is_named(Slice name, const char *wanted)
{
    return slice_equal_nocase(name, slice_of_string(wanted));
}

static void set_first(Slice *place, Slice value)
{
    if (place->len == 0) {
        *place = value;
    }
}

static void take(HtmlAttributes *attributes, const HtmlAttribute *attribute)
{
    const struct {
        const char *name;
        Slice *place;
    } places[] = {
        {"href", &attributes->href},   {"src", &attributes->src},
        {"alt", &attributes->alt},     {"style", &attributes->style},
        {"color", &attributes->color}, {"bgcolor", &attributes->bgcolor},
        {"width", &attributes->width}, {"height", &attributes->height},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (is_named(attribute->name, places[i].name)) {
            set_first(places[i].place, attribute->value);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        if (is_named(attribute->name, plain[i].name)) {
            set_first(&attributes->plain[i], attribute->value);
        }
    }
    attributes->is_hidden |= is_named(attribute->name, "hidden");
}

void html_attributes_take(Slice *text, HtmlTag *tag, HtmlAttributes *ret_attributes)
{
    HtmlAttribute attribute;
    *ret_attributes = (HtmlAttributes){0};
    while (html_tag_take_attribute(text, tag, &attribute)) {
        take(ret_attributes, &attribute);
    }
    ret_attributes->is_hidden |= html_style_hides(ret_attributes->style);
}

static bool is_number(Slice value, size_t max_digits)
{
    for (size_t i = 0; i < value.len; i++) {
        if (!g_ascii_isdigit(value.ptr[i])) {
            return false;
        }
    }
    return value.len > 0 && value.len <= max_digits;
}

/* Whether the value is one of the words, in lower case with a space around each. */
static bool is_one_of(Slice value, const char *words)
{
    g_autofree char *word = NULL;
    if (value.len == 0 || value.len > 10 || memchr(value.ptr, ' ', value.len) != NULL ||
        memchr(value.ptr, '\0', value.len) != NULL) {
        return false;
    }
    word = g_strdup_printf(" %.*s ", (int)value.len, value.ptr);
    g_autofree char *lower = g_ascii_strdown(word, -1);
    return strstr(words, lower) != NULL;
}

static void write_plain(const HtmlAttributes *attributes, HtmlWriter *writer)
{
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        Slice value = attributes->plain[i];
        Slice number = value;
        if (number.len > 1 && number.ptr[number.len - 1] == '%') {
            number.len--;
        }
        const bool is_kept = plain[i].words != NULL ? is_one_of(value, plain[i].words)
                                                    : is_number(number, plain[i].digits);
        if (is_kept) {
            html_writer_attribute(writer, plain[i].name, value);
        }
    }
}

void html_attributes_write(const HtmlAttributes *attributes, HtmlWriter *writer)
{
    g_autoptr(GString) decoded = g_string_new(NULL);
    g_autoptr(GString) style = g_string_new(NULL);
    html_style_append_color(style, "color", attributes->color);
    html_style_append_color(style, "background-color", attributes->bgcolor);
    if (attributes->style.len <= STYLE_MAX) {
        html_link_append_decoded(decoded, attributes->style);
        html_style_append(style, slice_of(decoded->str, decoded->len));
    }
    write_plain(attributes, writer);
    if (style->len > 0) {
        html_writer_attribute(writer, "style", slice_of(style->str, style->len));
    }
    if (attributes->is_hidden) {
        html_writer_attribute_text(writer, "class", "hidden");
    }
}

bool html_attributes_is_tiny(const HtmlAttributes *attributes, unsigned max)
{
    g_assert(max < 10);
    return is_number(attributes->width, 1) && is_number(attributes->height, 1) &&
           attributes->width.ptr[0] <= (char)('0' + max) &&
           attributes->height.ptr[0] <= (char)('0' + max);
}

bool html_attributes_is_written(Slice name)
{
    static const char *const others[] = {"href", "rel", "src", "alt", "style", "class"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (slice_equal(name, slice_of_string(others[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        if (slice_equal(name, slice_of_string(plain[i].name))) {
            return true;
        }
    }
    return false;
}
