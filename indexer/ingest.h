/* ingest.h - one run of the indexer: sources in, archive out.
 *
 * Ties the reader thread, the worker processes and the writer together; the calling thread
 * writes.
 *
 * Memory: bounded by the pool's slots and the writer's batch.
 * Errors: GError when the archive or the workers fail; then the archive is as after the last
 * batch. Trouble with a source is reported through `trouble` and in the outcome.
 */
#pragma once

#include <signal.h>

#include "indexer/key_store.h"
#include "indexer/recheck.h"
#include "indexer/writer.h"

typedef struct {
    uint64_t passed_bytes; /* on disk */
    uint64_t total_bytes;  /* on disk; 0 while still counting */
    uint64_t messages;
    double seconds; /* since the start */
    bool merging;   /* only the full-text index is left to do */
} IngestProgress;

typedef void (*IngestProgressFunc)(const IngestProgress *progress, gpointer user_data);
typedef void (*IngestTroubleFunc)(const char *message, gpointer user_data);

typedef struct {
    const char *database;
    const char *const *sources; /* NULL-terminated paths */
    const KeyStore *keys;       /* NULL: signatures are not looked at */
    size_t n_imported_keys;     /* so many, the first of `keys`, are kept in the archive */
    unsigned n_workers;
    bool no_repair;  /* signatures that fail are not tried again with known damage undone */
    bool no_sandbox; /* the workers keep all rights */
    IngestProgressFunc progress; /* called some times a second; may be NULL */
    IngestTroubleFunc trouble;   /* one line that names the path; may be NULL */
    gpointer user_data;
    const volatile sig_atomic_t *interrupted; /* set by a signal handler; may be NULL */
} IngestOptions;

typedef struct {
    WriterCounts counts;
    RecheckOutcome recheck;   /* of the mail that was there before, with the imported keys */
    uint64_t unchanged_files; /* read by an earlier run */
    uint64_t failed_sources;  /* could not be read at all */
    uint64_t damaged_files;   /* in part or below a folder */
    uint64_t other_files;     /* not recognised as mail */
    uint64_t damaged_bytes;
    bool interrupted;
    bool created; /* the archive is new */
    bool no_sandbox;
    double seconds;
} IngestOutcome;

/* Runs to the end, or to the batch after an interruption. Returns: false with `error`. */
bool ingest_run(const IngestOptions *options, IngestOutcome *ret_outcome, GError **error);
