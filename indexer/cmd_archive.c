/* SPDX-License-Identifier: MIT */
#include "indexer/command.h"

#include "indexer/ingest.h"
#include "indexer/key_dns.h"
#include "indexer/key_recovery.h"
#include "indexer/progress.h"
#include "indexer/summary.h"

static void report_trouble(const char *message, gpointer data)
{
    progress_clear_line(data);
    command_complain("%s", message);
}

/* What a run came to. */
typedef struct {
    IngestOutcome ingest;
    bool dns_is_silent; /* no server answers */
    bool interrupted;
} Outcome;

static CommandExit exit_code_of(const Outcome *outcome)
{
    if (outcome->interrupted) {
        command_complain("interrupted; run the same command again to go on");
        return EXIT_FAILED;
    }
    if (outcome->ingest.failed_sources > 0 || outcome->dns_is_silent) {
        return EXIT_FAILED;
    }
    return outcome->ingest.damaged_files > 0 ? EXIT_DAMAGED : EXIT_DONE;
}

static bool run(const Arguments *arguments, IngestOutcome *ret_outcome, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    g_autoptr(KeyStore) keys = key_store_new();
    size_t n_named_keys = 0;
    if (!command_load_keys(keys, arguments, database, &n_named_keys, error)) {
        return false;
    }
    Progress progress;
    progress_init(&progress, arguments->quiet);
    IngestOptions options = {
        .database = database,
        .sources = (const char *const *)arguments->sources,
        .keys = arguments->no_dkim ? NULL : keys,
        .n_imported_keys = n_named_keys,
        .n_workers = command_worker_count(arguments),
        .no_repair = arguments->no_repair,
        .no_sandbox = arguments->no_sandbox,
        .progress = progress_show,
        .trouble = report_trouble,
        .user_data = &progress,
        .interrupted = command_catch_signals(),
    };
    bool ok = ingest_run(&options, ret_outcome, error);
    progress_clear_line(&progress);
    return ok && (arguments->quiet || summary_print(database, ret_outcome, error));
}

/* Whether the archive of a run without mail is there. Returns: false with `error`. */
static bool is_there(const char *database, GError **error)
{
    if (g_file_test(database, G_FILE_TEST_EXISTS)) {
        return true;
    }
    g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN,
                "%s: no such archive; name a SOURCE to make one", database);
    return false;
}

/* The keys to settle what an archive holds, which is there. Returns: (transfer full) NULL with
 * `error`. */
static KeyStore *keys_for(const Arguments *arguments, const char *database, size_t *ret_n_named,
                          GError **error)
{
    g_autoptr(KeyStore) keys = key_store_new();
    return is_there(database, error) &&
                   command_load_keys(keys, arguments, database, ret_n_named, error)
               ? g_steal_pointer(&keys)
               : NULL;
}

/* Keys alone: they settle what the archive holds, and no mail is read. */
static bool import_keys(const Arguments *arguments, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    size_t n_named_keys = 0;
    g_autoptr(KeyStore) keys = keys_for(arguments, database, &n_named_keys, error);
    if (keys == NULL) {
        return false;
    }
    g_autoptr(sqlite3) db = archive_open_writable(database, NULL, error);
    RecheckOutcome outcome = {0};
    if (db == NULL || !recheck_run(db, keys, n_named_keys, &outcome, error)) {
        return false;
    }
    return arguments->quiet || summary_print_recheck(database, &outcome, error);
}

typedef struct {
    Progress progress;
    bool quiet;
} RecoveryReport;

static void report_recovery(const KeyRecoveryProgress *state, gpointer data)
{
    RecoveryReport *report = data;
    progress_show_recovery(state, &report->progress);
}

static void report_key(const KeyRecoveryFound *found, gpointer data)
{
    RecoveryReport *report = data;
    progress_clear_line(&report->progress);
    if (!report->quiet) {
        g_print("Found        %d bits, %" G_GUINT64_FORMAT " signatures: %s._domainkey.%s\n",
                found->bits, found->verified, found->selector, found->domain);
    }
}

static bool recover_keys(const Arguments *arguments, bool *ret_interrupted, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    size_t n_named_keys = 0;
    g_autoptr(KeyStore) keys = keys_for(arguments, database, &n_named_keys, error);
    if (keys == NULL) {
        return false;
    }
    RecoveryReport report = {.quiet = arguments->quiet};
    progress_init(&report.progress, arguments->quiet);
    const KeyRecoveryOptions options = {
        .database = database,
        .keys = keys,
        .use_builtin = !arguments->no_builtin_keys,
        .only = (const char *const *)arguments->recover_names,
        .n_threads = command_worker_count(arguments),
        .progress = report_recovery,
        .found = report_key,
        .user_data = &report,
        .interrupted = command_catch_signals(),
    };
    KeyRecoveryOutcome outcome = {0};
    const bool is_ok = key_recovery_run(&options, &outcome, error);
    progress_clear_line(&report.progress);
    *ret_interrupted = outcome.interrupted;
    return is_ok && (arguments->quiet || summary_print_recovery(database, &outcome, error));
}

static KeyDnsOptions dns_options(const Arguments *arguments, Progress *progress)
{
    const DnsOptions dns = {
        .server = arguments->dns_server,
        .trust_anchor = arguments->dns_trust_anchor,
        .timeout_seconds = arguments->dns_timeout_seconds,
        .progress = progress_show_names,
        .user_data = progress,
        .interrupted = command_catch_signals(),
    };
    return (KeyDnsOptions){
        .dns = dns,
        .again = arguments->dns_retry,
        .trouble = report_trouble,
        .user_data = progress,
    };
}

static bool ask_dns(const Arguments *arguments, Outcome *outcome, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    size_t n_named_keys = 0;
    g_autoptr(KeyStore) keys = keys_for(arguments, database, &n_named_keys, error);
    if (keys == NULL) {
        return false;
    }
    Progress progress;
    progress_init(&progress, arguments->quiet);
    const KeyDnsOptions options = dns_options(arguments, &progress);
    g_autoptr(sqlite3) db = archive_open_writable(database, NULL, error);
    KeyDnsOutcome dns = {.gave_up = false};
    const bool is_ok = db != NULL && key_dns_run(db, keys, &options, &dns, error);
    progress_clear_line(&progress);
    outcome->dns_is_silent = dns.gave_up;
    outcome->interrupted = *options.dns.interrupted != 0;
    return is_ok && (arguments->quiet || summary_print_dns(database, &dns, error));
}

/* A long run is not to end with a setting that could be checked at its beginning. */
static bool check_dns(const Arguments *arguments, GError **error)
{
    const KeyDnsOptions options = dns_options(arguments, NULL);
    return !arguments->dns || key_dns_check(&options, error);
}

/* What is to be done with the archive, one after the other. */
static bool run_all(const Arguments *arguments, Outcome *outcome, GError **error)
{
    if (!check_dns(arguments, error)) {
        return false;
    }
    if (arguments->sources != NULL) {
        if (!run(arguments, &outcome->ingest, error)) {
            return false;
        }
        outcome->interrupted = outcome->ingest.interrupted;
    } else if (arguments->key_files != NULL && !import_keys(arguments, error)) {
        return false;
    }
    if (arguments->dns && !outcome->interrupted && !ask_dns(arguments, outcome, error)) {
        return false;
    }
    return !arguments->recover_keys || outcome->interrupted ||
           recover_keys(arguments, &outcome->interrupted, error);
}

CommandExit command_archive(const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    Outcome outcome = {.interrupted = false};
    if (!run_all(arguments, &outcome, &error)) {
        command_complain("%s", error->message);
        return EXIT_FAILED;
    }
    return exit_code_of(&outcome);
}
