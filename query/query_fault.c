/* SPDX-License-Identifier: MIT */
#include "query/query_fault.h"

#include <stdarg.h>

#include "schema/terminal_text.h"

/* Bytes shown before the place and from it on: text and caret fit an 80-column line. */
#define CONTEXT_BEFORE 40
#define CONTEXT_FROM   34

bool query_fault_set(QueryFault *fault, const char *text, size_t offset, size_t length,
                     const char *format, ...)
{
    if (fault->message != NULL) {
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    fault->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fault->text = g_strdup(text);
    size_t size = strlen(fault->text);
    fault->offset = MIN(offset, size);
    fault->length = MIN(length, size - fault->offset);
    return false;
}

void query_fault_clear(QueryFault *fault)
{
    g_free(fault->message);
    g_free(fault->text);
    *fault = (QueryFault){0};
}

/* The nearest place at or before `at` where a UTF-8 sequence begins. */
static size_t sequence_start(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

char *query_fault_render(const QueryFault *fault)
{
    Slice text = slice_of_string(fault->text);
    size_t place = fault->offset;
    size_t begin =
        place > CONTEXT_BEFORE ? sequence_start(fault->text, place - CONTEXT_BEFORE) : 0;
    size_t end = text.len - place > CONTEXT_FROM
                     ? sequence_start(fault->text, place + CONTEXT_FROM)
                     : text.len;
    size_t length = MIN(fault->length, end - place);

    g_autofree char *before =
        terminal_text_line(slice_of(text.ptr + begin, place - begin), TERMINAL_TEXT_PLAIN);
    g_autofree char *under =
        terminal_text_line(slice_of(text.ptr + place, length), TERMINAL_TEXT_PLAIN);
    g_autofree char *shown =
        terminal_text_line(slice_of(text.ptr + begin, end - begin), TERMINAL_TEXT_PLAIN);
    size_t indent = terminal_text_width(before) + (begin > 0 ? 1 : 0);
    size_t width = MAX(terminal_text_width(under), 1);

    GString *out = g_string_new(fault->message);
    g_string_append_printf(out, "\n  %s%s%s\n  ", begin > 0 ? "…" : "", shown,
                           end < text.len ? "…" : "");
    for (size_t i = 0; i < indent; i++) {
        g_string_append_c(out, ' ');
    }
    for (size_t i = 0; i < width; i++) {
        g_string_append_c(out, '^');
    }
    return g_string_free(out, false);
}
