/* SPDX-License-Identifier: MIT */
#include "query/html_writer.h"

#include "schema/terminal_text.h"

HtmlWriter html_writer_on(GString *out)
{
    return (HtmlWriter){.out = out};
}

static void close_tag(HtmlWriter *writer)
{
    if (writer->tag_is_open) {
        g_string_append_c(writer->out, '>');
        writer->tag_is_open = false;
    }
}

void html_writer_begin(HtmlWriter *writer, const char *name)
{
    close_tag(writer);
    g_string_append_printf(writer->out, "<%s", name);
    writer->tag_is_open = true;
}

void html_writer_end(HtmlWriter *writer, const char *name)
{
    close_tag(writer);
    g_string_append_printf(writer->out, "</%s>", name);
}

static void append_character(GString *out, gunichar character)
{
    switch (character) {
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
    case '\'':
        g_string_append(out, "&#39;");
        break;
    case '\n':
    case '\t':
        g_string_append_c(out, (char)character);
        break;
    default:
        if (!g_unichar_validate(character)) {
            g_string_append(out, "\xEF\xBF\xBD");
        } else if (terminal_text_is_control(character)) {
            g_string_append_printf(out, character < 0x80 ? "\\x%02x" : "\\u%04x", character);
        } else {
            g_string_append_unichar(out, character);
        }
    }
}

static void append_escaped(GString *out, Slice text)
{
    while (text.len > 0) {
        /* GLib takes a NUL for the end of the text. */
        const gunichar character =
            text.ptr[0] == '\0' ? 0 : g_utf8_get_char_validated(text.ptr, (gssize)text.len);
        const bool is_bad = character == (gunichar)-1 || character == (gunichar)-2;
        append_character(out, is_bad ? 0xFFFD : character);
        text = slice_from(text, is_bad ? 1 : (size_t)g_unichar_to_utf8(character, NULL));
    }
}

void html_writer_attribute(HtmlWriter *writer, const char *name, Slice value)
{
    g_assert(writer->tag_is_open);
    g_string_append_printf(writer->out, " %s=\"", name);
    append_escaped(writer->out, value);
    g_string_append_c(writer->out, '"');
}

void html_writer_attribute_text(HtmlWriter *writer, const char *name, const char *value)
{
    html_writer_attribute(writer, name, slice_of_string(value));
}

void html_writer_text(HtmlWriter *writer, Slice text)
{
    close_tag(writer);
    append_escaped(writer->out, text);
}

void html_writer_string(HtmlWriter *writer, const char *text)
{
    html_writer_text(writer, slice_of_string(text));
}

void html_writer_character(HtmlWriter *writer, gunichar character)
{
    close_tag(writer);
    append_character(writer->out, character);
}

void html_writer_element(HtmlWriter *writer, const char *name, const char *text)
{
    html_writer_begin(writer, name);
    html_writer_string(writer, text);
    html_writer_end(writer, name);
}

void html_writer_markup(HtmlWriter *writer, const char *markup)
{
    close_tag(writer);
    g_string_append(writer->out, markup);
}
