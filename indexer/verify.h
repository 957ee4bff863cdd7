/* verify.h - checks the messages of sources without an archive: waxseal-index --verify-only.
 *
 * The same reader, worker processes and records as an ingest; nothing is written. Messages come
 * out in the order of the sources, whatever the number of workers.
 *
 * Memory: what a callback gets is valid until it returns.
 * Errors: WORKER_POOL_ERROR when the workers fail, BYTE_STREAM_ERROR or G_FILE_ERROR when
 * standard input cannot be kept. Trouble with a source is told through `trouble` and in the
 * outcome.
 */
#pragma once

#include <signal.h>

#include "indexer/key_store.h"
#include "schema/record.h"

/* The source that is standard input. */
#define VERIFY_STANDARD_INPUT "-"

/* One message, where it lies and what is known of it. */
typedef struct {
    const char *file; /* as named, or below the folder that was named */
    uint64_t offset;  /* in the file's uncompressed bytes */
    const MailRecord *record;
    const KeyStore *keys; /* what record->signatures' keys are indexes of */
} VerifyMessage;

typedef struct {
    const char *const *sources; /* NULL-terminated paths or VERIFY_STANDARD_INPUT */
    const KeyStore *keys;
    unsigned n_workers;
    bool no_repair;       /* signatures that fail are not tried again with damage undone */
    bool no_sandbox;      /* the workers keep all rights */
    bool has_received_at; /* x= is judged at received_at, not at what the message says */
    int64_t received_at;
    bool (*message)(const VerifyMessage *message, gpointer user_data); /* false: stop */
    void (*trouble)(const char *line, gpointer user_data);
    gpointer user_data;
    const volatile sig_atomic_t *interrupted; /* set by a signal handler; may be NULL */
} VerifyOptions;

typedef struct {
    uint64_t messages;
    uint64_t failed_sources; /* could not be read at all */
    uint64_t damaged_files;  /* in part, or below a folder */
    uint64_t other_files;    /* below a folder, and not recognised as mail */
    bool stopped;            /* by `message` or an interruption */
} VerifyOutcome;

/* Runs to the end of the sources. Returns: false with `error`. */
bool verify_run(const VerifyOptions *options, VerifyOutcome *ret_outcome, GError **error);
