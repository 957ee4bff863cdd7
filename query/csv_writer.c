/* SPDX-License-Identifier: MIT */
#include "query/csv_writer.h"

#include "schema/terminal_text.h"

static void begin_cell(GString *out, bool is_first)
{
    if (!is_first) {
        g_string_append_c(out, ',');
    }
}

/* OWASP's list, and the full-width forms that spreadsheets read the same way. */
static bool starts_formula(Slice text)
{
    static const char *const starts[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                         "\n", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        if (slice_starts_with(text, slice_of_string(starts[i]))) {
            return true;
        }
    }
    return false;
}

void csv_writer_text(GString *out, bool is_first, Slice text)
{
    begin_cell(out, is_first);
    g_autoptr(GString) safe = g_string_new(starts_formula(text) ? "'" : "");
    terminal_text_append(safe, text, TERMINAL_TEXT_PLAIN);
    if (safe->str[strcspn(safe->str, "\",\r\n ")] == '\0') {
        g_string_append(out, safe->str);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *at = safe->str; *at != '\0'; at++) {
        if (*at == '"') {
            g_string_append_c(out, '"');
        }
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

void csv_writer_integer(GString *out, bool is_first, int64_t value)
{
    begin_cell(out, is_first);
    g_string_append_printf(out, "%" G_GINT64_FORMAT, value);
}

void csv_writer_end(GString *out)
{
    g_string_append(out, "\r\n");
}
