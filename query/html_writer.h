/* html_writer.h - HTML that is right by construction: what is not markup of ours is escaped.
 *
 * Names of elements and attributes are constants of the program; all text goes through
 * html_writer_text or html_writer_attribute. There, & < > " ' become references, control and
 * invisible characters are shown as terminal_text shows them (tab and line end stay), bytes
 * that are no UTF-8 become U+FFFD.
 *
 * Memory: the output string is the caller's. Linear.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    GString *out; /* owned by the caller */
    bool tag_is_open;
} HtmlWriter;

HtmlWriter html_writer_on(GString *out);

/* "<name"; attributes may follow, anything else closes the tag. */
void html_writer_begin(HtmlWriter *writer, const char *name);

/* "</name>". */
void html_writer_end(HtmlWriter *writer, const char *name);

void html_writer_attribute(HtmlWriter *writer, const char *name, Slice value);
void html_writer_attribute_text(HtmlWriter *writer, const char *name, const char *value);

void html_writer_text(HtmlWriter *writer, Slice text);
void html_writer_string(HtmlWriter *writer, const char *text);
void html_writer_character(HtmlWriter *writer, gunichar character);

/* An element that holds nothing but text. */
void html_writer_element(HtmlWriter *writer, const char *name, const char *text);

/* Markup that is a constant of the program. */
void html_writer_markup(HtmlWriter *writer, const char *markup);
