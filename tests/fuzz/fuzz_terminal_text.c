/* SPDX-License-Identifier: MIT */
#include "schema/terminal_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_safe(const char *text, bool is_block)
{
    g_assert(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);
        const bool is_layout = is_block && (character == '\n' || character == '\t');
        g_assert(is_layout || !terminal_text_is_control(character));
        g_assert(is_layout || g_unichar_type(character) != G_UNICODE_CONTROL);
    }
}

/* Nothing that a terminal obeys gets through, and a column is as wide as it was told. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Slice text = slice_of((const char *)data, size);
    g_autofree char *block = terminal_text_line(text, TERMINAL_TEXT_BLOCK);
    g_autofree char *line = terminal_text_line(text, TERMINAL_TEXT_PLAIN);
    assert_safe(block, true);
    assert_safe(line, false);
    g_autofree char *again = terminal_text_line(slice_of_string(line), TERMINAL_TEXT_PLAIN);
    g_assert(g_str_equal(again, line));
    g_autoptr(GString) fitted = g_string_new(NULL);
    terminal_text_append_fitted(fitted, line, size % 100);
    assert_safe(fitted->str, false);
    g_assert(terminal_text_width(fitted->str) == size % 100);
    return 0;
}
