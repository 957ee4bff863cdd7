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
        {"a;b", "\"a;b\""},
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
        CsvWriter writer = csv_writer_on(out, ',');
        csv_writer_text(&writer, slice_of(exact, size));
        g_assert_cmpstr(out->str, ==, cases[i].cell);
    }
}

static void test_record(void)
{
    static const struct {
        const char *separator;
        const char *expected;
    } cases[] = {{NULL, "-7,x,\r\n\"a;b\",1\r\n"},
                 {",", "-7,x,\r\n\"a;b\",1\r\n"},
                 {";", "-7;x;\r\n\"a;b\";1\r\n"},
                 {"tab", "-7\tx\t\r\n\"a;b\"\t1\r\n"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        char separator = '\0';
        g_assert_true(csv_writer_separator(cases[i].separator, &separator));
        CsvWriter writer = csv_writer_on(out, separator);
        csv_writer_integer(&writer, -7);
        csv_writer_text(&writer, SLICE_LITERAL("x"));
        csv_writer_text(&writer, SLICE_EMPTY);
        csv_writer_end(&writer);
        csv_writer_text(&writer, SLICE_LITERAL("a;b"));
        csv_writer_integer(&writer, 1);
        csv_writer_end(&writer);
        g_assert_cmpstr(out->str, ==, cases[i].expected);
    }
    char separator = '\0';
    g_assert_false(csv_writer_separator("\"", &separator));
    g_assert_false(csv_writer_separator(";;", &separator));
    g_assert_false(csv_writer_separator("", &separator));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv_writer/cells_are_quoted_and_never_formulas", test_cells);
    g_test_add_func("/csv_writer/records_have_separators_and_end_in_crlf", test_record);
    return g_test_run();
}
