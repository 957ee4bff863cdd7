/* check_schema.h - whether an archive has the tables, views and indexes of this program.
 *
 * Compares the text of each with that of an empty archive: what was added, changed or is
 * missing is a finding. FTS5's own tables are compared by name, as their text is SQLite's.
 *
 * Errors: in the result.
 */
#pragma once

#include <sqlite3.h>

#include "query/check_result.h"

void check_schema_run(sqlite3 *db, CheckResult *result);
