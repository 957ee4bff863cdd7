/* SPDX-License-Identifier: MIT */
#include "query/html_sanitizer.h"

#include "query/html_attributes.h"
#include "query/html_element.h"
#include "query/html_link.h"
#include "schema/html_entity.h"
#include "schema/utf8_text.h"

/* Bytes of an address that are shown behind a link. */
#define SHOWN_ADDRESS_MAX ((size_t)80)

/* An image of this size or less is there to be counted, not to be seen. */
#define PIXEL_MAX 2

typedef struct {
    const HtmlElement *element;
    GString *address; /* of a link; NULL for all else */
    size_t content_at;
} Open;

typedef struct {
    Slice rest;
    HtmlWriter *writer;
    const HtmlImages *images;
    HtmlFindings *findings;
    Open open[HTML_DEPTH_MAX];
    size_t n_open;
    bool no_comment_ends;
    bool no_end[HTML_ELEMENT_COUNT_MAX]; /* elements to skip that end nowhere any more */
} Walk;

/* Whether the text of the link, all that was written since it began, is its address. */
static bool shows_its_address(const HtmlWriter *writer, const Open *open)
{
    g_autoptr(GString) escaped = g_string_new(NULL);
    HtmlWriter plain = html_writer_on(escaped);
    html_writer_text(&plain, slice_of(open->address->str, open->address->len));
    const Slice written = slice_of(writer->out->str, writer->out->len);
    return slice_equal(slice_from(written, MIN(open->content_at, written.len)),
                       slice_of(escaped->str, escaped->len));
}

/* Where a link leads is in sight. */
static void show_address(HtmlWriter *writer, const GString *text)
{
    const Slice address = slice_of(text->str, text->len);
    const Slice shown = utf8_text_cut(address, SHOWN_ADDRESS_MAX);
    html_writer_begin(writer, "span");
    html_writer_attribute_text(writer, "class", "address");
    html_writer_string(writer, " [");
    html_writer_text(writer, shown);
    html_writer_string(writer, shown.len < address.len ? "…]" : "]");
    html_writer_end(writer, "span");
}

static void close_top(Walk *walk)
{
    Open *top = &walk->open[--walk->n_open];
    const bool needs_address = top->address != NULL && !shows_its_address(walk->writer, top);
    html_writer_end(walk->writer, top->element->written_as);
    if (needs_address) {
        show_address(walk->writer, top->address);
    }
    if (top->address != NULL) {
        g_string_free(top->address, true);
    }
}

/* Finds the innermost open element that is one of `names`, not beyond one of `barriers`. */
static bool find_open(const Walk *walk, const char *names, const char *barriers, size_t *ret_at)
{
    for (size_t i = walk->n_open; i-- > 0;) {
        const char *name = walk->open[i].element->name;
        if (html_element_in_list(names, name)) {
            *ret_at = i;
            return true;
        }
        if (html_element_in_list(barriers, name)) {
            return false;
        }
    }
    return false;
}

static void close_down_to(Walk *walk, size_t at)
{
    while (walk->n_open > at) {
        close_top(walk);
    }
}

static void end_element(Walk *walk, const HtmlElement *element)
{
    size_t at = 0;
    if (find_open(walk, element->name, html_element_barriers(element), &at)) {
        close_down_to(walk, at);
    }
}

static void push(Walk *walk, const HtmlElement *element, GString *address)
{
    walk->open[walk->n_open++] = (Open){
        .element = element, .address = address, .content_at = walk->writer->out->len + 1};
}

static void start_link(Walk *walk, const HtmlElement *element, const HtmlAttributes *attributes)
{
    g_autoptr(GString) address = g_string_new(NULL);
    if (html_link_read(attributes->href, address) != HTML_LINK_WEB) {
        walk->findings->n_links += attributes->href.len > 0;
        html_writer_begin(walk->writer, "a");
        push(walk, element, NULL);
        return;
    }
    html_writer_begin(walk->writer, "a");
    html_writer_attribute(walk->writer, "href", slice_of(address->str, address->len));
    html_writer_attribute_text(walk->writer, "rel", "noreferrer noopener nofollow");
    push(walk, element, g_steal_pointer(&address));
}

/* What stands for an image that is not shown. */
static void describe_image(Walk *walk, const char *what, Slice address, Slice alt)
{
    g_autoptr(GString) words = g_string_new(NULL);
    html_link_append_decoded(words, alt);
    html_writer_begin(walk->writer, "span");
    html_writer_attribute_text(walk->writer, "class", "image");
    html_writer_string(walk->writer, "[");
    html_writer_string(walk->writer, what);
    if (address.len > 0) {
        const Slice shown = utf8_text_cut(address, SHOWN_ADDRESS_MAX);
        html_writer_string(walk->writer, ": ");
        html_writer_text(walk->writer, shown);
        html_writer_string(walk->writer, shown.len < address.len ? "…" : "");
    }
    if (words->len > 0) {
        html_writer_string(walk->writer, " “");
        html_writer_text(walk->writer, slice_of(words->str, words->len));
        html_writer_string(walk->writer, "”");
    }
    html_writer_string(walk->writer, "]");
    html_writer_end(walk->writer, "span");
}

static void write_image(Walk *walk, const char *address, const HtmlAttributes *attributes)
{
    g_autoptr(GString) words = g_string_new(NULL);
    html_link_append_decoded(words, attributes->alt);
    html_writer_begin(walk->writer, "img");
    html_writer_attribute_text(walk->writer, "src", address);
    html_writer_attribute(walk->writer, "alt", slice_of(words->str, words->len));
}

static void image(Walk *walk, const HtmlAttributes *attributes)
{
    g_autoptr(GString) address = g_string_new(NULL);
    const HtmlLinkKind kind = html_link_read(attributes->src, address);
    if (kind == HTML_LINK_CONTENT) {
        const char *data = walk->images->image(walk->images->data, address->str);
        if (data != NULL) {
            write_image(walk, data, attributes);
            return;
        }
        describe_image(walk, "image of the mail, not shown",
                       slice_of(address->str, address->len), attributes->alt);
        return;
    }
    if (kind == HTML_LINK_WEB) {
        const bool is_pixel = html_attributes_is_tiny(attributes, PIXEL_MAX);
        walk->findings->n_images++;
        describe_image(walk, is_pixel ? "tracking image, not loaded" : "image, not loaded",
                       slice_of(address->str, address->len), attributes->alt);
        return;
    }
    describe_image(walk, "image, not shown", SLICE_EMPTY, attributes->alt);
}

/* Table rows and cells without a table are no elements for a browser, and a table right inside
 * another would end it. */
static bool may_stand_here(const Walk *walk, const HtmlElement *element)
{
    size_t at = 0;
    if (element->kind != HTML_ELEMENT_TABLE) {
        return true;
    }
    const bool in_table = find_open(walk, "table", "", &at);
    if (strcmp(element->name, "table") != 0) {
        return in_table;
    }
    return !in_table || find_open(walk, "td th caption", "table", &at);
}

static void start_kept(Walk *walk, const HtmlElement *element, const HtmlAttributes *attributes)
{
    size_t at = 0;
    if (!may_stand_here(walk, element)) {
        html_writer_string(walk->writer, " ");
        return;
    }
    if (*element->closes != '\0' &&
        find_open(walk, element->closes, html_element_barriers(element), &at)) {
        close_down_to(walk, at);
    }
    if (walk->n_open == HTML_DEPTH_MAX && element->kind != HTML_ELEMENT_VOID) {
        return;
    }
    if (strcmp(element->name, "a") == 0) {
        start_link(walk, element, attributes);
        return;
    }
    html_writer_begin(walk->writer, element->written_as);
    html_attributes_write(attributes, walk->writer);
    if (element->kind != HTML_ELEMENT_VOID) {
        push(walk, element, NULL);
    }
}

/* Steps over the content of script and the like. Where the end tag is missing, what follows is
 * shown as text rather than lost. */
static void skip_element(Walk *walk, const HtmlElement *element)
{
    bool *no_end = &walk->no_end[html_element_number(element)];
    walk->findings->n_scripts += element->is_active;
    if (!*no_end && !html_tag_skip_content(&walk->rest, element->name)) {
        *no_end = true;
    }
}

static void start_element(Walk *walk, const HtmlElement *element,
                          const HtmlAttributes *attributes)
{
    walk->findings->n_hidden += attributes->is_hidden && element->kind != HTML_ELEMENT_SKIPPED;
    switch (element->kind) {
    case HTML_ELEMENT_SKIPPED:
        skip_element(walk, element);
        break;
    case HTML_ELEMENT_DROPPED:
        walk->findings->n_scripts += element->is_active;
        break;
    case HTML_ELEMENT_IMAGE:
        image(walk, attributes);
        break;
    case HTML_ELEMENT_VOID:
    case HTML_ELEMENT_TABLE:
    case HTML_ELEMENT_KEPT:
        start_kept(walk, element, attributes);
        break;
    }
}

static void take_less_than(Walk *walk)
{
    HtmlTag tag;
    const Slice rest = walk->rest;
    if (rest.len > 1 && (rest.ptr[1] == '!' || rest.ptr[1] == '?')) {
        html_tag_skip_markup(&walk->rest, &walk->no_comment_ends);
        return;
    }
    if (!html_tag_take(&walk->rest, &tag)) {
        html_writer_string(walk->writer, "<");
        walk->rest = slice_from(rest, 1);
        return;
    }
    HtmlAttributes attributes;
    html_attributes_take(&walk->rest, &tag, &attributes);
    const HtmlElement *element = html_element_find(tag.name);
    if (element == NULL) {
        return;
    }
    if (!tag.is_end) {
        start_element(walk, element, &attributes);
    } else if (element->kind == HTML_ELEMENT_KEPT || element->kind == HTML_ELEMENT_TABLE) {
        end_element(walk, element);
    }
}

static void take_reference(Walk *walk)
{
    uint32_t character = '&';
    const size_t length = html_entity_parse(walk->rest, &character);
    walk->rest = slice_from(walk->rest, MAX(length, 1));
    /* Marks that only pad a mail, or allow a line to break. */
    if (character != 0xAD && character != 0x200B && character != 0xFEFF) {
        html_writer_character(walk->writer, character == 0 ? 0xFFFD : character);
    }
}

static void take_text(Walk *walk)
{
    size_t length = 1;
    while (length < walk->rest.len && walk->rest.ptr[length] != '<' &&
           walk->rest.ptr[length] != '&') {
        length++;
    }
    html_writer_text(walk->writer, slice_of(walk->rest.ptr, length));
    walk->rest = slice_from(walk->rest, length);
}

void html_sanitizer_run(Slice html, const HtmlImages *images, HtmlWriter *writer,
                        HtmlFindings *findings)
{
    Walk walk = {.rest = html, .writer = writer, .images = images, .findings = findings};
    while (walk.rest.len > 0) {
        if (walk.rest.ptr[0] == '<') {
            take_less_than(&walk);
        } else if (walk.rest.ptr[0] == '&') {
            take_reference(&walk);
        } else {
            take_text(&walk);
        }
    }
    close_down_to(&walk, 0);
    /* Closes a tag that is still open. */
    html_writer_string(writer, "");
}
