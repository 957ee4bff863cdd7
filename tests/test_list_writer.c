/* SPDX-License-Identifier: MIT */
#include "query/list_writer.h"

#include "schema/terminal_text.h"

static const ListColumn columns[] = {
    {"name", "name", LIST_TEXT},       {"messages", "messages", LIST_NUMBER},
    {"percent", "share", LIST_NUMBER}, {"first", "first", LIST_WHOLE},
    {"others", "others", LIST_NAMES},  {"hidden", NULL, LIST_TEXT},
};

static void add_row(ListWriter *writer, const char *name, guint n)
{
    g_autoptr(GArray) names = list_names_new();
    const ListName first = {g_strdup("Alice, \"A\""), 3};
    const ListName second = {g_strdup("=cmd()"), 1};
    g_array_append_val(names, first);
    g_array_append_val(names, second);
    list_writer_text(writer, slice_of_string(name));
    list_writer_number(writer, n);
    list_writer_share(writer, n, 3);
    list_writer_date(writer, n > 0, 1485950400);
    list_writer_names(writer, names);
    list_writer_nothing(writer, "(none)");
}

static char *render(ListForm form, const char *name, guint n, size_t width, bool color)
{
    g_autoptr(ListWriter) writer =
        list_writer_new((ListStyle){form, ','}, columns, G_N_ELEMENTS(columns));
    GString *out = g_string_new(NULL);
    add_row(writer, name, n);
    add_row(writer, "x", 0);
    list_writer_end(writer, width, color, out);
    return g_string_free(out, false);
}

static void test_table(void)
{
    g_autofree char *out = render(LIST_TABLE, "one", 2, 110, false);
    g_assert_cmpstr(out, ==,
                    "name  messages  share  first       others\n"
                    "one          2  66.6%  2017-02-01  Alice, \"A\" (+1)\n"
                    "x            0   0.0%              Alice, \"A\" (+1)\n");
}

static void test_table_is_cut(void)
{
    g_autofree char *out =
        render(LIST_TABLE, "a very long name 名前名前名前名前 that goes on", 3, 60, false);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_assert_cmpuint(terminal_text_width(*line), <=, 60);
    }
    g_assert_nonnull(strstr(out, "…"));
    g_assert_nonnull(strstr(out, "2017-02-01"));
    g_assert_nonnull(strstr(out, "100.0%"));
}

static void test_table_never_cuts_numbers(void)
{
    g_autofree char *out = render(LIST_TABLE, "a name that is long", 3, 1, false);
    g_assert_nonnull(strstr(out, "a name that…         3  100.0%  2017-02-01  Alice, \"A\" …"));
}

static void test_table_is_safe(void)
{
    g_autofree char *out = render(LIST_TABLE, "\x1b[32m\xE2\x80\xAEx\n", 1, 110, true);
    g_assert_null(strstr(out, "\x1b[32m"));
    g_assert_nonnull(strstr(out, "\\x1b[32m\\u202ex"));
    g_assert_true(g_str_has_prefix(out, "\x1b[2mname"));
}

static void test_json(void)
{
    g_autofree char *out = render(LIST_JSON, "a\"b\n", 3, 110, true);
    g_assert_cmpstr(
        out, ==,
        "{\"schema\":1,\"name\":\"a\\\"b\\n\",\"messages\":3,\"percent\":100.0,"
        "\"first\":\"2017-02-01T12:00:00Z\",\"others\":[{\"name\":\"Alice, \\\"A\\\"\","
        "\"messages\":3},{\"name\":\"=cmd()\",\"messages\":1}],\"hidden\":null}\n"
        "{\"schema\":1,\"name\":\"x\",\"messages\":0,\"percent\":0.0,\"first\":null,"
        "\"others\":[{\"name\":\"Alice, \\\"A\\\"\",\"messages\":3},{\"name\":\"=cmd()\","
        "\"messages\":1}],\"hidden\":null}\n");
}

static void test_csv(void)
{
    g_autofree char *out = render(LIST_CSV, "=1+1", 1, 110, true);
    g_assert_cmpstr(out, ==,
                    "name,messages,percent,first,others,hidden\r\n"
                    "'=1+1,1,33.3,2017-02-01T12:00:00Z,\"Alice, \"\"A\"\"; =cmd()\",\r\n"
                    "x,0,0.0,,\"Alice, \"\"A\"\"; =cmd()\",\r\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/list_writer/table_fits_its_contents", test_table);
    g_test_add_func("/list_writer/table_cuts_text_to_the_screen", test_table_is_cut);
    g_test_add_func("/list_writer/table_never_cuts_numbers", test_table_never_cuts_numbers);
    g_test_add_func("/list_writer/table_sends_no_control_character", test_table_is_safe);
    g_test_add_func("/list_writer/json_is_one_object_a_line", test_json);
    g_test_add_func("/list_writer/csv_has_no_formulas", test_csv);
    return g_test_run();
}
