/* check_count.h - the tables of an archive counted against each other.
 *
 * One constant table of statements, each of which finds rows that contradict others.
 *
 * Errors: in the result.
 */
#pragma once

#include <sqlite3.h>

#include "query/check_result.h"

void check_count_run(sqlite3 *db, CheckResult *result);
