/* SPDX-License-Identifier: MIT */
#include "schema/key_window.h"

#include <glib.h>

#define NO_TIME INT64_MIN

/* Reads exactly `n_digits`. Returns: -1 when they are not there. */
static int read_number(const char **text, int n_digits)
{
    int value = 0;
    for (int i = 0; i < n_digits; i++) {
        if (!g_ascii_isdigit((*text)[i])) {
            return -1;
        }
        value = value * 10 + g_ascii_digit_value((*text)[i]);
    }
    *text += n_digits;
    return value;
}

/* "-" and two digits. Returns: 0 when the date ends before, -1 when it cannot be read. */
static int read_part(const char **text)
{
    if (**text != '-') {
        return 0;
    }
    ++*text;
    return read_number(text, 2);
}

static int64_t unix_time(int year, int month, int day)
{
    g_autoptr(GDateTime) date = g_date_time_new_utc(year, month, day, 0, 0, 0);
    return date == NULL ? NO_TIME : g_date_time_to_unix(date);
}

/* The first or the last second of a date, as precise as it is. Returns: NO_TIME without one. */
static int64_t read_date(const char *text, bool is_end)
{
    if (text == NULL) {
        return NO_TIME;
    }
    const int year = read_number(&text, 4);
    const int month = year < 1 ? -1 : read_part(&text);
    const int day = month < 0 ? -1 : read_part(&text);
    const int64_t first = day < 0 ? NO_TIME : unix_time(year, MAX(month, 1), MAX(day, 1));
    if (first == NO_TIME || !is_end) {
        return first;
    }
    const int64_t next = day > 0                     ? first + INT64_C(86400)
                         : month == 0 || month == 12 ? unix_time(year + 1, 1, 1)
                                                     : unix_time(year, month + 1, 1);
    return next == NO_TIME ? first : next - 1;
}

void key_window_widen(KeyWindow *window, const char *first_seen, const char *last_seen)
{
    const int64_t first = read_date(first_seen, false);
    const int64_t last = read_date(last_seen, true);
    if (first == NO_TIME && last == NO_TIME) {
        return;
    }
    const int64_t end = last == NO_TIME ? INT64_MAX : last;
    window->begin = window->is_known ? MIN(window->begin, first) : first;
    window->end = window->is_known ? MAX(window->end, end) : end;
    window->is_known = true;
}

bool key_window_read_date(const char *text, int64_t *ret_time)
{
    const int64_t time = read_date(text, false);
    if (time == NO_TIME) {
        return false;
    }
    *ret_time = time;
    return true;
}

bool key_window_covers(const KeyWindow *window, int64_t time)
{
    if (!window->is_known) {
        return true;
    }
    const bool is_before =
        window->begin != INT64_MIN && time < window->begin - KEY_WINDOW_SLACK_SECONDS;
    const bool is_after =
        window->end != INT64_MAX && time > window->end + KEY_WINDOW_SLACK_SECONDS;
    return !is_before && !is_after;
}
