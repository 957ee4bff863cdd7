/* SPDX-License-Identifier: MIT */
#include "query/xml_writer.h"

#include "schema/terminal_text.h"

struct XmlWriter {
    GString *out;
    GArray *open; /* const char *, the elements that are begun */
    bool in_tag;  /* the last one's start tag is not closed */
};

XmlWriter *xml_writer_new(GString *out)
{
    XmlWriter *writer = g_new0(XmlWriter, 1);
    writer->out = out;
    writer->open = g_array_new(false, false, sizeof(const char *));
    return writer;
}

void xml_writer_free(XmlWriter *writer)
{
    if (writer == NULL) {
        return;
    }
    g_array_unref(writer->open);
    g_free(writer);
}

static void append_escaped(GString *out, Slice text)
{
    g_autofree char *safe = terminal_text_line(text, TERMINAL_TEXT_PLAIN);
    for (const char *at = safe; *at != '\0'; at++) {
        switch (*at) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        default:
            g_string_append_c(out, *at);
            break;
        }
    }
}

static void close_tag(XmlWriter *writer)
{
    if (writer->in_tag) {
        g_string_append_c(writer->out, '>');
        writer->in_tag = false;
    }
}

void xml_writer_begin(XmlWriter *writer, const char *name)
{
    close_tag(writer);
    g_string_append_printf(writer->out, "<%s", name);
    g_array_append_val(writer->open, name);
    writer->in_tag = true;
}

void xml_writer_attribute(XmlWriter *writer, const char *name, const char *value)
{
    g_assert(writer->in_tag);
    g_string_append_printf(writer->out, " %s=\"", name);
    append_escaped(writer->out, slice_of_string(value));
    g_string_append_c(writer->out, '"');
}

void xml_writer_number(XmlWriter *writer, const char *name, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    xml_writer_attribute(writer, name, g_ascii_formatd(text, sizeof(text), "%.2f", value));
}

void xml_writer_text(XmlWriter *writer, Slice text)
{
    close_tag(writer);
    append_escaped(writer->out, text);
}

void xml_writer_end(XmlWriter *writer)
{
    g_assert(writer->open->len > 0);
    const char *name = g_array_index(writer->open, const char *, writer->open->len - 1);
    if (writer->in_tag) {
        g_string_append(writer->out, "/>");
        writer->in_tag = false;
    } else {
        g_string_append_printf(writer->out, "</%s>", name);
    }
    g_string_append_c(writer->out, '\n');
    g_array_set_size(writer->open, writer->open->len - 1);
}

void xml_writer_element(XmlWriter *writer, const char *name, const char *text)
{
    xml_writer_begin(writer, name);
    xml_writer_text(writer, slice_of_string(text));
    xml_writer_end(writer);
}
