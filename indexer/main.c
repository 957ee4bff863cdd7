/* SPDX-License-Identifier: MIT
 *
 * waxseal-index: reads mail dumps into an archive. Exit codes: 0 done, 1 failed, 2 usage,
 * 4 done and some input was damaged. */
#include <signal.h>
#include <unistd.h>

#include "indexer/ingest.h"
#include "indexer/key_files.h"
#include "indexer/progress.h"
#include "indexer/summary.h"
#include "indexer/worker_pool.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DAMAGED = 4 };

static volatile sig_atomic_t interrupted;

typedef struct {
    char *database;
    char **key_files;
    char **sources;
    gint n_workers;
    gboolean no_builtin_keys;
    gboolean no_dkim;
    gboolean quiet;
    gboolean version;
} Arguments;

static void arguments_clear(Arguments *arguments)
{
    g_free(arguments->database);
    g_strfreev(arguments->key_files);
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

static bool parse_arguments(Arguments *arguments, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"database", 'd', 0, G_OPTION_ARG_FILENAME, &arguments->database,
         "The archive (default: $WAXSEAL_DB, else archive.db)", "FILE"},
        {"keys", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->key_files,
         "DKIM keys, tab-separated: selector, domain, TXT record; may be repeated", "FILE"},
        {"no-builtin-keys", 0, 0, G_OPTION_ARG_NONE, &arguments->no_builtin_keys,
         "Do not use the key archive that ships with the program", NULL},
        {"no-dkim", 0, 0, G_OPTION_ARG_NONE, &arguments->no_dkim,
         "Do not look at signatures; every message becomes dkim:none", NULL},
        {"workers", 'j', 0, G_OPTION_ARG_INT, &arguments->n_workers,
         "Worker processes (default: one a processor)", "N"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, "No progress and no summary",
         NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &arguments->version, "Print the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->sources, NULL,
         NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("SOURCE...");
    g_option_context_set_summary(
        context,
        "Reads mail dumps (mbox, gzip'd mbox, Maildir, MH, single messages, folders of "
        "them)\ninto one archive, and checks every DKIM signature.");
    g_option_context_set_description(
        context, "Running the same command again adds what is new and goes on where an\n"
                 "interrupted run stopped. Exit codes: 0 done, 1 failed, 2 usage, 4 done and\n"
                 "some input was damaged (waxseal-query ledger says which).");
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static bool check_arguments(const Arguments *arguments, GError **error)
{
    if (arguments->sources == NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "no SOURCE given; try --help");
        return false;
    }
    if (arguments->n_workers < 0 || arguments->n_workers > WORKER_POOL_SIZE_MAX) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--workers must be between 1 and %d", WORKER_POOL_SIZE_MAX);
        return false;
    }
    return true;
}

static void warn_bad_lines(const char *path, size_t n_bad_lines)
{
    g_printerr("waxseal-index: %s: %zu lines are no keys and were not used\n", path,
               n_bad_lines);
}

static void report_trouble(const char *message, gpointer data)
{
    progress_clear_line(data);
    g_printerr("waxseal-index: %s\n", message);
}

static int exit_code_of(const IngestOutcome *outcome)
{
    if (outcome->interrupted) {
        g_printerr("waxseal-index: interrupted; run the same command again to go on\n");
        return EXIT_FAILED;
    }
    if (outcome->failed_sources > 0) {
        return EXIT_FAILED;
    }
    return outcome->damaged_files > 0 ? EXIT_DAMAGED : EXIT_DONE;
}

static bool run(const Arguments *arguments, IngestOutcome *ret_outcome, GError **error)
{
    const char *database = archive_default_path(arguments->database);
    g_autoptr(KeyStore) keys = key_store_new();
    KeyFilesOptions key_options = {
        .files = (const char *const *)arguments->key_files,
        .database = database,
        .use_builtin = !arguments->no_builtin_keys,
    };
    if (!key_files_load(keys, &key_options, warn_bad_lines, error)) {
        return false;
    }
    Progress progress;
    progress_init(&progress, arguments->quiet);
    IngestOptions options = {
        .database = database,
        .sources = (const char *const *)arguments->sources,
        .keys = arguments->no_dkim ? NULL : keys,
        .n_workers = arguments->n_workers > 0 ? (unsigned)arguments->n_workers
                                              : worker_pool_default_size(),
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

int main(int argc, char **argv)
{
    g_auto(Arguments) arguments = {0};
    g_autoptr(GError) error = NULL;
    if (!parse_arguments(&arguments, &argc, &argv, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_USAGE;
    }
    if (arguments.version) {
        g_print("waxseal-index " WAXSEAL_VERSION " (SQLite %s)\n", sqlite3_libversion());
        return EXIT_DONE;
    }
    if (!check_arguments(&arguments, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_USAGE;
    }
    archive_configure_process();
    IngestOutcome outcome = {0};
    if (!run(&arguments, &outcome, &error)) {
        g_printerr("waxseal-index: %s\n", error->message);
        return EXIT_FAILED;
    }
    return exit_code_of(&outcome);
}
