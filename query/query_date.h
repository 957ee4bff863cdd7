/* query_date.h - dates as people type them in a query.
 *
 *     range = moment / moment ".." / ".." moment / moment ".." moment
 *     moment = year [ "-" month [ "-" day [ "T" hour ":" minute [ ":" second ] ] ] ]
 *
 * A slash may stand for a hyphen. A year comes first: 05/06/2017 is ambiguous and an error.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Both ends included, at the precision typed: 2017-05 is the whole month. An open end is
 * G_MININT64 or G_MAXINT64. */
typedef struct {
    int64_t first; /* Unix time */
    int64_t last;
} QueryDateRange;

/* Reads "2017", "2017-05-05". Returns: NULL, or (transfer full) one line that says what is
 * wrong. */
char *query_date_parse(const char *text, GTimeZone *zone, QueryDateRange *ret_range);

/* Reads a range or a moment. Returns: as query_date_parse. */
char *query_date_parse_range(const char *text, GTimeZone *zone, QueryDateRange *ret_range);
