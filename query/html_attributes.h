/* html_attributes.h - the attributes of HTML mail that may stay, each by its own grammar.
 *
 * Memory: an HtmlAttributes borrows from the document.
 */
#pragma once

#include "query/html_writer.h"
#include "schema/html_tag.h"

/* Attributes whose value is a number or one of a few words, written again as they are. */
#define HTML_PLAIN_MAX 12

typedef struct {
    Slice href;
    Slice src;
    Slice alt;
    Slice style;
    Slice color;   /* of <font> */
    Slice bgcolor; /* background */
    Slice width;
    Slice height;
    Slice plain[HTML_PLAIN_MAX]; /* by their place in the table */
    bool is_hidden;              /* by the attribute, or by its style */
} HtmlAttributes;

/* Takes all attributes of a tag; of one that occurs twice the first counts. */
void html_attributes_take(Slice *text, HtmlTag *tag, HtmlAttributes *ret_attributes);

/* Writes those that may stand in any element: not href, src and alt. */
void html_attributes_write(const HtmlAttributes *attributes, HtmlWriter *writer);

/* Whether width and height are both at most `max`. */
bool html_attributes_is_tiny(const HtmlAttributes *attributes, unsigned max);

/* Whether the output may have an attribute of that name. */
bool html_attributes_is_written(Slice name);
