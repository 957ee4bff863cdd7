/* SPDX-License-Identifier: MIT */
#include "schema/complaint.h"

#include <stdio.h>

#include "schema/terminal_text.h"

void complaint_print(const char *program, const char *format, va_list arguments)
{
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    g_autofree char *safe = terminal_text_line(slice_of_string(message), TERMINAL_TEXT_BLOCK);
    (void)fflush(stdout); /* both may go to one file or pipe: in the order of saying */
    (void)fprintf(stderr, "%s: %s\n", program, safe);
}
