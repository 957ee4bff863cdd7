/* SPDX-License-Identifier: MIT */
#include "query/query_date.h"

#include "schema/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any string is a range that does not end before it begins, or has a reason why not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static GTimeZone *zones[2];
    if (zones[0] == NULL) {
        zones[0] = g_time_zone_new_utc();
        zones[1] = g_time_zone_new_identifier("CET-1CEST,M3.5.0,M10.5.0/3");
        zones[1] = zones[1] == NULL ? g_time_zone_new_offset(-12600) : zones[1];
    }
    g_autofree char *text = g_strndup((const char *)data, size);
    for (int i = 0; i < 2; i++) {
        QueryDateRange range = {0};
        g_autofree char *reason = query_date_parse_range(text, zones[i], &range);
        g_assert(reason != NULL || range.first <= range.last);
        g_assert(reason == NULL || strchr(reason, '\n') == NULL);
    }
    return 0;
}
