/* timeline_svg.h - a timeline as an SVG image that needs nothing else: no script, style sheet
 * or font.
 *
 * It has a title and a description for those who cannot see it, and each bar says its numbers.
 */
#pragma once

#include "query/timeline.h"

/* Bars narrower than a dot of the screen would tell nothing. */
#define TIMELINE_SVG_PERIODS_MAX 2000

/* Appends the image. `title` may be any text; `zone` is what the dates are in, for people. At
 * most TIMELINE_SVG_PERIODS_MAX periods. */
void timeline_svg_append(GString *out, const Timeline *timeline, const char *title,
                         const char *zone);
