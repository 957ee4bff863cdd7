/* SPDX-License-Identifier: MIT */
#include "query/csv_writer.h"

static void test_cells(void)
{
    static const struct {
        const char *text;
        const char *cell;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"two words", "\"two words\""},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"a\nb", "\"a b\""},
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "\"' =1\""},
        {"\r=1", "\"' =1\""},
        {"＝1", "'＝1"},
        {"=cmd|'/C calc'!A0", "\"'=cmd|'/C calc'!A0\""},
        {"\x1b[31m", "\\x1b[31m"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t size = strlen(cases[i].text);
        g_autofree char *exact = g_memdup2(cases[i].text, size);
        g_autoptr(GString) out = g_string_new(NULL);
        csv_writer_text(out, true, slice_of(exact, size));
        g_assert_cmpstr(out->str, ==, cases[i].cell);
    }
}

static void test_record(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    csv_writer_integer(out, true, -7);
    csv_writer_text(out, false, SLICE_LITERAL("x"));
    csv_writer_text(out, false, SLICE_EMPTY);
    csv_writer_end(out);
    g_assert_cmpstr(out->str, ==, "-7,x,\r\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv_writer/cells_are_quoted_and_never_formulas", test_cells);
    g_test_add_func("/csv_writer/records_end_in_crlf", test_record);
    return g_test_run();
}
