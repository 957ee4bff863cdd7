/* SPDX-License-Identifier: MIT */
#include "query/timeline.h"

#include "schema/archive.h"

#define DAY_SECONDS INT64_C(86400)

/* Spans that are drawn by days, and by months; longer ones by years. */
#define DAYS_SPAN   (INT64_C(62) * DAY_SECONDS)
#define MONTHS_SPAN (INT64_C(20) * 366 * DAY_SECONDS)

/* One hit in so many at each end may have a false date and does not choose the unit. */
#define OUTLIERS 50

static const FacetKind kinds[] = {[FACET_TIME_YEAR] = FACET_YEAR,
                                  [FACET_TIME_MONTH] = FACET_MONTH,
                                  [FACET_TIME_DAY] = FACET_DAY};

const char *timeline_unit_word(FacetTimeUnit unit)
{
    static const char *const words[] = {
        [FACET_TIME_YEAR] = "year", [FACET_TIME_MONTH] = "month", [FACET_TIME_DAY] = "day"};
    return words[unit];
}

FacetTimeUnit timeline_best_unit(const HitSet *hits)
{
    const guint n_hits = hit_set_size(hits);
    guint dated = 0;
    while (dated < n_hits && hit_set_id(hits, dated) < QUERY_PART_UNDATED_ID_LIMIT) {
        dated++;
    }
    if (dated == n_hits) {
        return FACET_TIME_MONTH;
    }
    const guint outliers = (n_hits - dated) / OUTLIERS;
    const int64_t first = hit_set_id(hits, dated + outliers);
    const int64_t last = hit_set_id(hits, n_hits - 1 - outliers);
    if (last - first <= DAYS_SPAN) {
        return FACET_TIME_DAY;
    }
    return last - first <= MONTHS_SPAN ? FACET_TIME_MONTH : FACET_TIME_YEAR;
}

/* The period behind that of `label`. Returns: (transfer full) NULL for years that no mail is
 * from, which have fewer digits. */
static char *next_label(const char *label, FacetTimeUnit unit)
{
    static const char beginning[] = "0000-01-01T00:00:00Z";
    g_autofree char *text = g_strconcat(label, beginning + strlen(label), NULL);
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
    if (time == NULL) {
        return NULL;
    }
    g_autoptr(GDateTime) next = NULL;
    switch (unit) {
    case FACET_TIME_YEAR:
        next = g_date_time_add_years(time, 1);
        return g_date_time_format(next, "%Y");
    case FACET_TIME_MONTH:
        next = g_date_time_add_months(time, 1);
        return g_date_time_format(next, "%Y-%m");
    case FACET_TIME_DAY:
        next = g_date_time_add_days(time, 1);
        return g_date_time_format(next, "%Y-%m-%d");
    }
    g_assert_not_reached();
}

static void period_clear(gpointer data)
{
    TimelinePeriod *period = data;
    g_free(period->label);
}

/* Appends the empty periods that come before `label`. Returns: false when there are too many.
 */
static bool fill_gap(Timeline *timeline, const char *label)
{
    while (timeline->periods->len > 0) {
        const TimelinePeriod *last =
            &g_array_index(timeline->periods, TimelinePeriod, timeline->periods->len - 1);
        g_autofree char *next = next_label(last->label, timeline->unit);
        if (next == NULL || strcmp(next, label) >= 0) {
            return true;
        }
        if (timeline->periods->len >= TIMELINE_PERIODS_MAX) {
            return false;
        }
        const TimelinePeriod empty = {.label = g_steal_pointer(&next)};
        g_array_append_val(timeline->periods, empty);
    }
    return true;
}

static bool add_periods(Timeline *timeline, const GArray *counts, GError **error)
{
    for (guint i = 0; i < counts->len; i++) {
        const FacetCount *count = &g_array_index(counts, FacetCount, i);
        if (!fill_gap(timeline, count->value)) {
            g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL,
                        "there are more than %d days between the first message and the last: "
                        "ask for fewer by date:, or choose --by month",
                        TIMELINE_PERIODS_MAX);
            return false;
        }
        const TimelinePeriod period = {g_strdup(count->value), count->messages,
                                       count->verified};
        g_array_append_val(timeline->periods, period);
    }
    return true;
}

bool timeline_read(sqlite3 *db, const HitSet *hits, FacetTimeUnit unit, GTimeZone *zone,
                   Timeline *ret_timeline, GError **error)
{
    g_auto(Facet) facet = {0};
    if (!facet_read(db, hits, kinds[unit], zone, &facet, error)) {
        return false;
    }
    facet_sort(&facet, FACET_BY_VALUE);
    g_auto(Timeline) timeline = {
        .unit = unit,
        .periods = g_array_new(false, false, sizeof(TimelinePeriod)),
        .undated = facet.none,
    };
    g_array_set_clear_func(timeline.periods, period_clear);
    if (!add_periods(&timeline, facet.counts, error)) {
        return false;
    }
    *ret_timeline = timeline;
    timeline = (Timeline){0};
    return true;
}

void timeline_clear(Timeline *timeline)
{
    g_clear_pointer(&timeline->periods, g_array_unref);
}

guint timeline_peak(const Timeline *timeline)
{
    guint peak = 0;
    for (guint i = 0; i < timeline->periods->len; i++) {
        peak = MAX(peak, g_array_index(timeline->periods, TimelinePeriod, i).messages);
    }
    return peak;
}
