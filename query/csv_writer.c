/* SPDX-License-Identifier: MIT */
#include "query/csv_writer.h"

#include "schema/terminal_text.h"

CsvWriter csv_writer_on(GString *out, char separator)
{
    return (CsvWriter){.out = out, .separator = separator};
}

bool csv_writer_separator(const char *name, char *ret_separator)
{
    const bool is_tab = g_strcmp0(name, "tab") == 0;
    if (name != NULL && !is_tab && !g_str_equal(name, ",") && !g_str_equal(name, ";")) {
        return false;
    }
    *ret_separator = ',';
    if (is_tab) {
        *ret_separator = '\t';
    } else if (name != NULL) {
        *ret_separator = name[0];
    }
    return true;
}

static void begin_cell(CsvWriter *writer)
{
    if (writer->is_in_record) {
        g_string_append_c(writer->out, writer->separator);
    }
    writer->is_in_record = true;
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

void csv_writer_text(CsvWriter *writer, Slice text)
{
    GString *out = writer->out;
    begin_cell(writer);
    g_autoptr(GString) safe = g_string_new(starts_formula(text) ? "'" : "");
    terminal_text_append(safe, text, TERMINAL_TEXT_PLAIN);
    /* Whatever the separator: a reader may take another one for it. */
    if (safe->str[strcspn(safe->str, "\",;\t\r\n ")] == '\0') {
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

void csv_writer_integer(CsvWriter *writer, int64_t value)
{
    begin_cell(writer);
    g_string_append_printf(writer->out, "%" G_GINT64_FORMAT, value);
}

void csv_writer_end(CsvWriter *writer)
{
    g_string_append(writer->out, "\r\n");
    writer->is_in_record = false;
}
