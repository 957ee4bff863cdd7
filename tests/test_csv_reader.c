/* SPDX-License-Identifier: MIT */
#include "query/csv_reader.h"

/* Records are shown as "cell|cell\n", a fault as "!fault". */
static const struct {
    const char *text;
    const char *records;
} cases[] = {
    {"", ""},
    {"a", "a\n"},
    {"a,b\r\nc,d\r\n", "a|b\nc|d\n"},
    {"a,b\nc,d", "a|b\nc|d\n"},
    {"a\rb", "a\nb\n"},
    {"\xEF\xBB\xBF"
     "a,b\n",
     "a|b\n"},
    {"a,,\n,\n", "a||\n|\n"},
    {"\n\na\n", "\n\na\n"},
    {"\"a,b\",c\n", "a,b|c\n"},
    {"\"a \"\"b\"\"\",c", "a \"b\"|c\n"},
    {"\"two\r\nlines\",x\ny", "two\r\nlines|x\ny\n"},
    {"\"\",\"\"", "|\n"},
    {"a\"b,c", "a\"b|c\n"},
    {"a;b,c\nd;e", "a|b,c\nd|e\n"},
    {"a\tb\n\"c\td\"\te", "a|b\nc\td|e\n"},
    {"\"a;b\",c;d\n", "a;b|c;d\n"},
    {"name\na,b", "name\na|b\n"},
    {"\"a\" b,c\nd,e", "a!text follows a closing quote\nd|e\n"},
    {"x\n\"a\nb", "x\na\nb!a quote is not closed\n"},
    {"\"", "!a quote is not closed\n"},
};

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t size = strlen(cases[i].text);
        g_autofree char *exact = g_memdup2(cases[i].text, size);
        CsvReader reader = csv_reader_on(slice_of(exact, size));
        g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GString) records = g_string_new(NULL);
        const char *fault = NULL;
        while (csv_reader_next(&reader, cells, &fault)) {
            for (guint n = 0; n < cells->len; n++) {
                g_string_append_printf(records, "%s%s", n == 0 ? "" : "|",
                                       (char *)g_ptr_array_index(cells, n));
            }
            g_string_append_printf(records, "%s%s\n", fault == NULL ? "" : "!",
                                   fault == NULL ? "" : fault);
        }
        g_assert_cmpstr(records->str, ==, cases[i].records);
    }
}

static void test_many_cells(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i <= CSV_READER_CELLS_MAX; i++) {
        g_string_append(text, "x,");
    }
    g_string_append(text, "\nnext");
    CsvReader reader = csv_reader_on(slice_of(text->str, text->len));
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const char *fault = NULL;
    g_assert_true(csv_reader_next(&reader, cells, &fault));
    g_assert_cmpstr(fault, ==, "too many cells");
    g_assert_cmpuint(cells->len, ==, CSV_READER_CELLS_MAX);
    g_assert_true(csv_reader_next(&reader, cells, &fault));
    g_assert_null(fault);
    g_assert_cmpstr(g_ptr_array_index(cells, 0), ==, "next");
    g_assert_cmpuint(reader.line, ==, 3);
    g_assert_false(csv_reader_next(&reader, cells, &fault));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv_reader/records_and_faults", test_cases);
    g_test_add_func("/csv_reader/a_record_has_a_limit", test_many_cells);
    return g_test_run();
}
