/* terminal_text.h - text from mail made safe for a terminal or a spreadsheet.
 *
 * Control characters (C0, DEL, C1), bidirectional controls, line separators and bytes that are
 * no UTF-8 are shown as \x1b or \u202e, never sent: a mail cannot move the cursor, change a
 * colour or turn a line around to draw a mark that it did not earn.
 *
 * Memory: results are the caller's. Linear time.
 */
#pragma once

#include "schema/slice.h"

typedef enum {
    TERMINAL_TEXT_PLAIN, /* white space of any kind becomes one space each */
    TERMINAL_TEXT_CELL,  /* the same, and what looks like the mark of a verdict is an escape */
    TERMINAL_TEXT_BLOCK  /* newlines and tabs stay; CR before LF goes */
} TerminalTextMode;

/* Appends `text` made safe. */
void terminal_text_append(GString *out, Slice text, TerminalTextMode mode);

/* Returns: (transfer full) `text` made safe, free with g_free. */
char *terminal_text_line(Slice text, TerminalTextMode mode);

/* Whether a character is shown as an escape wherever it stands. */
bool terminal_text_is_control(gunichar character);

/* Columns of one character: 2 for wide ones, 0 for combining ones. */
size_t terminal_text_char_width(gunichar character);

/* Columns that safe text takes on a terminal. */
size_t terminal_text_width(const char *safe);

/* Appends safe text cut or padded to exactly `columns`; a cut ends in "…". */
void terminal_text_append_fitted(GString *out, const char *safe, size_t columns);
