/* summary.h - what the archive holds after a run, for a person.
 *
 * Memory: none kept. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "indexer/ingest.h"
#include "indexer/key_dns.h"
#include "indexer/key_recovery.h"

/* Prints the summary on stdout. Returns: false with `error` when the archive cannot be read. */
bool summary_print(const char *database, const IngestOutcome *outcome, GError **error);

/* The same after a run that imported keys and read no mail. */
bool summary_print_recheck(const char *database, const RecheckOutcome *outcome, GError **error);

/* The same after the DNS was asked. */
bool summary_print_dns(const char *database, const KeyDnsOutcome *outcome, GError **error);

/* The same after a search for keys. */
bool summary_print_recovery(const char *database, const KeyRecoveryOutcome *outcome,
                            GError **error);
