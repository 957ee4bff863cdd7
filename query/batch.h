/* batch.h - a list of queries answered with numbers, one row each.
 *
 * Reads CSV and writes CSV: the columns of the list, and behind them hits, verified hits, the
 * date of the newest hit, and what is wrong with the query, if anything.
 *
 * Errors: ARCHIVE_ERROR; what is wrong with one row stands in that row.
 */
#pragma once

#include <sqlite3.h>

#include "schema/slice.h"

typedef struct {
    Slice list;            /* valid UTF-8 */
    bool has_header;       /* the first row is one, whatever it says */
    const char *time_zone; /* NULL is UTC */
    char separator;        /* of the result */
    int64_t timeout;       /* seconds for a query; 0 is never */
    /* Takes a piece of the result. Returns: false to end early, with `error`. */
    bool (*write)(gpointer data, const GString *text, GError **error);
    gpointer data;
} BatchOptions;

typedef struct {
    int64_t queries;
    int64_t with_hits;
    int64_t faults;
} BatchCounts;

/* Goes through the list. A first row that has the cell "query" is a header, and names the
 * column of the queries; otherwise they are in the first column. Returns: false with `error`.
 */
bool batch_run(sqlite3 *db, const BatchOptions *options, BatchCounts *ret_counts,
               GError **error);
