/* SPDX-License-Identifier: MIT
 *
 * What is an option, what a word, and what a mistake. */
#include "schema/option.h"

static const Option table[] = {
    {"workers", 'j', "N", "a number"},
    {"quiet", 'q', NULL, "say nothing"},
    {"keys", 'k', "FILE", "a file"},
    {NULL, 0, NULL, NULL},
};

typedef struct {
    const char *name;
    bool joins_letters;
    const char *arguments; /* spaces between them */
    const char *expected;  /* options and words, or the fault */
} Case;

static const Case cases[] = {
    {"letter_and_value_in_one", true, "-j1 a", "workers=1 a"},
    {"letter_and_value_in_two", true, "-j 1 a", "workers=1 a"},
    {"letters_in_one", true, "-qj12", "quiet= workers=12"},
    {"long_option_in_one", true, "--workers=3", "workers=3"},
    {"long_option_in_two", true, "--workers 3", "workers=3"},
    {"an_option_may_be_repeated", true, "-k a -k b", "keys=a keys=b"},
    {"lone_hyphen_is_a_word", true, "-q -", "quiet= -"},
    {"two_hyphens_end_the_options", true, "-- -q", "-q"},
    {"unknown_letter", true, "-qx", "unknown option -x"},
    {"unknown_name", true, "--worker 1", "unknown option --worker, did you mean --workers?"},
    {"value_is_missing", true, "-qj", "-qj needs a value: N"},
    {"value_too_many", true, "--quiet=1", "--quiet takes no value"},
    {"query_keeps_its_hyphens", false, "-j1 -x -qj", "-j1 -x -qj"},
    {"query_has_options", false, "-j 1 -q x", "workers=1 quiet= x"},
};

static char *parsed(const Case *expected)
{
    g_auto(OptionSet) set;
    option_set_init(&set);
    g_auto(GStrv) arguments = g_strsplit(expected->arguments, " ", -1);
    const OptionSyntax syntax = {.table = table, .joins_letters = expected->joins_letters};
    char *fault = option_parse(&syntax, (int)g_strv_length(arguments), arguments, &set);
    if (fault != NULL) {
        return fault;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < set.given->len; i++) {
        const OptionGiven *given = &g_array_index(set.given, OptionGiven, i);
        g_string_append_printf(out, "%s=%s ", given->name, given->value);
    }
    for (guint i = 0; i < set.words->len; i++) {
        g_string_append_printf(out, "%s ", (const char *)g_ptr_array_index(set.words, i));
    }
    g_string_truncate(out, out->len - 1);
    return g_string_free(g_steal_pointer(&out), false);
}

static void test_case(gconstpointer data)
{
    const Case *expected = data;
    g_autofree char *found = parsed(expected);
    g_assert_cmpstr(found, ==, expected->expected);
}

static void test_values(void)
{
    g_auto(OptionSet) set;
    option_set_init(&set);
    g_auto(GStrv) arguments = g_strsplit("-ka -q --keys b", " ", -1);
    const OptionSyntax syntax = {.table = table, .joins_letters = true};
    g_assert_null(option_parse(&syntax, 4, arguments, &set));
    g_autofree const char **values = option_values(&set, "keys");
    g_assert_cmpstr(values[0], ==, "a");
    g_assert_cmpstr(values[1], ==, "b");
    g_assert_null(values[2]);
    g_assert_cmpstr(option_value(&set, "keys"), ==, "b");
    g_assert_null(option_values(&set, "workers"));
    g_assert_true(option_given(&set, "quiet"));
}

static void test_help(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    option_table_help(table, out);
    g_assert_cmpstr(out->str, ==,
                    "  -j, --workers N  a number\n"
                    "  -q, --quiet      say nothing\n"
                    "  -k, --keys FILE  a file\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/option/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/option/values_come_in_order", test_values);
    g_test_add_func("/option/help_stands_below_help", test_help);
    return g_test_run();
}
