/* SPDX-License-Identifier: MIT */
#include "query/query_date.h"

#include "schema/slice.h"

typedef struct {
    const char *name;
    const char *text;
    int64_t first;
    int64_t last;
} RangeCase;

#define NEVER  G_MININT64
#define ALWAYS G_MAXINT64

static const RangeCase ranges[] = {
    {"a_year", "2017", 1483228800, 1514764799},
    {"a_month", "2017-05", 1493596800, 1496275199},
    {"a_day", "2017-05-05", 1493942400, 1494028799},
    {"a_minute", "2017-05-05T10:30", 1493980200, 1493980259},
    {"a_second", "2017-05-05T10:30:15", 1493980215, 1493980215},
    {"slashes", "2017/05/05", 1493942400, 1494028799},
    {"one_digit_months_and_days", "2017-5-5", 1493942400, 1494028799},
    {"a_leap_day", "2016-02-29", 1456704000, 1456790399},
    {"a_range_of_days", "2017-05-05..2017-05-06", 1493942400, 1494115199},
    {"mixed_precision", "2017-01..2017-05-05", 1483228800, 1494028799},
    {"open_start", "..2016", NEVER, 1483228799},
    {"open_end", "2017-04..", 1491004800, ALWAYS},
    {"before_1970", "1969", -31536000, -1},
    {"the_last_year", "9999", 253370764800, ALWAYS},
};

static void test_range(gconstpointer data)
{
    const RangeCase *test = data;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    QueryDateRange range = {0, 0};
    g_autofree char *message = query_date_parse_range(test->text, utc, &range);
    g_assert_cmpstr(message, ==, NULL);
    g_assert_cmpint(range.first, ==, test->first);
    g_assert_cmpint(range.last, ==, test->last);
}

typedef struct {
    const char *name;
    const char *text;
    const char *message;
} FaultCase;

static const FaultCase faults[] = {
    {"day_and_month_unclear", "05/06/2017", "2017-06-05 or 2017-05-06"},
    {"day_and_month_unclear_with_dots", "05.06.2017", "2017-06-05 or 2017-05-06"},
    {"day_first_and_clear", "31/12/2017", "write the year first: 2017-12-31"},
    {"month_first_and_clear", "12/31/2017", "write the year first: 2017-12-31"},
    {"two_digit_year", "05/06/17", "four digits"},
    {"no_such_month", "2017-13", "no month 13"},
    {"no_such_day", "2017-02-30", "no day 30"},
    {"no_leap_year", "2017-02-29", "no day 29"},
    {"no_such_hour", "2017-01-01T25:00", "time of day"},
    {"year_zero", "0000", "year 0"},
    {"a_word", "yesterday", "not a date"},
    {"empty", "", "not a date"},
    {"too_many_digits", "20170505", "not a date"},
    {"trailing_text", "2017-05x", "not a date"},
    {"trailing_hyphen", "2017-", "not a date"},
    {"hour_without_minutes", "2017-05-05T10", "not a date"},
    {"mixed_separators", "2017-05/05", "not a date"},
    {"range_without_ends", "..", "one side at least"},
    {"range_backwards", "2017..2016", "ends before it begins"},
    {"range_with_a_bad_end", "2017..x", "not a date"},
};

static void test_fault(gconstpointer data)
{
    const FaultCase *test = data;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    QueryDateRange range = {7, 8};
    g_autofree char *text = g_strdup(test->text);
    g_autofree char *message = query_date_parse_range(text, utc, &range);
    g_assert_nonnull(message);
    g_assert_nonnull(strstr(message, test->message));
    g_assert_cmpint(range.first, ==, 7);
    g_assert_cmpint(range.last, ==, 8);
}

static void test_zone(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+02:00");
    QueryDateRange range = {0, 0};
    g_autofree char *message = query_date_parse("2017-05-05", zone, &range);
    g_assert_cmpstr(message, ==, NULL);
    g_assert_cmpint(range.first, ==, 1493942400 - 7200);
    g_assert_cmpint(range.last, ==, 1494028799 - 7200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++) {
        g_autofree char *path = g_strdup_printf("/query_date/range/%s", ranges[i].name);
        g_test_add_data_func(path, &ranges[i], test_range);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *path = g_strdup_printf("/query_date/fault/%s", faults[i].name);
        g_test_add_data_func(path, &faults[i], test_fault);
    }
    g_test_add_func("/query_date/a_day_begins_at_midnight_of_its_zone", test_zone);
    return g_test_run();
}
