/* json_writer.h - JSON text that is right by construction.
 *
 * Every string is escaped on its way in: quotes, control characters, and the invisible
 * characters that terminal_text shows, so that a JSON line is safe to look at on a terminal.
 * Bytes that are no UTF-8 become U+FFFD.
 *
 * Keys are constants of the program; NULL for an element of an array or the outermost value.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    GString *out; /* owned by the caller */
    bool needs_comma;
} JsonWriter;

JsonWriter json_writer_on(GString *out);

void json_writer_begin_object(JsonWriter *writer, const char *key);
void json_writer_end_object(JsonWriter *writer);
void json_writer_begin_array(JsonWriter *writer, const char *key);
void json_writer_end_array(JsonWriter *writer);
void json_writer_string(JsonWriter *writer, const char *key, Slice value);
void json_writer_text(JsonWriter *writer, const char *key, const char *value);
void json_writer_integer(JsonWriter *writer, const char *key, int64_t value);
/* A number of tenths, 0 at least, with its decimal: 658 is 65.8. */
void json_writer_tenths(JsonWriter *writer, const char *key, int64_t tenths);

void json_writer_boolean(JsonWriter *writer, const char *key, bool value);
void json_writer_null(JsonWriter *writer, const char *key);

/* Strings of a list of words separated by spaces, as an array. */
void json_writer_words(JsonWriter *writer, const char *key, const char *words);
