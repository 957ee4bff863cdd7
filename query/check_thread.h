/* check_thread.h - whether the threads of an archive are those that its message ids make.
 *
 * Reads the ids of every message again and joins them as waxseal-index does
 * (schema/thread_ids.h); message.thread_id and missing_message must say the same.
 *
 * Memory: about 150 bytes an id. Errors: they are a finding of the result.
 */
#pragma once

#include <sqlite3.h>

#include "query/check_result.h"

void check_thread_run(sqlite3 *db, CheckResult *result);
