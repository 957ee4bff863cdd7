/* SPDX-License-Identifier: MIT */
#include "query/deadline.h"

#include <glib.h>

/* Steps of SQLite's machine between two looks at the clock: microseconds. FTS5 takes a few
 * steps for each page that it reads, while it is inside one of ours. */
#define STEPS_BETWEEN 1000

static int check_clock(void *data)
{
    Deadline *deadline = data;
    if (g_get_monotonic_time() < deadline->end_us) {
        return 0;
    }
    deadline->has_passed = true;
    return 1;
}

void deadline_set(Deadline *deadline, sqlite3 *db, int64_t seconds)
{
    *deadline = (Deadline){0};
    if (seconds <= 0 || seconds > G_MAXINT64 / G_USEC_PER_SEC / 2) {
        sqlite3_progress_handler(db, 0, NULL, NULL);
        return;
    }
    deadline->end_us = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    sqlite3_progress_handler(db, STEPS_BETWEEN, check_clock, deadline);
}
