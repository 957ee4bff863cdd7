/* SPDX-License-Identifier: MIT */
#include "indexer/flowed.h"

static const struct {
    const char *name;
    const char *text;
    bool delsp;
    const char *wanted;
} cases[] = {
    {"fixed_lines_stay", "one\ntwo\n", false, "one\ntwo\n"},
    {"flowed_lines_are_joined", "one \ntwo \nthree\n", false, "one two three\n"},
    {"crlf_becomes_lf", "one \r\ntwo\r\n", false, "one two\n"},
    {"delsp_drops_the_space", "on \ne\n", true, "one\n"},
    {"stuffing_is_undone", "  two spaces\n From x\n >quote\n", false,
     " two spaces\nFrom x\n>quote\n"},
    {"quotes_keep_their_marks", ">a \n>b\n", false, "> a b\n"},
    {"other_quote_depth_ends_a_paragraph", ">> a \n> b \nc\n", false, ">> a \n> b \nc\n"},
    {"signature_mark_is_fixed", "text \n-- \nAnn\n", false, "text \n-- \nAnn\n"},
    {"last_line_may_lack_its_end", "a \nb", false, "a b\n"},
    {"flowed_line_at_the_end", "a ", false, "a \n"},
    {"empty_lines_stay", "a\n\nb\n", false, "a\n\nb\n"},
    {"nothing", "", false, ""},
};

static void test_case(gconstpointer data)
{
    const size_t i = GPOINTER_TO_SIZE(data);
    const size_t length = strlen(cases[i].text);
    g_autofree char *text = g_memdup2(cases[i].text, length);
    g_autoptr(GString) out = g_string_new(NULL);
    flowed_append(slice_of(text, length), cases[i].delsp, out);
    g_assert_cmpstr(out->str, ==, cases[i].wanted);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/flowed/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_case);
    }
    return g_test_run();
}
