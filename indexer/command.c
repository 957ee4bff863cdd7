/* SPDX-License-Identifier: MIT */
#include "indexer/command.h"

#include <stdarg.h>

#include "indexer/key_files.h"
#include "indexer/worker_pool.h"
#include "schema/complaint.h"

static volatile sig_atomic_t interrupted;

void command_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complaint_print("waxseal-index", format, arguments);
    va_end(arguments);
}

/* A second ^C is for the impatient: it ends the program as if there were no handler. */
static void on_signal(int number)
{
    if (interrupted != 0) {
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = 1;
}

const volatile sig_atomic_t *command_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return &interrupted;
}

static void warn_bad_lines(const char *path, const KeyReport *report)
{
    const size_t n_told = MIN(report->n_faults, (size_t)KEY_REPORT_FAULTS_MAX);
    for (size_t i = 0; i < n_told; i++) {
        command_complain("%s:%zu: no key: %s", path, report->faults[i].line,
                         report->faults[i].reason);
    }
    if (report->n_faults > n_told) {
        command_complain("%s: %zu more like these; keys read: %zu", path,
                         report->n_faults - n_told, report->n_records);
    }
    if (report->n_aliases > 0) {
        command_complain("%s: %zu names are aliases (CNAME) of keys elsewhere and were "
                         "passed over",
                         path, report->n_aliases);
    }
}

/* A check without an archive is by the files that are named, when any are: so it comes to the
 * same wherever it is done again. */
bool command_load_keys(KeyStore *keys, const Arguments *arguments, const char *database,
                       size_t *ret_n_named, GError **error)
{
    const bool is_by_files = arguments->verify_only && arguments->key_files != NULL;
    const KeyFilesOptions options = {
        .files = (const char *const *)arguments->key_files,
        .database = database,
        .use_builtin = !arguments->no_builtin_keys && !is_by_files,
    };
    return key_files_load(keys, &options, warn_bad_lines, ret_n_named, error);
}

unsigned command_worker_count(const Arguments *arguments)
{
    return arguments->n_workers > 0 ? arguments->n_workers : worker_pool_default_size();
}
