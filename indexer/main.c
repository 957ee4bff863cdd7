/* SPDX-License-Identifier: MIT
 *
 * waxseal-index: reads mail dumps into an archive, or checks their mail without one. Exit
 * codes: 0 done, 1 failed, 2 usage, 4 done and some input was damaged. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "indexer/ingest.h"
#include "indexer/key_dns.h"
#include "indexer/key_files.h"
#include "indexer/key_recovery.h"
#include "indexer/progress.h"
#include "indexer/summary.h"
#include "indexer/verify.h"
#include "indexer/verify_output.h"
#include "indexer/worker_pool.h"
#include "schema/sandbox.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DAMAGED = 4 };

static volatile sig_atomic_t interrupted;

typedef struct {
    char *database;
    char **key_files;
    char **recover_names;
    char **sources;
    char *received_at;
    int64_t received_at_seconds; /* only with received_at */
    gint n_workers;
    char *dns_server;
    char *dns_trust_anchor;
    gint dns_timeout_seconds;
    gboolean dns;
    gboolean dns_retry;
    gboolean no_builtin_keys;
    gboolean no_dkim;
    gboolean no_repair;
    gboolean no_sandbox;
    gboolean recover_keys;
    gboolean verify_only;
    gboolean json;
    gboolean quiet;
    gboolean version;
} Arguments;

static void arguments_clear(Arguments *arguments)
{
    g_free(arguments->database);
    g_free(arguments->received_at);
    g_free(arguments->dns_server);
    g_free(arguments->dns_trust_anchor);
    g_strfreev(arguments->key_files);
    g_strfreev(arguments->recover_names);
    g_strfreev(arguments->sources);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Arguments, arguments_clear)

/* A second ^C is for the impatient: it ends the program as if there were no handler. */
static void on_signal(int number)
{
    if (interrupted != 0) {
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void add_dns_entries(GOptionContext *context, Arguments *arguments)
{
    const GOptionEntry entries[] = {
        {"dns", 0, 0, G_OPTION_ARG_NONE, &arguments->dns,
         "Ask the DNS for keys that are not known. This tells others what you are reading",
         NULL},
        {"dns-retry", 0, 0, G_OPTION_ARG_NONE, &arguments->dns_retry,
         "With --dns: also for those that were asked for before", NULL},
        {"dns-server", 0, 0, G_OPTION_ARG_STRING, &arguments->dns_server,
         "With --dns: the server to ask (default: those of /etc/resolv.conf)",
         "ADDRESS[@PORT]"},
        {"dns-trust-anchor", 0, 0, G_OPTION_ARG_FILENAME, &arguments->dns_trust_anchor,
         "With --dns: DS or DNSKEY records that DNSSEC begins with; \"none\": do not validate "
         "(default: the root's, of dns-root-data)",
         "FILE"},
        {"dns-timeout", 0, 0, G_OPTION_ARG_INT, &arguments->dns_timeout_seconds,
         "With --dns: the longest that one name may take (default: 10)", "SECONDS"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

static bool parse_arguments(Arguments *arguments, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"database", 'd', 0, G_OPTION_ARG_FILENAME, &arguments->database,
         "The archive (default: $WAXSEAL_DB, else archive.db)", "FILE"},
        {"keys", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->key_files,
         "DKIM keys: tab-separated, zone file, dig output or JSON; may be repeated", "FILE"},
        {"no-builtin-keys", 0, 0, G_OPTION_ARG_NONE, &arguments->no_builtin_keys,
         "Do not use the key archive that ships with the program", NULL},
        {"no-dkim", 0, 0, G_OPTION_ARG_NONE, &arguments->no_dkim,
         "Do not look at signatures; every message becomes dkim:none", NULL},
        {"no-repair", 0, 0, G_OPTION_ARG_NONE, &arguments->no_repair,
         "Do not try signatures that fail again with known damage to the mail undone", NULL},
        {"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &arguments->no_sandbox,
         "Do not confine the processes that read mail (debuggers and profilers need that)",
         NULL},
        {"recover-keys", 0, 0, G_OPTION_ARG_NONE, &arguments->recover_keys,
         "Compute keys that are nowhere from the signatures in the archive; takes minutes a "
         "key",
         NULL},
        {"recover-name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->recover_names,
         "With --recover-keys: only the key of this name; may be repeated",
         "SELECTOR._domainkey.DOMAIN"},
        {"verify-only", 0, 0, G_OPTION_ARG_NONE, &arguments->verify_only,
         "Print what the signatures of each message come to; no archive is made or read", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &arguments->json,
         "With --verify-only: one JSON object a message", NULL},
        {"received-at", 0, 0, G_OPTION_ARG_STRING, &arguments->received_at,
         "With --verify-only: the moment at which x= is judged, not the mail's own",
         "UNIXTIME"},
        {"workers", 'j', 0, G_OPTION_ARG_INT, &arguments->n_workers,
         "Worker processes (default: one a processor)", "N"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, "No progress and no summary",
         NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &arguments->version, "Print the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->sources, NULL,
         NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[SOURCE...]");
    g_option_context_set_summary(
        context,
        "Reads mail dumps (mbox, gzip'd mbox, Maildir, MH, single messages, folders of "
        "them)\ninto one archive, and checks every DKIM signature.");
    g_option_context_set_description(
        context,
        "Running the same command again adds what is new and goes on where an\n"
        "interrupted run stopped. The keys of --keys are kept in the archive, and settle\n"
        "what is in it already; without a SOURCE that is all that is done. So it is with\n"
        "--recover-keys, which can be interrupted at any time, and with --dns. The DNS is\n"
        "never asked without --dns: the servers that are asked, and those of the senders'\n"
        "domains, learn whose mail you are reading, and when. With --verify-only, SOURCE\n"
        "may be - for standard input, and keys come from --keys alone when it is given.\n"
        "Exit codes: 0 done, 1 failed (or no DNS server answers), 2 usage, 4 done and\n"
        "some input was damaged (waxseal-query ledger\n"
        "says which).");
    g_option_context_add_main_entries(context, entries, NULL);
    add_dns_entries(context, arguments);
    return g_option_context_parse(context, argc, argv, error);
}

static const char *dns_argument_fault(const Arguments *arguments)
{
    const bool has_settings = arguments->dns_retry || arguments->dns_server != NULL ||
                              arguments->dns_trust_anchor != NULL ||
                              arguments->dns_timeout_seconds != 0;
    if (!arguments->dns && has_settings) {
        return "--dns-retry, --dns-server, --dns-trust-anchor and --dns-timeout belong to "
               "--dns";
    }
    if (arguments->dns && (arguments->verify_only || arguments->no_dkim)) {
        return "--dns looks for the keys of an archive's signatures: --verify-only and "
               "--no-dkim do not go with it";
    }
    return NULL;
}

/* A sentence for a person about arguments that do not go together. Returns: NULL when all is
 * well. */
static const char *argument_fault(const Arguments *arguments)
{
    const bool has_keys =
        arguments->key_files != NULL || arguments->recover_keys || arguments->dns;
    if (arguments->sources == NULL && (arguments->verify_only || !has_keys)) {
        return "no SOURCE given; try --help";
    }
    if (arguments->sources == NULL && arguments->no_dkim) {
        return "--no-dkim and keys without a SOURCE leave nothing to do";
    }
    if (arguments->recover_keys && (arguments->no_dkim || arguments->verify_only)) {
        return "--recover-keys computes with what an archive holds of signatures: --no-dkim "
               "and --verify-only do not go with it";
    }
    if (arguments->recover_names != NULL && !arguments->recover_keys) {
        return "--recover-name belongs to --recover-keys";
    }
    if (!arguments->verify_only && (arguments->json || arguments->received_at != NULL)) {
        return "--json and --received-at belong to --verify-only";
    }
    if (arguments->verify_only && (arguments->database != NULL || arguments->no_dkim)) {
        return "--verify-only checks signatures without an archive: --database and --no-dkim "
               "do not go with it";
    }
    return dns_argument_fault(arguments);
}

static bool check_arguments(Arguments *arguments, GError **error)
{
    const char *fault = argument_fault(arguments);
    if (fault != NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s", fault);
        return false;
    }
    if (arguments->n_workers < 0 || arguments->n_workers > WORKER_POOL_SIZE_MAX) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--workers must be between 1 and %d", WORKER_POOL_SIZE_MAX);
        return false;
    }
    if (arguments->dns_timeout_seconds < 0 ||
        arguments->dns_timeout_seconds > DNS_TIMEOUT_SECONDS_MAX) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--dns-timeout must be between 1 and %d", DNS_TIMEOUT_SECONDS_MAX);
        return false;
    }
    if (arguments->received_at != NULL &&
        !g_ascii_string_to_signed(arguments->received_at, 10, 0, G_MAXINT64,
                                  &arguments->received_at_seconds, NULL)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--received-at needs seconds since 1970, not \"%s\"",
                    arguments->received_at);
        return false;
    }
    return true;
}

static void warn_bad_lines(const char *path, const KeyReport *report)
{
    const size_t n_told = MIN(report->n_faults, (size_t)KEY_REPORT_FAULTS_MAX);
    for (size_t i = 0; i < n_told; i++) {
        g_printerr("waxseal-index: %s:%zu: no key: %s\n", path, report->faults[i].line,
                   report->faults[i].reason);
    }
    if (report->n_faults > n_told) {
        g_printerr("waxseal-index: %s: %zu more like these; keys read: %zu\n", path,
                   report->n_faults - n_told, report->n_records);
    }
    if (report->n_aliases > 0) {
        g_printerr(
            "waxseal-index: %s: %zu names are aliases (CNAME) of keys elsewhere and were "
            "passed over\n",
            path, report->n_aliases);
    }
}

static void report_trouble(const char *message, gpointer data)
{
    progress_clear_line(data);
    g_printerr("waxseal-index: %s\n", message);
}

/* What a run came to. */
typedef struct {
    IngestOutcome ingest;
    bool dns_is_silent; /* no server answers */
    bool interrupted;
} Outcome;

static int exit_code_of(const Outcome *outcome)
{
    if (outcome->interrupted) {
        g_printerr("waxseal-index: interrupted; run the same command again to go on\n");
        return EXIT_FAILED;
    }
    if (outcome->ingest.failed_sources > 0 || outcome->dns_is_silent) {
        return EXIT_FAILED;
    }
    return outcome->ingest.damaged_files > 0 ? EXIT_DAMAGED : EXIT_DONE;
}

/* A check without an archive is by the files that are named, when any are: so it comes to the
 * same wherever it is done again. */
static bool load_keys(KeyStore *keys, const Arguments *arguments, const char *database,
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

static unsigned worker_count(const Arguments *arguments)
{
    return arguments->n_workers > 0 ? (unsigned)arguments->n_workers
                                    : worker_pool_default_size();
}

static bool run(const Arguments *arguments, IngestOutcome *ret_outcome, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    g_autoptr(KeyStore) keys = key_store_new();
    size_t n_named_keys = 0;
    if (!load_keys(keys, arguments, database, &n_named_keys, error)) {
        return false;
    }
    Progress progress;
    progress_init(&progress, arguments->quiet);
    IngestOptions options = {
        .database = database,
        .sources = (const char *const *)arguments->sources,
        .keys = arguments->no_dkim ? NULL : keys,
        .n_imported_keys = n_named_keys,
        .n_workers = worker_count(arguments),
        .no_repair = arguments->no_repair,
        .no_sandbox = arguments->no_sandbox,
        .progress = progress_show,
        .trouble = report_trouble,
        .user_data = &progress,
        .interrupted = &interrupted,
    };
    catch_signals();
    bool ok = ingest_run(&options, ret_outcome, error);
    progress_clear_line(&progress);
    return ok && (arguments->quiet || summary_print(database, ret_outcome, error));
}

/* The archive of a run without mail. Returns: (transfer none) NULL with `error`. */
static const char *existing_archive(const Arguments *arguments, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    if (g_file_test(database, G_FILE_TEST_EXISTS)) {
        return database;
    }
    g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN,
                "%s: no such archive; name a SOURCE to make one", database);
    return NULL;
}

/* Keys alone: they settle what the archive holds, and no mail is read. */
static bool import_keys(const Arguments *arguments, GError **error)
{
    const char *database = existing_archive(arguments, error);
    if (database == NULL) {
        return false;
    }
    g_autoptr(KeyStore) keys = key_store_new();
    size_t n_named_keys = 0;
    if (!load_keys(keys, arguments, database, &n_named_keys, error)) {
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
    const char *database = existing_archive(arguments, error);
    g_autoptr(KeyStore) keys = key_store_new();
    size_t n_named_keys = 0;
    if (database == NULL || !load_keys(keys, arguments, database, &n_named_keys, error)) {
        return false;
    }
    RecoveryReport report = {.quiet = arguments->quiet};
    progress_init(&report.progress, arguments->quiet);
    const KeyRecoveryOptions options = {
        .database = database,
        .keys = keys,
        .use_builtin = !arguments->no_builtin_keys,
        .only = (const char *const *)arguments->recover_names,
        .n_threads = worker_count(arguments),
        .progress = report_recovery,
        .found = report_key,
        .user_data = &report,
        .interrupted = &interrupted,
    };
    KeyRecoveryOutcome outcome = {0};
    catch_signals();
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
        .timeout_seconds = (unsigned)arguments->dns_timeout_seconds,
        .progress = progress_show_names,
        .user_data = progress,
        .interrupted = &interrupted,
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
    const char *database = existing_archive(arguments, error);
    g_autoptr(KeyStore) keys = key_store_new();
    size_t n_named_keys = 0;
    if (database == NULL || !load_keys(keys, arguments, database, &n_named_keys, error)) {
        return false;
    }
    Progress progress;
    progress_init(&progress, arguments->quiet);
    const KeyDnsOptions options = dns_options(arguments, &progress);
    g_autoptr(sqlite3) db = archive_open_writable(database, NULL, error);
    KeyDnsOutcome dns = {.gave_up = false};
    catch_signals();
    const bool is_ok = db != NULL && key_dns_run(db, keys, &options, &dns, error);
    progress_clear_line(&progress);
    outcome->dns_is_silent = dns.gave_up;
    outcome->interrupted = interrupted != 0;
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

typedef struct {
    bool as_json;
    GString *text;
    int write_errno; /* 0 while standard output takes what it is given */
} Printer;

static bool print_message(const VerifyMessage *message, gpointer data)
{
    Printer *printer = data;
    g_string_truncate(printer->text, 0);
    (printer->as_json ? verify_output_json : verify_output_text)(message, printer->text);
    if (fwrite(printer->text->str, 1, printer->text->len, stdout) != printer->text->len) {
        printer->write_errno = errno;
    }
    return printer->write_errno == 0;
}

static void print_trouble(const char *line, gpointer data)
{
    (void)data;
    g_printerr("waxseal-index: %s\n", line);
}

static int exit_code_of_verify(const Arguments *arguments, const VerifyOutcome *outcome,
                               int write_errno)
{
    if (write_errno != 0 && write_errno != EPIPE) {
        g_printerr("waxseal-index: standard output: %s\n", g_strerror(write_errno));
    }
    if (outcome->other_files > 0 && !outcome->stopped && !arguments->quiet) {
        g_printerr("waxseal-index: %" G_GUINT64_FORMAT " files are not mail\n",
                   outcome->other_files);
    }
    if (outcome->stopped || write_errno != 0 || outcome->failed_sources > 0) {
        return EXIT_FAILED;
    }
    return outcome->damaged_files > 0 ? EXIT_DAMAGED : EXIT_DONE;
}

static int verify_only(const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyStore) keys = key_store_new();
    g_autoptr(GString) text = g_string_new(NULL);
    Printer printer = {.as_json = arguments->json, .text = text};
    const VerifyOptions options = {
        .sources = (const char *const *)arguments->sources,
        .keys = keys,
        .n_workers = worker_count(arguments),
        .no_repair = arguments->no_repair,
        .no_sandbox = arguments->no_sandbox,
        .has_received_at = arguments->received_at != NULL,
        .received_at = arguments->received_at_seconds,
        .message = print_message,
        .trouble = print_trouble,
        .user_data = &printer,
        .interrupted = &interrupted,
    };
    VerifyOutcome outcome = {0};
    catch_signals();
    size_t n_named_keys = 0;
    if (!load_keys(keys, arguments, NULL, &n_named_keys, &error) ||
        !verify_run(&options, &outcome, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_FAILED;
    }
    if (fflush(stdout) != 0 && printer.write_errno == 0) {
        printer.write_errno = errno;
    }
    return exit_code_of_verify(arguments, &outcome, printer.write_errno);
}

static void print_version(void)
{
    const SandboxSupport support = sandbox_support();
    g_autofree char *sandbox = sandbox_describe(&support);
    g_print("waxseal-index " WAXSEAL_VERSION " (SQLite %s)\nsandbox: %s\n",
            sqlite3_libversion(), sandbox);
}

static void warn_of_kernel(void)
{
    const SandboxSupport support = sandbox_support();
    if (!sandbox_is_whole(&support) && !support.is_instrumented) {
        g_autofree char *sandbox = sandbox_describe(&support);
        g_printerr("waxseal-index: the processes that read mail are confined less than they "
                   "should be: %s\n",
                   sandbox);
    }
}

int main(int argc, char **argv)
{
    g_auto(Arguments) arguments = {0};
    g_autoptr(GError) error = NULL;
    if (!parse_arguments(&arguments, &argc, &argv, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_USAGE;
    }
    if (arguments.version) {
        print_version();
        return EXIT_DONE;
    }
    if (!check_arguments(&arguments, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_USAGE;
    }
    archive_configure_process();
    if (arguments.sources != NULL && !arguments.no_sandbox) {
        warn_of_kernel();
    }
    if (arguments.verify_only) {
        return verify_only(&arguments);
    }
    Outcome outcome = {.interrupted = false};
    if (!run_all(&arguments, &outcome, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_FAILED;
    }
    return exit_code_of(&outcome);
}
