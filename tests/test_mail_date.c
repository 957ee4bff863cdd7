/* SPDX-License-Identifier: MIT */
#include "indexer/mail_date.h"

typedef struct {
    const char *name;
    const char *text;
    const char *iso; /* UTC; NULL when it is no date */
    int32_t offset_minutes;
} Case;

static const Case dates[] = {
    {"rfc_5322", "Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z", -360},
    {"no_weekday", "1 Apr 2016 00:00:00 +0200", "2016-03-31T22:00:00Z", 120},
    {"no_seconds", "Mon, 2 May 2011 10:20 +0000", "2011-05-02T10:20:00Z", 0},
    {"comment_after_the_zone", "Tue, 3 May 2011 10:20:30 -0700 (PDT)", "2011-05-03T17:20:30Z",
     -420},
    {"comments_anywhere", "Thu,\r\n 13\r\n Feb\r\n 1969\r\n (x(y)) 2010 23:32", NULL, 0},
    {"nested_comment", "Tue (a (b) c), 3 May 2011 (x) 10:20:30 +0100", "2011-05-03T09:20:30Z",
     60},
    {"two_digit_year_below_50", "21 Nov 09 09:55:06 GMT", "2009-11-21T09:55:06Z", 0},
    {"two_digit_year_from_50", "21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z", 0},
    {"three_digit_year", "21 Nov 104 09:55:06 GMT", "2004-11-21T09:55:06Z", 0},
    {"named_zone", "21 Nov 2004 09:55:06 EST", "2004-11-21T14:55:06Z", -300},
    {"unknown_zone_is_utc", "21 Nov 2004 09:55:06 XYZ", "2004-11-21T09:55:06Z", 0},
    {"military_zone_is_utc", "21 Nov 2004 09:55:06 A", "2004-11-21T09:55:06Z", 0},
    {"zone_with_colon", "21 Nov 2004 09:55:06 +05:30", "2004-11-21T04:25:06Z", 330},
    {"zone_of_two_digits", "21 Nov 2004 09:55:06 +02", "2004-11-21T07:55:06Z", 120},
    {"zone_after_its_name", "21 Nov 2004 09:55:06 GMT+0200", "2004-11-21T07:55:06Z", 120},
    {"impossible_zone_is_ignored", "21 Nov 2004 09:55:06 +9999", "2004-11-21T09:55:06Z", 0},
    {"no_zone", "21 Nov 2004 09:55:06", "2004-11-21T09:55:06Z", 0},
    {"asctime", "Sat Apr 27 04:53:44 2019", "2019-04-27T04:53:44Z", 0},
    {"asctime_with_zone", "Sat Apr 27 04:53:44 CEST 2019", "2019-04-27T02:53:44Z", 120},
    {"asctime_with_offset", "Sat Apr 27 04:53:44 +0200 2019", "2019-04-27T02:53:44Z", 120},
    {"rfc_850", "Friday, 21-Nov-97 09:55:06 GMT", "1997-11-21T09:55:06Z", 0},
    {"iso_8601", "2011-05-06T12:34:56Z", "2011-05-06T12:34:56Z", 0},
    {"iso_8601_with_zone", "2011-05-06 12:34:56.789 +02:00", "2011-05-06T10:34:56Z", 120},
    {"slashes_year_first", "1999/01/31 10:00:00", "1999-01-31T10:00:00Z", 0},
    {"slashes_only_one_way", "31/01/1999 10:00:00", "1999-01-31T10:00:00Z", 0},
    {"slashes_two_ways_is_none", "05/06/2017 10:00:00", NULL, 0},
    {"slashes_same_number", "05/05/2017 10:00:00", "2017-05-05T10:00:00Z", 0},
    {"pm", "21 Nov 2004 3:55:06 PM", "2004-11-21T15:55:06Z", 0},
    {"am_at_midnight", "21 Nov 2004 12:05:06 AM", "2004-11-21T00:05:06Z", 0},
    {"full_month_name", "21 November 2004 09:55:06 +0000", "2004-11-21T09:55:06Z", 0},
    {"date_without_time", "21 Nov 2004", "2004-11-21T00:00:00Z", 0},
    {"leap_day", "29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z", 0},
    {"leap_day_that_is_none", "29 Feb 2001 00:00:00 +0000", NULL, 0},
    {"leap_second", "30 Jun 2015 23:59:60 +0000", "2015-07-01T00:00:00Z", 0},
    {"day_32", "32 Jan 2004 00:00:00 +0000", NULL, 0},
    {"hour_25", "21 Jan 2004 25:00:00 +0000", NULL, 0},
    {"year_1970_is_implausible", "Thu, 01 Jan 1970 00:00:00 +0000", NULL, 0},
    {"year_2100_is_implausible", "Fri, 01 Jan 2100 00:00:00 +0000", NULL, 0},
    {"last_plausible", "Thu, 31 Dec 2099 23:59:59 +0000", "2099-12-31T23:59:59Z", 0},
    {"huge_numbers", "99999999999999999999 Jan 99999999999999999999 1:1:1 +99999999999", NULL,
     0},
    {"words_only", "last Tuesday", NULL, 0},
    {"empty", "", NULL, 0},
    {"unclosed_comment", "21 Nov 2004 09:55:06 +0100 (CET", "2004-11-21T08:55:06Z", 60},
    {"dots", "21.11.2004 09:55:06 +0000", "2004-11-21T09:55:06Z", 0},
    {"commas_in_between", "Sun, 21 Nov, 2004 09:55:06 +0000", "2004-11-21T09:55:06Z", 0},
};

static const Case received[] = {
    {"after_the_last_semicolon",
     "from a by b with SMTP id 1; x; Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z",
     -360},
    {"none_without_semicolon", "from a by b Fri, 21 Nov 1997 09:55:06 -0600", NULL, 0},
    {"folded", "from a (1.2.3.4)\r\n by b;\r\n Fri, 21 Nov 1997\r\n 09:55:06 +0000 (GMT)",
     "1997-11-21T09:55:06Z", 0},
};

static const Case envelopes[] = {
    {"rfc_4155", "From a@b.example Sat Apr 27 04:53:44 2019", "2019-04-27T04:53:44Z", 0},
    {"address_with_spaces", "From \"a b\"@c.example Sat Apr 27 04:53:44 2019",
     "2019-04-27T04:53:44Z", 0},
    {"no_weekday", "From a@b.example 27 Apr 2019 04:53:44", "2019-04-27T04:53:44Z", 0},
    {"takeout", "From 1234567@xxx Thu Sep 07 12:00:00 +0000 2017", "2017-09-07T12:00:00Z", 0},
    {"no_date", "From here to there", NULL, 0},
    {"empty", "", NULL, 0},
};

typedef bool (*ParseFunc)(Slice text, MailDate *ret_date);

static void check(const Case *test, ParseFunc parse)
{
    const size_t length = strlen(test->text);
    g_autofree char *text = g_memdup2(test->text, length);
    MailDate date = {0};
    const bool ok = parse(slice_of(text, length), &date);
    if (test->iso == NULL) {
        g_assert_false(ok);
        return;
    }
    g_assert_true(ok);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(date.time);
    g_autofree char *iso = g_date_time_format_iso8601(time);
    g_assert_cmpstr(iso, ==, test->iso);
    g_assert_cmpint(date.offset_minutes, ==, test->offset_minutes);
}

static void test_date(gconstpointer data)
{
    check(data, mail_date_parse);
}

static void test_received(gconstpointer data)
{
    check(data, mail_date_parse_received);
}

static void test_envelope(gconstpointer data)
{
    check(data, mail_date_parse_envelope);
}

/* Each day of the range against GLib's calendar. */
static void test_all_days(void)
{
    g_autoptr(GDateTime) day = g_date_time_new_utc(1971, 1, 1, 12, 34, 56);
    while (g_date_time_get_year(day) < 2100) {
        g_autofree char *text = g_date_time_format(day, "%e %b %Y %H:%M:%S +0000");
        MailDate date;
        g_assert_true(mail_date_parse(slice_of_string(text), &date));
        g_assert_cmpint(date.time, ==, g_date_time_to_unix(day));
        GDateTime *next = g_date_time_add_days(day, 1);
        g_date_time_unref(day);
        day = next;
    }
}

static void add_cases(const char *group, const Case *cases, size_t n, GTestDataFunc func)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strconcat("/mail_date/", group, "/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], func);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases("date", dates, G_N_ELEMENTS(dates), test_date);
    add_cases("received", received, G_N_ELEMENTS(received), test_received);
    add_cases("envelope", envelopes, G_N_ELEMENTS(envelopes), test_envelope);
    g_test_add_func("/mail_date/every_day_agrees_with_the_calendar", test_all_days);
    return g_test_run();
}
