/* SPDX-License-Identifier: MIT */
#include "query/query_date.h"

#include "schema/slice.h"

typedef enum { PART_YEAR, PART_MONTH, PART_DAY, PART_HOUR, PART_MINUTE, PART_SECOND } Part;

#define N_PARTS 6

typedef struct {
    int values[N_PARTS];
    int n; /* how many were typed */
} Moment;

/* Reads one to `max_digits` digits. Returns: how many. */
static size_t read_number(const char *text, size_t max_digits, int *ret_value)
{
    size_t length = 0;
    int value = 0;
    while (length < max_digits && g_ascii_isdigit(text[length])) {
        value = value * 10 + (text[length] - '0');
        length++;
    }
    *ret_value = value;
    return length;
}

static bool is_date_separator(char byte)
{
    return byte == '-' || byte == '/' || byte == '.';
}

/* 05/06/2017 and its like: a year at the end. Returns: (transfer full) what to write instead,
 * or NULL when it is nothing of the kind. */
static char *explain_year_last(const char *text)
{
    int first = 0;
    int second = 0;
    int year = 0;
    size_t a = read_number(text, 2, &first);
    if (a == 0 || !is_date_separator(text[a])) {
        return NULL;
    }
    size_t b = read_number(text + a + 1, 2, &second);
    if (b == 0 || !is_date_separator(text[a + 1 + b])) {
        return NULL;
    }
    size_t c = read_number(text + a + b + 2, 4, &year);
    if (c != 2 && c != 4) {
        return NULL;
    }
    if (c == 2) {
        return g_strdup("ambiguous date: write the year first, with four digits");
    }
    if (first > 12 || second > 12 || first == second) {
        int month = first > 12 ? second : first;
        int day = first > 12 ? first : second;
        return g_strdup_printf("write the year first: %04d-%02d-%02d", year, month, day);
    }
    return g_strdup_printf("ambiguous date: write %04d-%02d-%02d or %04d-%02d-%02d", year,
                           second, first, year, first, second);
}

/* Whether `separator` may stand between part `index` - 1 and part `index`. */
static bool separator_fits(char separator, int index, char date_separator)
{
    switch ((Part)index) {
    case PART_YEAR:
        return false;
    case PART_MONTH:
        return separator == '-' || separator == '/';
    case PART_DAY:
        return separator == date_separator;
    case PART_HOUR:
        return separator == 'T' || separator == 't';
    case PART_MINUTE:
    case PART_SECOND:
        return separator == ':';
    }
    g_assert_not_reached();
}

/* Splits the text into its numbers. Returns: false when it has another shape. */
static bool read_moment(const char *text, Moment *ret_moment)
{
    Moment moment = {0};
    size_t length = read_number(text, 4, &moment.values[PART_YEAR]);
    if (length != 4) {
        return false;
    }
    const char *at = text + length;
    char date_separator = *at;
    moment.n = 1;
    while (*at != '\0') {
        if (moment.n >= N_PARTS || !separator_fits(*at, moment.n, date_separator)) {
            return false;
        }
        at++;
        length = read_number(at, 2, &moment.values[moment.n]);
        if (length == 0) {
            return false;
        }
        at += length;
        moment.n++;
    }
    *ret_moment = moment;
    return moment.n != PART_HOUR + 1; /* an hour without minutes is a slip of the finger */
}

static char *check_moment(const Moment *moment)
{
    const int *values = moment->values;
    if (values[PART_YEAR] < 1) {
        return g_strdup("there is no year 0");
    }
    if (moment->n > PART_MONTH && (values[PART_MONTH] < 1 || values[PART_MONTH] > 12)) {
        return g_strdup_printf("there is no month %d", values[PART_MONTH]);
    }
    if (moment->n > PART_DAY &&
        !g_date_valid_dmy((GDateDay)values[PART_DAY], (GDateMonth)values[PART_MONTH],
                          (GDateYear)values[PART_YEAR])) {
        return g_strdup_printf("%04d-%02d has no day %d", values[PART_YEAR], values[PART_MONTH],
                               values[PART_DAY]);
    }
    if (values[PART_HOUR] > 23 || values[PART_MINUTE] > 59 || values[PART_SECOND] > 59) {
        return g_strdup("there is no such time of day");
    }
    return NULL;
}

static GDateTime *moment_start(const Moment *moment, GTimeZone *zone)
{
    const int *values = moment->values;
    return g_date_time_new(zone, values[PART_YEAR], MAX(values[PART_MONTH], 1),
                           MAX(values[PART_DAY], 1), values[PART_HOUR], values[PART_MINUTE],
                           values[PART_SECOND]);
}

/* The first moment after the year, month ... second. NULL after the year 9999. */
static GDateTime *moment_end(const Moment *moment, GDateTime *start)
{
    switch ((Part)(moment->n - 1)) {
    case PART_YEAR:
        return g_date_time_add_years(start, 1);
    case PART_MONTH:
        return g_date_time_add_months(start, 1);
    case PART_DAY:
        return g_date_time_add_days(start, 1);
    case PART_HOUR:
        return g_date_time_add_hours(start, 1);
    case PART_MINUTE:
        return g_date_time_add_minutes(start, 1);
    case PART_SECOND:
        return g_date_time_add_seconds(start, 1);
    }
    g_assert_not_reached();
}

char *query_date_parse(const char *text, GTimeZone *zone, QueryDateRange *ret_range)
{
    Moment moment;
    if (!read_moment(text, &moment)) {
        char *message = explain_year_last(text);
        return message != NULL ? message
                               : g_strdup("not a date: write 2017, 2017-05 or 2017-05-31");
    }
    char *message = check_moment(&moment);
    if (message != NULL) {
        return message;
    }
    g_autoptr(GDateTime) start = moment_start(&moment, zone);
    if (start == NULL) {
        return g_strdup("there is no such date");
    }
    g_autoptr(GDateTime) end = moment_end(&moment, start);
    ret_range->first = g_date_time_to_unix(start);
    ret_range->last = end == NULL ? G_MAXINT64 : g_date_time_to_unix(end) - 1;
    return NULL;
}

char *query_date_parse_range(const char *text, GTimeZone *zone, QueryDateRange *ret_range)
{
    const char *dots = strstr(text, "..");
    if (dots == NULL) {
        return query_date_parse(text, zone, ret_range);
    }
    g_autofree char *begin = g_strndup(text, (gsize)(dots - text));
    const char *end = dots + 2;
    if (*begin == '\0' && *end == '\0') {
        return g_strdup("a range needs a date on one side at least");
    }
    QueryDateRange from = {.first = G_MININT64};
    QueryDateRange to = {.last = G_MAXINT64};
    char *message = *begin == '\0' ? NULL : query_date_parse(begin, zone, &from);
    if (message == NULL && *end != '\0') {
        message = query_date_parse(end, zone, &to);
    }
    if (message != NULL) {
        return message;
    }
    if (from.first > to.last) {
        return g_strdup("this range ends before it begins");
    }
    *ret_range = (QueryDateRange){.first = from.first, .last = to.last};
    return NULL;
}
