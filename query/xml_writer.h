/* xml_writer.h - XML that is well-formed by construction, for SVG.
 *
 * Every text and attribute is escaped on its way in. Control characters, which XML cannot hold,
 * and what terminal_text shows rather than sends are shown as it shows them. Names of elements
 * and attributes are constants of the program.
 *
 * Memory: see each function. Errors: none.
 */
#pragma once

#include "schema/slice.h"

typedef struct XmlWriter XmlWriter;

/* Writes to `out`, which outlives the writer. Returns: (transfer full). */
XmlWriter *xml_writer_new(GString *out);
void xml_writer_free(XmlWriter *writer);

void xml_writer_begin(XmlWriter *writer, const char *name);

/* Attributes of the element that was begun last, before its contents. */
void xml_writer_attribute(XmlWriter *writer, const char *name, const char *value);
void xml_writer_number(XmlWriter *writer, const char *name, double value);

void xml_writer_text(XmlWriter *writer, Slice text);
void xml_writer_end(XmlWriter *writer);

/* An element that holds text alone. */
void xml_writer_element(XmlWriter *writer, const char *name, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlWriter, xml_writer_free)
