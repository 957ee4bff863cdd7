/* html_element.h - what happens to each element of HTML mail: the allow-list.
 *
 * An element that is not in the table is dropped and its content stays.
 */
#pragma once

#include <stdbool.h>

#include "schema/slice.h"

typedef enum {
    HTML_ELEMENT_KEPT,
    HTML_ELEMENT_TABLE, /* kept, where a table may stand */
    HTML_ELEMENT_VOID,  /* kept; never has content */
    HTML_ELEMENT_IMAGE,
    HTML_ELEMENT_DROPPED, /* the tags go, the content stays */
    HTML_ELEMENT_SKIPPED  /* goes with its content */
} HtmlElementKind;

typedef struct {
    const char *name;
    const char *written_as; /* of what is kept */
    const char *closes;     /* open elements that its start tag ends, separated by spaces */
    HtmlElementKind kind;
    bool is_active; /* runs, loads or asks for something: worth telling */
} HtmlElement;

/* Returns: (transfer none) NULL for a name that is not in the table. */
const HtmlElement *html_element_find(const char *name);

/* The table has fewer. */
#define HTML_ELEMENT_COUNT_MAX 128

/* Its place in the table. */
size_t html_element_number(const HtmlElement *element);

/* The elements beyond which an end tag does not reach (HTML, "has an element in scope"). */
const char *html_element_barriers(const HtmlElement *element);

/* Whether `name` is one of the words of `list`. */
bool html_element_in_list(const char *list, const char *name);

/* Whether anything is written under that name. */
bool html_element_is_written(const char *name);
