/* SPDX-License-Identifier: MIT */
#include "schema/json_writer.h"

#include "schema/terminal_text.h"

JsonWriter json_writer_on(GString *out)
{
    return (JsonWriter){.out = out};
}

static void append_character(GString *out, gunichar character)
{
    if (character > 0xFFFF) {
        gunichar rest = character - 0x10000;
        g_string_append_printf(out, "\\u%04x\\u%04x", 0xD800 + (rest >> 10),
                               0xDC00 + (rest & 0x3FF));
    } else {
        g_string_append_printf(out, "\\u%04x", character);
    }
}

static void append_ascii(GString *out, char byte)
{
    switch (byte) {
    case '"':
    case '\\':
        g_string_append_c(out, '\\');
        g_string_append_c(out, byte);
        break;
    case '\n':
        g_string_append(out, "\\n");
        break;
    case '\r':
        g_string_append(out, "\\r");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    default:
        if (terminal_text_is_control((gunichar)byte)) {
            append_character(out, (gunichar)byte);
        } else {
            g_string_append_c(out, byte);
        }
        break;
    }
}

static void append_quoted(GString *out, Slice value)
{
    g_string_append_c(out, '"');
    size_t at = 0;
    while (at < value.len) {
        if ((unsigned char)value.ptr[at] < 0x80) {
            append_ascii(out, value.ptr[at]);
            at++;
            continue;
        }
        gunichar character =
            g_utf8_get_char_validated(value.ptr + at, (gssize)(value.len - at));
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append(out, "\uFFFD");
            at++;
            continue;
        }
        size_t length = (size_t)g_unichar_to_utf8(character, NULL);
        if (terminal_text_is_control(character)) {
            append_character(out, character);
        } else {
            g_string_append_len(out, value.ptr + at, (gssize)length);
        }
        at += length;
    }
    g_string_append_c(out, '"');
}

static void begin_value(JsonWriter *writer, const char *key)
{
    if (writer->needs_comma) {
        g_string_append_c(writer->out, ',');
    }
    if (key != NULL) {
        append_quoted(writer->out, slice_of_string(key));
        g_string_append_c(writer->out, ':');
    }
    writer->needs_comma = true;
}

void json_writer_begin_object(JsonWriter *writer, const char *key)
{
    begin_value(writer, key);
    g_string_append_c(writer->out, '{');
    writer->needs_comma = false;
}

void json_writer_end_object(JsonWriter *writer)
{
    g_string_append_c(writer->out, '}');
    writer->needs_comma = true;
}

void json_writer_begin_array(JsonWriter *writer, const char *key)
{
    begin_value(writer, key);
    g_string_append_c(writer->out, '[');
    writer->needs_comma = false;
}

void json_writer_end_array(JsonWriter *writer)
{
    g_string_append_c(writer->out, ']');
    writer->needs_comma = true;
}

void json_writer_string(JsonWriter *writer, const char *key, Slice value)
{
    begin_value(writer, key);
    append_quoted(writer->out, value);
}

void json_writer_text(JsonWriter *writer, const char *key, const char *value)
{
    json_writer_string(writer, key, slice_of_string(value));
}

void json_writer_integer(JsonWriter *writer, const char *key, int64_t value)
{
    begin_value(writer, key);
    g_string_append_printf(writer->out, "%" G_GINT64_FORMAT, value);
}

void json_writer_tenths(JsonWriter *writer, const char *key, int64_t tenths)
{
    begin_value(writer, key);
    g_string_append_printf(writer->out, "%" G_GINT64_FORMAT ".%d", tenths / 10,
                           (int)(tenths % 10));
}

void json_writer_boolean(JsonWriter *writer, const char *key, bool value)
{
    begin_value(writer, key);
    g_string_append(writer->out, value ? "true" : "false");
}

void json_writer_null(JsonWriter *writer, const char *key)
{
    begin_value(writer, key);
    g_string_append(writer->out, "null");
}

void json_writer_words(JsonWriter *writer, const char *key, const char *words)
{
    json_writer_begin_array(writer, key);
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    for (char **word = list; *word != NULL; word++) {
        if (**word != '\0') {
            json_writer_text(writer, NULL, *word);
        }
    }
    json_writer_end_array(writer);
}
