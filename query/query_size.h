/* query_size.h - sizes as people type them in a query.
 *
 *     range = [ ">" / "<" / ">=" / "<=" ] size / size ".." / ".." size / size ".." size
 *     size  = digits [ "." digits ] [ "k" / "M" / "G" / "Ki" / "Mi" / "Gi" ] [ "B" ]
 *
 * k is 1000 and Ki is 1024; letter case does not matter. A size alone means "this or more".
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Both ends included. An open end is 0 or G_MAXINT64. */
typedef struct {
    int64_t least;
    int64_t most;
} QuerySizeRange;

/* Reads one size. Returns: false when it is none, or beyond 64 bits. */
bool query_size_parse(const char *text, int64_t *ret_bytes);

/* Reads a range. Returns: NULL, or (transfer full) one line that says what is wrong. */
char *query_size_parse_range(const char *text, QuerySizeRange *ret_range);
