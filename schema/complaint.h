/* complaint.h - a line for the person at the terminal: what is wrong, or could be better.
 *
 * What it says may come from mail and is made safe (terminal_text.h). Errors: none.
 */
#pragma once

#include <glib.h>
#include <stdarg.h>

/* Prints "program: message" on stderr, behind what was printed on stdout before. */
void complaint_print(const char *program, const char *format, va_list arguments)
    G_GNUC_PRINTF(2, 0);
