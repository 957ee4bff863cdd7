/* zero_hits.h - why a query found nothing: how many messages each of its terms has.
 */
#pragma once

#include "query/query_compiler.h"

/* Counting ends here: "more than" is all that a person needs. */
#define ZERO_HITS_COUNT_LIMIT 1000

/* "budget 12, from:alice 0"; nothing for a single term. Terms that cannot be counted in time
 * are left out. Returns: (transfer full), free with g_free; "" when there is nothing to say. */
char *zero_hits_report(sqlite3 *db, const QueryNode *tree, const QueryOptions *options);
