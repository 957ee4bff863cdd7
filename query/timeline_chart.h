/* timeline_chart.h - a timeline as bars on a terminal, one line a period.
 *
 * Solid is verified, shaded is the rest; plain ASCII where the terminal has no Unicode.
 */
#pragma once

#include "query/timeline.h"

typedef struct {
    size_t columns;
    bool color;
    bool unicode;
} TimelineChartStyle;

/* Longer runs of empty periods are one line that says how many there are. */
#define TIMELINE_CHART_GAP_MAX 12

/* Appends the chart. A period that has messages, or verified ones, shows at least one cell of
 * each. */
void timeline_chart_append(GString *out, const Timeline *timeline,
                           const TimelineChartStyle *style);
