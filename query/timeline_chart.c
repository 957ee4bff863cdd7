/* SPDX-License-Identifier: MIT */
#include "query/timeline_chart.h"

#define COLOR_GREEN "\x1b[32m"
#define COLOR_DIM   "\x1b[2m"
#define COLOR_END   "\x1b[0m"

#define LABEL_COLUMNS 10

/* Label, two numbers, the share, and the gaps between them. */
#define TEXT_COLUMNS (LABEL_COLUMNS + 9 + 9 + 8 + 2)

#define BAR_MIN_COLUMNS 10

static void append_cells(GString *out, guint n, const char *cell, bool color,
                         const char *sequence)
{
    if (n == 0) {
        return;
    }
    g_string_append(out, color ? sequence : "");
    for (guint i = 0; i < n; i++) {
        g_string_append(out, cell);
    }
    g_string_append(out, color ? COLOR_END : "");
}

/* `part` of `peak` in cells, rounded; what is there shows. */
static guint cells_of(guint part, guint peak, guint width)
{
    const guint cells = (guint)(((uint64_t)part * width * 2 + peak) / ((uint64_t)peak * 2));
    return part > 0 ? MAX(cells, 1) : 0;
}

static void append_bar(GString *out, const TimelinePeriod *period, guint peak, guint width,
                       const TimelineChartStyle *style)
{
    const guint others = period->messages - period->verified;
    guint verified = cells_of(period->verified, peak, width);
    const guint all = MAX(cells_of(period->messages, peak, width),
                          (guint)(verified > 0) + (guint)(others > 0));
    if (others > 0 && verified == all) {
        verified--;
    } else if (others == 0) {
        verified = all;
    }
    append_cells(out, verified, style->unicode ? "█" : "#", style->color, COLOR_GREEN);
    append_cells(out, all - verified, style->unicode ? "▒" : "-", style->color, COLOR_DIM);
}

static void append_row(GString *out, const char *label, guint messages, guint verified)
{
    g_string_append_printf(out, "%-*s%9u", LABEL_COLUMNS, label, messages);
    if (messages > 0) {
        const int64_t tenths = (int64_t)verified * 1000 / messages;
        g_string_append_printf(out, "%9u%5d.%d%%", verified, (int)(tenths / 10),
                               (int)(tenths % 10));
    }
}

/* The length of the run of empty periods that begins at `at`. */
static guint empty_run(const Timeline *timeline, guint at)
{
    guint end = at;
    while (end < timeline->periods->len &&
           g_array_index(timeline->periods, TimelinePeriod, end).messages == 0) {
        end++;
    }
    return end - at;
}

static void append_title(GString *out, const Timeline *timeline,
                         const TimelineChartStyle *style)
{
    g_string_append(out, style->color ? COLOR_DIM : "");
    g_string_append_printf(out, "%-*s%9s%9s%8s  %s verified, %s not\n", LABEL_COLUMNS,
                           timeline_unit_word(timeline->unit), "messages", "verified", "share",
                           style->unicode ? "█" : "#", style->unicode ? "▒" : "-");
    g_string_append(out, style->color ? COLOR_END : "");
}

void timeline_chart_append(GString *out, const Timeline *timeline,
                           const TimelineChartStyle *style)
{
    const size_t left = style->columns > TEXT_COLUMNS ? style->columns - TEXT_COLUMNS : 0;
    const guint width = (guint)MAX(left, BAR_MIN_COLUMNS);
    const guint peak = timeline_peak(timeline);
    append_title(out, timeline, style);
    for (guint i = 0; i < timeline->periods->len; i++) {
        const guint n_empty = empty_run(timeline, i);
        if (n_empty > TIMELINE_CHART_GAP_MAX) {
            g_string_append_printf(out, "%s %u %ss without a message\n",
                                   style->unicode ? "⋮" : ":", n_empty,
                                   timeline_unit_word(timeline->unit));
            i += n_empty - 1;
            continue;
        }
        const TimelinePeriod *period = &g_array_index(timeline->periods, TimelinePeriod, i);
        append_row(out, period->label, period->messages, period->verified);
        if (period->messages > 0) {
            g_string_append(out, "  ");
            append_bar(out, period, peak, width, style);
        }
        g_string_append_c(out, '\n');
    }
    if (timeline->undated.messages > 0) {
        append_row(out, "(no date)", timeline->undated.messages, timeline->undated.verified);
        g_string_append_c(out, '\n');
    }
}
