/* csv_writer.h - CSV as RFC 4180 has it, safe to open in a spreadsheet.
 *
 * Control characters are shown as terminal_text shows them. A cell that a spreadsheet would
 * take for a formula (it begins with = + - @, a tab or a CR) gets a ' in front.
 */
#pragma once

#include "schema/slice.h"

/* Appends one cell of text from mail, with a comma before it unless it is the first. */
void csv_writer_text(GString *out, bool is_first, Slice text);

/* Appends one cell that holds a number. */
void csv_writer_integer(GString *out, bool is_first, int64_t value);

/* Ends a record. */
void csv_writer_end(GString *out);
