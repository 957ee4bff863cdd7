/* recheck.h - settles signatures of the archive with keys that turned up later, without the
 * dump.
 *
 * Imports keys into the archive, then tries again the stored DKIM, ARC and DomainKeys
 * signatures that a new or changed key can settle: those of its name, and those of its selector
 * that no key of their own name has decided. What is known of the message stays; what follows
 * from the keys is derived by the functions that derive it when mail is read (dkim_finding,
 * schema/verdict, schema/arc_verdict), so that the rows are those of an archive made with these
 * keys. docs/keys.md names the three cases where they are not.
 *
 * Memory: some ten bytes a signature that changes. Errors: ARCHIVE_ERROR; the archive is then
 * as before. Threads: that of the connection, in which no transaction is open.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/archive.h"

typedef struct {
    uint64_t keys;       /* new in the archive, or with something new to say; no answers */
    uint64_t signatures; /* tried again, of any method */
    uint64_t changed;    /* of those */
    uint64_t messages;   /* whose dkim, level, caveats or arc is another now */
} RecheckOutcome;

/* Imports the keys at 0 .. n_imported - 1 of the store and tries with all of the store. */
bool recheck_run(sqlite3 *db, const KeyStore *keys, size_t n_imported,
                 RecheckOutcome *ret_outcome, GError **error);

/* The same with the keys of these indexes (int64_t). */
bool recheck_run_keys(sqlite3 *db, const KeyStore *keys, const GArray *indexes,
                      RecheckOutcome *ret_outcome, GError **error);
