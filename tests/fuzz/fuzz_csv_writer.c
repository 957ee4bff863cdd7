/* SPDX-License-Identifier: MIT */
#include "query/csv_writer.h"
#include "schema/terminal_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Steps over the cell at `cell`, whose text must not begin like a formula. */
static const char *skip_cell(const char *cell)
{
    const bool is_quoted = *cell == '"';
    g_assert(cell[is_quoted] == '\0' || strchr("=+-@", cell[is_quoted]) == NULL);
    if (!is_quoted) {
        return cell + strcspn(cell, ",;\t\"");
    }
    const char *at = cell + 1;
    while (*at != '\0' && (at[0] != '"' || at[1] == '"')) {
        at += at[0] == '"' ? 2 : 1;
    }
    g_assert(*at == '"');
    return at + 1;
}

/* Two cells stay two cells of one record whatever stands between, and nothing in them is a
 * control. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char separator = ",;\t"[size % 3];
    g_autoptr(GString) out = g_string_new(NULL);
    CsvWriter writer = csv_writer_on(out, separator);
    const Slice text = slice_of((const char *)data, size);
    csv_writer_text(&writer, text);
    csv_writer_text(&writer, slice_from(text, size / 2));
    for (const char *at = out->str; *at != '\0'; at = g_utf8_next_char(at)) {
        g_assert(*at == separator || !terminal_text_is_control(g_utf8_get_char(at)));
    }
    const char *end = skip_cell(out->str);
    g_assert(*end == separator && *skip_cell(end + 1) == '\0');
    return 0;
}
