/* SPDX-License-Identifier: MIT */
#include "query/timeline_chart.h"
#include "query/timeline_svg.h"
#include "query_fixture.h"
#include "schema/archive.h"

static Timeline timeline_of(const char *dates, FacetTimeUnit unit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_in_memory();
    g_autofree char *sql = g_strdup_printf(
        "PRAGMA foreign_keys = 0; DELETE FROM message;"
        "INSERT INTO message SELECT unixepoch(value ->> 0), randomblob(32), 1, "
        "unixepoch(value ->> 0), 'date', 0, NULL, '', '', '', 'none', "
        "iif(value ->> 1, 'verified', 'none'), '', 0, 0, 'none', '', 9, '' FROM "
        "json_each('%s');"
        "INSERT INTO message SELECT 1, x'01', 1, NULL, 'none', 0, NULL, '', '', '', 'none', "
        "'none', '', 0, 0, 'none', '', 1, ''",
        dates);
    archive_exec(db, sql, &error);
    g_assert_no_error(error);
    g_autoptr(HitSet) hits = hit_set_read(db, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    Timeline timeline = {0};
    timeline_read(db, hits, unit, utc, &timeline, &error);
    g_assert_no_error(error);
    return timeline;
}

#define DATES                                                                                  \
    "[[\"2016-11-30 23:59:59\",1],[\"2017-02-01\",1],[\"2017-02-02\",0],[\"2017-02-03\",0],"   \
    "[\"2018-12-31 01:00\",0]]"

static void test_gaps(void)
{
    g_auto(Timeline) timeline = timeline_of(DATES, FACET_TIME_MONTH);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < timeline.periods->len; i++) {
        const TimelinePeriod *period = &g_array_index(timeline.periods, TimelinePeriod, i);
        g_string_append_printf(text, "%s %u/%u ", period->label, period->messages,
                               period->verified);
    }
    g_assert_cmpuint(timeline.periods->len, ==, 26);
    g_assert_true(g_str_has_prefix(text->str, "2016-11 1/1 2016-12 0/0 2017-01 0/0 "
                                              "2017-02 3/1 2017-03 0/0 "));
    g_assert_true(g_str_has_suffix(text->str, "2018-11 0/0 2018-12 1/0 "));
    g_assert_cmpuint(timeline.undated.messages, ==, 1);
    g_assert_cmpuint(timeline_peak(&timeline), ==, 3);
}

static void test_days_of_a_leap_year(void)
{
    g_auto(Timeline) timeline =
        timeline_of("[[\"2016-02-28\",0],[\"2016-03-01\",0]]", FACET_TIME_DAY);
    g_assert_cmpuint(timeline.periods->len, ==, 3);
    g_assert_cmpstr(g_array_index(timeline.periods, TimelinePeriod, 1).label, ==, "2016-02-29");
}

static void test_too_many_periods(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_in_memory();
    archive_exec(db,
                 "INSERT INTO message SELECT 250000000000, x'02', 1, 250000000000, 'date', 0, "
                 "NULL, '', '', '', 'none', 'none', '', 0, 0, 'none', '', 1, ''",
                 &error);
    g_assert_no_error(error);
    g_autoptr(HitSet) hits = hit_set_read(db, NULL, &error);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    Timeline timeline = {0};
    g_assert_false(timeline_read(db, hits, FACET_TIME_DAY, utc, &timeline, &error));
    g_assert_nonnull(strstr(error->message, "--by month"));
}

/* The first of 200 hits has a date of its own. */
static void test_unit(void)
{
    static const struct {
        int64_t days;
        FacetTimeUnit unit;
    } cases[] = {{60, FACET_TIME_DAY},
                 {70, FACET_TIME_MONTH},
                 {6935, FACET_TIME_MONTH},
                 {7686, FACET_TIME_YEAR}};
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_in_memory();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *sql = g_strdup_printf(
            "PRAGMA foreign_keys = 0; DELETE FROM message;"
            "WITH RECURSIVE n (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 199) "
            "INSERT INTO message SELECT iif(x = 0, 40000000, 1000000000 + x * %" G_GINT64_FORMAT
            " * 86400 / 200), randomblob(32), 1, NULL, 'date', 0, NULL, '', '', '', 'none', "
            "'none', '', 0, 0, 'none', '', 9, '' FROM n",
            cases[i].days);
        archive_exec(db, sql, &error);
        g_assert_no_error(error);
        g_autoptr(HitSet) hits = hit_set_read(db, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpint(timeline_best_unit(hits), ==, cases[i].unit);
    }
}

static void test_chart(void)
{
    g_auto(Timeline) timeline = timeline_of(DATES, FACET_TIME_MONTH);
    g_autoptr(GString) out = g_string_new(NULL);
    const TimelineChartStyle style = {.columns = 60, .unicode = true};
    timeline_chart_append(out, &timeline, &style);
    g_assert_cmpstr(out->str, ==,
                    "month      messages verified   share  █ verified, ▒ not\n"
                    "2016-11           1        1  100.0%  ███████\n"
                    "2016-12           0\n"
                    "2017-01           0\n"
                    "2017-02           3        1   33.3%  ███████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\n"
                    "⋮ 21 months without a message\n"
                    "2018-12           1        0    0.0%  ▒▒▒▒▒▒▒\n"
                    "(no date)         1        0    0.0%\n");
}

static void test_ascii_chart(void)
{
    g_auto(Timeline) timeline = timeline_of(DATES, FACET_TIME_YEAR);
    g_autoptr(GString) out = g_string_new(NULL);
    const TimelineChartStyle style = {.columns = 1, .unicode = false};
    timeline_chart_append(out, &timeline, &style);
    g_assert_cmpstr(out->str, ==,
                    "year       messages verified   share  # verified, - not\n"
                    "2016              1        1  100.0%  ###\n"
                    "2017              3        1   33.3%  ###-------\n"
                    "2018              1        0    0.0%  ---\n"
                    "(no date)         1        0    0.0%\n");
}

/* One verified message of a thousand shows, and so does one that is not. */
static void test_small_shares_show(void)
{
    Timeline timeline = {.periods = g_array_new(false, false, sizeof(TimelinePeriod))};
    char first[] = "2016";
    char second[] = "2017";
    const TimelinePeriod periods[] = {{first, 1000, 1}, {second, 1000, 999}};
    g_array_append_vals(timeline.periods, periods, 2);
    g_autoptr(GString) out = g_string_new(NULL);
    const TimelineChartStyle style = {.columns = 1, .unicode = false};
    timeline_chart_append(out, &timeline, &style);
    g_assert_nonnull(strstr(out->str, "  #---------\n"));
    g_assert_nonnull(strstr(out->str, "  #########-\n"));
    timeline_clear(&timeline);
}

typedef struct {
    int n_bars;
    char *title;
    bool in_title;
} Image;

static void see_start(GMarkupParseContext *context, const char *element, const char **names,
                      const char **values, gpointer data, GError **error)
{
    (void)context;
    (void)error;
    static const char *const known[] = {"svg", "title", "desc", "g", "rect", "text"};
    Image *image = data;
    bool is_known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        is_known = is_known || g_str_equal(element, known[i]);
    }
    g_assert_true(is_known);
    for (size_t i = 0; names[i] != NULL; i++) {
        g_assert_false(g_str_has_prefix(names[i], "on"));
        g_assert_null(strstr(names[i], "href"));
        g_assert_null(strstr(values[i], "url("));
    }
    image->n_bars += g_str_equal(element, "title");
    image->in_title = g_str_equal(element, "title") && image->title == NULL;
}

static void see_text(GMarkupParseContext *context, const char *text, gsize size, gpointer data,
                     GError **error)
{
    (void)context;
    (void)error;
    Image *image = data;
    if (image->in_title) {
        image->title = g_strndup(text, size);
        image->in_title = false;
    }
}

static void test_image(void)
{
    static const GMarkupParser parser = {.start_element = see_start, .text = see_text};
    g_autoptr(GError) error = NULL;
    g_auto(Timeline) timeline = timeline_of(DATES, FACET_TIME_MONTH);
    g_autoptr(GString) out = g_string_new(NULL);
    timeline_svg_append(out, &timeline, "<script>\"&'\x1b]0;x\x07</script>\xFF",
                        "Europe/\"x\"");
    Image image = {0};
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, (GMarkupParseFlags)0, &image, NULL);
    g_assert_true(g_markup_parse_context_parse(context, out->str, (gssize)out->len, &error));
    g_assert_true(g_markup_parse_context_end_parse(context, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(image.title, ==, "<script>\"&'\\x1b]0;x\\x07</script>\\xff");
    g_assert_cmpint(image.n_bars, ==, 1 + 3);
    g_assert_nonnull(strstr(out->str, "2017-02: 3 messages, 1 verified"));
    g_assert_nonnull(strstr(out->str, "6 messages from 2016-11 to 2018-12, 2 of them verified "
                                      "(33%); 1 without a date are not drawn"));
    g_free(image.title);
}

static void test_empty_image(void)
{
    g_auto(Timeline) timeline = timeline_of("[]", FACET_TIME_DAY);
    g_autoptr(GString) out = g_string_new(NULL);
    timeline_svg_append(out, &timeline, "", "UTC");
    g_assert_nonnull(strstr(out->str, "1 message from ? to ?"));
    g_assert_null(strstr(out->str, "nan"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timeline/gaps_are_empty_periods", test_gaps);
    g_test_add_func("/timeline/a_leap_year_has_its_day", test_days_of_a_leap_year);
    g_test_add_func("/timeline/too_many_periods_are_an_error", test_too_many_periods);
    g_test_add_func("/timeline/the_unit_fits_most_of_the_hits", test_unit);
    g_test_add_func("/timeline/chart", test_chart);
    g_test_add_func("/timeline/chart_in_ascii", test_ascii_chart);
    g_test_add_func("/timeline/small_shares_show", test_small_shares_show);
    g_test_add_func("/timeline/image_is_safe_and_complete", test_image);
    g_test_add_func("/timeline/image_without_dates", test_empty_image);
    return g_test_run();
}
