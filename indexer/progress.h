/* progress.h - the progress of a run on stderr: one line rewritten on a terminal, a plain
 * line now and then elsewhere.
 *
 * Memory: a plain struct of the caller's. Errors: none; what cannot be written is lost.
 */
#pragma once

#include "indexer/ingest.h"
#include "indexer/key_recovery.h"

/* Without a terminal a line is written this often. */
#define PROGRESS_PLAIN_SECONDS 10.0

typedef struct {
    bool quiet;
    bool is_terminal;
    bool line_is_open; /* a progress line without its line end is on the terminal */
    double last_plain_seconds;
} Progress;

/* Looks whether stderr is a terminal. */
void progress_init(Progress *progress, bool quiet);

/* Shows how far the run is; an IngestProgressFunc with a Progress as user data. */
void progress_show(const IngestProgress *state, gpointer progress);

/* The same of the search for keys. */
void progress_show_recovery(const KeyRecoveryProgress *state, gpointer progress);

/* Shows how many names the DNS has answered for; a DnsProgressFunc with a Progress as user
 * data. On a terminal only: it is seconds or a few minutes. */
void progress_show_names(size_t n_answers, size_t n_names, gpointer progress);

/* Clears the line before anything else is printed. */
void progress_clear_line(Progress *progress);
