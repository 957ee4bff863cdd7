/* check.h - whether an archive is whole: file, tables, full-text index, and the dump behind it.
 *
 * Each check is a line in a table and gives one result, whatever the others found. Nothing is
 * written, on any medium.
 *
 * Memory: a result is valid during the callback.
 */
#pragma once

#include <sqlite3.h>

#include "query/check_result.h"

typedef struct {
    bool with_sources; /* read every message again and compare its SHA-256 */
    void (*result)(gpointer data, const CheckResult *result);
    void (*progress)(gpointer data, int64_t n_messages); /* read again so far */
    gpointer data;
} CheckReport;

/* Runs every check. `db` is from archive_open_frozen: SQLite reads the constraints of a table,
 * and FTS5 checks its index, only where it may write. Returns: the worst of their states. */
CheckState check_run(sqlite3 *db, const CheckReport *report);
