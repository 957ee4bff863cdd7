/* csv_writer.h - CSV as RFC 4180 has it, safe to open in a spreadsheet.
 *
 * Control characters are shown as terminal_text shows them. A cell that a spreadsheet would
 * take for a formula (it begins with = + - @, a tab or a CR) gets a ' in front.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    GString *out;
    char separator;
    bool is_in_record; /* a cell stands before the next one */
} CsvWriter;

/* Begins to append to `out`. */
CsvWriter csv_writer_on(GString *out, char separator);

/* The separator that a person names: "," or ";" or "tab"; NULL is ",". Spreadsheets of many
 * countries expect ";", because "," is in their numbers. Returns: false for anything else. */
bool csv_writer_separator(const char *name, char *ret_separator);

/* Appends one cell of text from mail. */
void csv_writer_text(CsvWriter *writer, Slice text);

/* Appends one cell that holds a number. */
void csv_writer_integer(CsvWriter *writer, int64_t value);

/* Ends a record. */
void csv_writer_end(CsvWriter *writer);
