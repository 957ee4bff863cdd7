/* hit_detail.h - what lists say of hits besides numbers: the names in use, and dates.
 *
 * Memory: see each function. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "query/facet_counter.h"

/* Counts the hits of each name by a statement that is bound: rows of a name and a message id,
 * name after name, ids ascending. Names that are empty do not count; the most frequent comes
 * first. `statement` is reset. Returns: (transfer full) ListName; NULL with `error`. */
GArray *hit_detail_names(sqlite3_stmt *statement, const HitSet *hits, GError **error);

/* The date of a hit by `statement`, one of hit_detail_dates. `hit` may be HIT_SET_NONE, which
 * has none. Returns: false with `error`. */
bool hit_detail_date(sqlite3_stmt *statement, const HitSet *hits, guint hit, bool *ret_has_date,
                     int64_t *ret_date, GError **error);

/* Returns: (transfer full) the statement for hit_detail_date; NULL with `error`. */
sqlite3_stmt *hit_detail_dates(sqlite3 *db, GError **error);
