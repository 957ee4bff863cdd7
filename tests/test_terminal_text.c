/* SPDX-License-Identifier: MIT */
#include "schema/terminal_text.h"

typedef struct {
    const char *name;
    const char *text;
    TerminalTextMode mode;
    const char *safe;
} Case;

static const Case cases[] = {
    {"plain_text_stays", "Zoé, 漢字 ✔", TERMINAL_TEXT_PLAIN, "Zoé, 漢字 ✔"},
    {"escape_is_shown", "\x1b[31mred", TERMINAL_TEXT_PLAIN, "\\x1b[31mred"},
    {"bell_and_delete_are_shown", "\x07\x7F", TERMINAL_TEXT_PLAIN, "\\x07\\x7f"},
    {"c1_control_is_shown",
     "\xC2\x9B"
     "31m",
     TERMINAL_TEXT_PLAIN, "\\u009b31m"},
    {"bidi_override_is_shown", "a\xE2\x80\xAEgpj", TERMINAL_TEXT_PLAIN, "a\\u202egpj"},
    {"bidi_isolate_is_shown", "\xE2\x81\xA6x", TERMINAL_TEXT_PLAIN, "\\u2066x"},
    {"direction_mark_is_shown", "\xE2\x80\x8F", TERMINAL_TEXT_PLAIN, "\\u200f"},
    {"tag_character_is_shown", "\xF3\xA0\x81\x81", TERMINAL_TEXT_PLAIN, "\\U000e0041"},
    {"line_separator_is_shown", "\xE2\x80\xA8", TERMINAL_TEXT_BLOCK, "\\u2028"},
    {"newline_becomes_a_space_in_a_line", "a\nb\tc\rd", TERMINAL_TEXT_PLAIN, "a b c d"},
    {"newline_stays_in_a_block", "a\nb\tc", TERMINAL_TEXT_BLOCK, "a\nb\tc"},
    {"crlf_becomes_lf_in_a_block", "a\r\nb", TERMINAL_TEXT_BLOCK, "a\nb"},
    {"lone_cr_is_shown_in_a_block", "a\rb", TERMINAL_TEXT_BLOCK, "a\\x0db"},
    {"broken_utf8_is_shown", "a\xFFz\xC3", TERMINAL_TEXT_PLAIN, "a\\xffz\\xc3"},
    {"overlong_form_is_shown", "\xC0\x9B", TERMINAL_TEXT_PLAIN, "\\xc0\\x9b"},
    {"surrogate_is_shown", "\xED\xA0\x80", TERMINAL_TEXT_PLAIN, "\\xed\\xa0\\x80"},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    size_t size = strlen(test->text);
    g_autofree char *exact = g_memdup2(test->text, size);
    g_autofree char *safe = terminal_text_line(slice_of(exact, size), test->mode);
    g_assert_cmpstr(safe, ==, test->safe);
}

static void test_nul(void)
{
    g_autofree char *safe = terminal_text_line(slice_of("a\0b", 3), TERMINAL_TEXT_PLAIN);
    g_assert_cmpstr(safe, ==, "a\\x00b");
}

static void check_fitted(const char *text, size_t columns, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    terminal_text_append_fitted(out, text, columns);
    g_assert_cmpstr(out->str, ==, expected);
    g_assert_cmpuint(terminal_text_width(out->str), ==, columns);
}

static void test_fitted(void)
{
    check_fitted("abc", 5, "abc  ");
    check_fitted("abcdef", 5, "abcd…");
    check_fitted("abcde", 5, "abcde");
    check_fitted("漢字漢字", 5, "漢字…");
    check_fitted("漢字漢字", 6, "漢字… ");
    check_fitted("e\xCC\x81tat", 4, "e\xCC\x81tat");
    check_fitted("abc", 0, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/terminal_text/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/terminal_text/nul_is_shown", test_nul);
    g_test_add_func("/terminal_text/fitted_text_has_the_columns", test_fitted);
    return g_test_run();
}
