/* SPDX-License-Identifier: MIT */
#include "query/query_size.h"

#include "schema/slice.h"

/* Digits of a size: more than these cannot be meant, and fewer cannot overflow. */
#define MAX_DIGITS 15

static const struct {
    const char *suffix;
    int64_t factor;
} units[] = {
    {"", 1},
    {"b", 1},
    {"k", 1000},
    {"kb", 1000},
    {"m", 1000000},
    {"mb", 1000000},
    {"g", 1000000000},
    {"gb", 1000000000},
    {"ki", INT64_C(1) << 10},
    {"kib", INT64_C(1) << 10},
    {"mi", INT64_C(1) << 20},
    {"mib", INT64_C(1) << 20},
    {"gi", INT64_C(1) << 30},
    {"gib", INT64_C(1) << 30},
};

static bool unit_factor(const char *suffix, int64_t *ret_factor)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_ascii_strcasecmp(suffix, units[i].suffix) == 0) {
            *ret_factor = units[i].factor;
            return true;
        }
    }
    return false;
}

/* Reads digits; `ret_scale` becomes ten to the power of their number. */
static size_t read_digits(const char *text, int64_t *ret_value, int64_t *ret_scale)
{
    size_t length = 0;
    int64_t value = 0;
    int64_t scale = 1;
    while (length < MAX_DIGITS && g_ascii_isdigit(text[length])) {
        value = value * 10 + (text[length] - '0');
        scale *= 10;
        length++;
    }
    *ret_value = value;
    *ret_scale = scale;
    return length;
}

bool query_size_parse(const char *text, int64_t *ret_bytes)
{
    int64_t whole = 0;
    int64_t fraction = 0;
    int64_t scale = 1;
    int64_t factor = 1;
    size_t at = read_digits(text, &whole, &scale);
    if (at == 0) {
        return false;
    }
    scale = 1;
    if (text[at] == '.') {
        size_t digits = read_digits(text + at + 1, &fraction, &scale);
        if (digits == 0) {
            return false;
        }
        at += 1 + digits;
    }
    int64_t bytes = 0;
    if (!unit_factor(text + at, &factor) || __builtin_mul_overflow(whole, factor, &bytes)) {
        return false;
    }
    int64_t rest = (int64_t)((double)fraction / (double)scale * (double)factor);
    return !__builtin_add_overflow(bytes, rest, ret_bytes);
}

static char *not_a_size(void)
{
    return g_strdup("not a size: write >1M, <500k, 10k..2M (k = 1000, Ki = 1024)");
}

static char *parse_between(const char *text, const char *dots, QuerySizeRange *ret_range)
{
    g_autofree char *begin = g_strndup(text, (gsize)(dots - text));
    const char *end = dots + 2;
    QuerySizeRange range = {0, G_MAXINT64};
    if ((*begin == '\0' && *end == '\0') ||
        (*begin != '\0' && !query_size_parse(begin, &range.least)) ||
        (*end != '\0' && !query_size_parse(end, &range.most))) {
        return not_a_size();
    }
    if (range.least > range.most) {
        return g_strdup("this range ends before it begins");
    }
    *ret_range = range;
    return NULL;
}

char *query_size_parse_range(const char *text, QuerySizeRange *ret_range)
{
    const char *dots = strstr(text, "..");
    if (dots != NULL) {
        return parse_between(text, dots, ret_range);
    }
    char sign = *text;
    bool is_compared = sign == '<' || sign == '>';
    bool or_equal = is_compared && text[1] == '=';
    int64_t bytes = 0;
    if (!query_size_parse(text + is_compared + or_equal, &bytes)) {
        return not_a_size();
    }
    if (sign == '<') {
        *ret_range = (QuerySizeRange){0, or_equal ? bytes : bytes - 1};
    } else {
        bool is_open = sign == '>' && !or_equal && bytes < G_MAXINT64;
        *ret_range = (QuerySizeRange){bytes + is_open, G_MAXINT64};
    }
    return NULL;
}
