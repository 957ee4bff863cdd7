/* SPDX-License-Identifier: MIT */
#include "indexer/command.h"

#include <errno.h>
#include <stdio.h>

#include "indexer/verify.h"
#include "indexer/verify_output.h"

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
    command_complain("%s", line);
}

static CommandExit exit_code_of(const Arguments *arguments, const VerifyOutcome *outcome,
                                int write_errno)
{
    if (write_errno != 0 && write_errno != EPIPE) {
        command_complain("standard output: %s", g_strerror(write_errno));
    }
    if (outcome->other_files > 0 && !outcome->stopped && !arguments->quiet) {
        command_complain("%" G_GUINT64_FORMAT " files are not mail", outcome->other_files);
    }
    if (outcome->stopped || write_errno != 0 || outcome->failed_sources > 0) {
        return EXIT_FAILED;
    }
    return outcome->damaged_files > 0 ? EXIT_DAMAGED : EXIT_DONE;
}

CommandExit command_verify(const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyStore) keys = key_store_new();
    g_autoptr(GString) text = g_string_new(NULL);
    Printer printer = {.as_json = arguments->json, .text = text};
    const VerifyOptions options = {
        .sources = (const char *const *)arguments->sources,
        .keys = keys,
        .n_workers = command_worker_count(arguments),
        .no_repair = arguments->no_repair,
        .no_sandbox = arguments->no_sandbox,
        .has_received_at = arguments->received_at != NULL,
        .received_at = arguments->received_at_seconds,
        .message = print_message,
        .trouble = print_trouble,
        .user_data = &printer,
        .interrupted = command_catch_signals(),
    };
    VerifyOutcome outcome = {0};
    size_t n_named_keys = 0;
    if (!command_load_keys(keys, arguments, NULL, &n_named_keys, &error) ||
        !verify_run(&options, &outcome, &error)) {
        command_complain("%s", error->message);
        return EXIT_FAILED;
    }
    if (fflush(stdout) != 0 && printer.write_errno == 0) {
        printer.write_errno = errno;
    }
    return exit_code_of(arguments, &outcome, printer.write_errno);
}
