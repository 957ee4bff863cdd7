/* summary.h - what the archive holds after a run, for a person.
 *
 * Memory: none kept. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "indexer/ingest.h"

/* Prints the summary on stdout. Returns: false with `error` when the archive cannot be read. */
bool summary_print(const char *database, const IngestOutcome *outcome, GError **error);
