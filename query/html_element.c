/* SPDX-License-Identifier: MIT */
#include "query/html_element.h"

#define KEPT(name)                                                                             \
    {                                                                                          \
        name, name, "", HTML_ELEMENT_KEPT, false                                               \
    }
#define BLOCK(name)                                                                            \
    {                                                                                          \
        name, name, "p", HTML_ELEMENT_KEPT, false                                              \
    }
#define BLOCK_AS(name, w)                                                                      \
    {                                                                                          \
        name, w, "p", HTML_ELEMENT_KEPT, false                                                 \
    }
#define ITEM(name, ends)                                                                       \
    {                                                                                          \
        name, name, ends, HTML_ELEMENT_KEPT, false                                             \
    }
#define TABLE(name, ends)                                                                      \
    {                                                                                          \
        name, name, ends, HTML_ELEMENT_TABLE, false                                            \
    }
#define VOID_TAG(name)                                                                         \
    {                                                                                          \
        name, name, "", HTML_ELEMENT_VOID, false                                               \
    }
#define DROPPED(name)                                                                          \
    {                                                                                          \
        name, NULL, "", HTML_ELEMENT_DROPPED, true                                             \
    }
#define SKIPPED(name)                                                                          \
    {                                                                                          \
        name, NULL, "", HTML_ELEMENT_SKIPPED, true                                             \
    }

/* Sorted. */
/* clang-format off */
static const HtmlElement elements[] = {
    ITEM("a", "a"), KEPT("abbr"), BLOCK_AS("address", "div"), DROPPED("applet"),
    BLOCK_AS("article", "div"), BLOCK_AS("aside", "div"), DROPPED("audio"), KEPT("b"),
    DROPPED("base"), KEPT("big"), BLOCK("blockquote"), VOID_TAG("br"), DROPPED("button"),
    TABLE("caption", ""), BLOCK_AS("center", "center"), KEPT("cite"), KEPT("code"),
    ITEM("dd", "dd dt"), KEPT("del"), BLOCK_AS("details", "div"), BLOCK("div"), BLOCK("dl"),
    ITEM("dt", "dd dt"), KEPT("em"), DROPPED("embed"), BLOCK_AS("fieldset", "div"),
    BLOCK_AS("figure", "div"), {"font", "span", "", HTML_ELEMENT_KEPT, false},
    BLOCK_AS("footer", "div"), {"form", "div", "p", HTML_ELEMENT_KEPT, true},
    DROPPED("frame"), BLOCK("h1"), BLOCK("h2"), BLOCK("h3"), BLOCK("h4"), BLOCK("h5"),
    BLOCK("h6"), BLOCK_AS("header", "div"), VOID_TAG("hr"), KEPT("i"), SKIPPED("iframe"),
    {"img", "img", "", HTML_ELEMENT_IMAGE, false}, DROPPED("input"), KEPT("ins"), KEPT("kbd"),
    ITEM("li", "li"), DROPPED("link"), BLOCK_AS("listing", "pre"), BLOCK_AS("main", "div"),
    SKIPPED("math"), BLOCK_AS("nav", "div"), SKIPPED("noembed"), SKIPPED("noframes"),
    DROPPED("object"), BLOCK("ol"), BLOCK_AS("option", "div"), BLOCK("p"), BLOCK("pre"),
    KEPT("q"), KEPT("s"), KEPT("samp"), SKIPPED("script"), BLOCK_AS("section", "div"),
    KEPT("small"), KEPT("span"), KEPT("strike"), KEPT("strong"),
    {"style", NULL, "", HTML_ELEMENT_SKIPPED, false}, KEPT("sub"), BLOCK_AS("summary", "div"),
    KEPT("sup"), SKIPPED("svg"), TABLE("table", "p"), TABLE("tbody", "tbody tfoot thead"),
    TABLE("td", "td th"), SKIPPED("template"), DROPPED("textarea"),
    TABLE("tfoot", "tbody tfoot thead"), TABLE("th", "td th"),
    TABLE("thead", "tbody tfoot thead"), {"title", NULL, "", HTML_ELEMENT_SKIPPED, false},
    TABLE("tr", "tr"), KEPT("tt"), KEPT("u"), BLOCK("ul"), KEPT("var"), DROPPED("video"),
    {"xml", NULL, "", HTML_ELEMENT_SKIPPED, false}, BLOCK_AS("xmp", "pre"),
};
/* clang-format on */

G_STATIC_ASSERT(G_N_ELEMENTS(elements) < HTML_ELEMENT_COUNT_MAX);

const HtmlElement *html_element_find(const char *name)
{
    size_t low = 0;
    size_t high = G_N_ELEMENTS(elements);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(name, elements[middle].name);
        if (order == 0) {
            return &elements[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

size_t html_element_number(const HtmlElement *element)
{
    return (size_t)(element - elements);
}

const char *html_element_barriers(const HtmlElement *element)
{
    if (element->kind == HTML_ELEMENT_TABLE) {
        return "table";
    }
    if (strcmp(element->name, "li") == 0) {
        return "ol ul table td th caption";
    }
    if (strcmp(element->name, "dd") == 0 || strcmp(element->name, "dt") == 0) {
        return "dl table td th caption";
    }
    return "table td th caption";
}

bool html_element_in_list(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        const size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, name, length) == 0) {
            return true;
        }
        at += word;
    }
    return false;
}

bool html_element_is_written(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (elements[i].written_as != NULL && strcmp(elements[i].written_as, name) == 0) {
            return true;
        }
    }
    return false;
}
