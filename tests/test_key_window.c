/* SPDX-License-Identifier: MIT */
#include "schema/key_window.h"

#include <glib.h>

#define DAY_SECONDS INT64_C(86400)

typedef struct {
    const char *name;
    const char *dates[4]; /* first, last; of one or two observations */
    bool is_known;
    int64_t begin;
    int64_t end;
} Case;

static const Case cases[] = {
    {"days", {"2012-01-01", "2012-01-31"}, true, 1325376000, 1328054399},
    {"months_are_whole", {"2012-01", "2012-02"}, true, 1325376000, 1330559999},
    {"december_ends_with_the_year", {"2012-12", "2012-12"}, true, 1354320000, 1356998399},
    {"years_are_whole", {"2012", "2012"}, true, 1325376000, 1356998399},
    {"a_time_behind_the_date_is_not_read",
     {"2012-01-01T10:00:00Z", "2012-01-31 10:00"},
     true,
     1325376000,
     1328054399},
    {"two_observations_span_what_is_between",
     {"2012-01-31", "2012-01-31", "2012-01-01", "2012-01-02"},
     true,
     1325376000,
     1328054399},
    {"an_undated_observation_adds_nothing",
     {"2012-01-01", "2012-01-31", "", NULL},
     true,
     1325376000,
     1328054399},
    {"without_a_last_the_end_is_open", {"2012-01-01", ""}, true, 1325376000, INT64_MAX},
    {"without_a_first_the_beginning_is_open", {"", "2012-01-31"}, true, INT64_MIN, 1328054399},
    {"no_dates_are_no_window", {"", ""}, false, 0, 0},
    {"what_is_no_date_is_unknown", {"spring 2012", "2012-13-40"}, false, 0, 0},
    {"half_a_date_is_unknown", {"2012-1", "201"}, false, 0, 0},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    KeyWindow window = {0};
    key_window_widen(&window, test->dates[0], test->dates[1]);
    key_window_widen(&window, test->dates[2], test->dates[3]);
    g_assert_cmpint(window.is_known, ==, test->is_known);
    g_assert_cmpint(window.begin, ==, test->begin);
    g_assert_cmpint(window.end, ==, test->end);
}

static void test_a_year_beside_the_window_counts(void)
{
    KeyWindow window = {0};
    g_assert_true(key_window_covers(&window, 0));
    key_window_widen(&window, "2012-01-01", "2012-01-31");
    g_assert_true(key_window_covers(&window, window.begin - 366 * DAY_SECONDS));
    g_assert_false(key_window_covers(&window, window.begin - 366 * DAY_SECONDS - 1));
    g_assert_true(key_window_covers(&window, window.end + 366 * DAY_SECONDS));
    g_assert_false(key_window_covers(&window, window.end + 366 * DAY_SECONDS + 1));
    key_window_widen(&window, "2014-01-01", "");
    g_assert_true(key_window_covers(&window, INT64_MAX));
    g_assert_false(key_window_covers(&window, INT64_MIN));
    key_window_widen(&window, "", "2015");
    g_assert_true(key_window_covers(&window, INT64_MIN));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/key_window/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/key_window/a_year_beside_the_window_counts",
                    test_a_year_beside_the_window_counts);
    return g_test_run();
}
