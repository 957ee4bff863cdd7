/* facet_time.h - the year, month or day of hits.
 *
 * An id is its message's date or shortly behind: only near the end of a period, and for ids too
 * low to be dates, the date itself is looked up.
 */
#pragma once

#include "query/facet_counter.h"

typedef enum { FACET_TIME_YEAR, FACET_TIME_MONTH, FACET_TIME_DAY } FacetTimeUnit;

/* Adds the hits that have a date, as "2017", "2017-05" or "2017-05-31" in `zone`.
 * Returns: false with `error`. */
bool facet_time_count(sqlite3 *db, const HitSet *hits, FacetTimeUnit unit, GTimeZone *zone,
                      FacetCounter *counter, GError **error);
