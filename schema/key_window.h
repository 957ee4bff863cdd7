/* key_window.h - the known life of a key: from when it was first to when it was last seen.
 *
 * Observations are kept one by one; the window is what they come to together. Whoever saw a key
 * twice under one name tells that it was there in between.
 *
 * Errors: none. A date that cannot be read is an unknown one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A key is there before and after somebody happens to look: domains keep one for years, and are
 * advised to change it within months. So much beside the window still counts as inside. */
#define KEY_WINDOW_SLACK_SECONDS (INT64_C(366) * 24 * 3600)

typedef struct {
    bool is_known; /* some observation has a date */
    int64_t begin; /* Unix time; INT64_MIN when an end is known without a beginning */
    int64_t end;   /* Unix time, the last second; INT64_MAX the other way round */
} KeyWindow;

/* Takes in an observation. The dates are ISO 8601 (2016, 2016-10 or 2016-10-31, perhaps with a
 * time behind, which is not read), "" or NULL when unknown. `window` begins as zeros. */
void key_window_widen(KeyWindow *window, const char *first_seen, const char *last_seen);

/* Reads a date of that form at the front of `text`. Returns: false when there is none; else its
 * first second. */
bool key_window_read_date(const char *text, int64_t *ret_time);

/* Whether the key may have been in use at `time`. An unknown window has every time in it. */
bool key_window_covers(const KeyWindow *window, int64_t time);
