/* timeline.h - the messages of a query by year, month or day, without gaps.
 *
 * Memory: a Timeline owns its periods. Errors: ARCHIVE_ERROR.
 * Limits: TIMELINE_PERIODS_MAX; more is an error that says what to do.
 */
#pragma once

#include "query/facet.h"
#include "query/facet_time.h"

/* A century of days, or what a chart can still show. */
#define TIMELINE_PERIODS_MAX 40000

typedef struct {
    char *label; /* "2017-05" */
    guint messages;
    guint verified;
} TimelinePeriod;

typedef struct {
    FacetTimeUnit unit;
    GArray *periods; /* TimelinePeriod, oldest first; one at least when a hit has a date */
    FacetCount undated;
} Timeline;

/* The unit in which most of the hits fill a screen: days, months or years. */
FacetTimeUnit timeline_best_unit(const HitSet *hits);

/* Counts the hits. Returns: false with `error`. */
bool timeline_read(sqlite3 *db, const HitSet *hits, FacetTimeUnit unit, GTimeZone *zone,
                   Timeline *ret_timeline, GError **error);

void timeline_clear(Timeline *timeline);

/* "day", "month" or "year". */
const char *timeline_unit_word(FacetTimeUnit unit);

/* The most messages of a period. */
guint timeline_peak(const Timeline *timeline);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Timeline, timeline_clear)
