/* SPDX-License-Identifier: MIT */
#include "query/query_size.h"

#include "schema/slice.h"

typedef struct {
    const char *name;
    const char *text;
    int64_t least;
    int64_t most;
} Case;

static const Case cases[] = {
    {"alone_is_this_or_more", "1000", 1000, G_MAXINT64},
    {"k_is_1000", "10k", 10000, G_MAXINT64},
    {"ki_is_1024", "10Ki", 10240, G_MAXINT64},
    {"case_does_not_matter", "1mib", 1048576, G_MAXINT64},
    {"a_b_may_stand_behind", "2MB", 2000000, G_MAXINT64},
    {"decimals", "1.5M", 1500000, G_MAXINT64},
    {"more_than", ">1M", 1000001, G_MAXINT64},
    {"at_least", ">=1M", 1000000, G_MAXINT64},
    {"less_than", "<1M", 0, 999999},
    {"at_most", "<=1M", 0, 1000000},
    {"between", "10k..2M", 10000, 2000000},
    {"open_start", "..2M", 0, 2000000},
    {"open_end", "10k..", 10000, G_MAXINT64},
    {"nothing_is_less_than_zero", "<0", 0, -1},
};

static void test_range(gconstpointer data)
{
    const Case *test = data;
    QuerySizeRange range = {0, 0};
    g_autofree char *message = query_size_parse_range(test->text, &range);
    g_assert_cmpstr(message, ==, NULL);
    g_assert_cmpint(range.least, ==, test->least);
    g_assert_cmpint(range.most, ==, test->most);
}

static void test_faults(void)
{
    static const char *const faults[] = {
        "",
        "k",
        ">",
        "big",
        "1x",
        "1 k",
        "-1",
        "1.k",
        "..",
        "2M..10k",
        "1..x",
        "9999999999999999",
        "999999999999999G",
        "><1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        QuerySizeRange range = {7, 8};
        g_autofree char *text = g_strdup(faults[i]);
        g_autofree char *message = query_size_parse_range(text, &range);
        g_assert_nonnull(message);
        g_assert_cmpint(range.least, ==, 7);
        g_assert_cmpint(range.most, ==, 8);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/query_size/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_range);
    }
    g_test_add_func("/query_size/what_is_no_size_says_so", test_faults);
    return g_test_run();
}
