/* deadline.h - ends a statement that runs too long.
 *
 * Memory: the Deadline must outlive its use by the connection.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Long enough for a count over millions, short enough that nobody waits for an accident. */
#define DEADLINE_DEFAULT_SECONDS 30

typedef struct {
    int64_t end_us; /* of the monotonic clock */
    bool has_passed;
} Deadline;

/* Statements of `db` end with SQLITE_INTERRUPT `seconds` from now; 0 is never. */
void deadline_set(Deadline *deadline, sqlite3 *db, int64_t seconds);
