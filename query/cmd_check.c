/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include <stdio.h>
#include <unistd.h>

#include "query/check.h"
#include "schema/archive.h"
#include "schema/json_writer.h"
#include "schema/terminal_text.h"

#define STATE_COLUMNS 10
#define NAME_COLUMNS  11

/* A terminal shows no more than this. */
#define PROGRESS_INTERVAL_US 100000

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"no-sources", 0, NULL, "leave the dump alone, check only the archive"},
    {"json", 0, NULL, "one JSON object a check"},
    {NULL, 0, NULL, NULL},
};

typedef struct {
    bool as_json;
    bool shows_progress;
    int64_t shown_at_us;
} Printer;

static void clear_progress(Printer *printer)
{
    if (printer->shown_at_us > 0) {
        (void)fprintf(stderr, "\r\x1b[K");
        printer->shown_at_us = 0;
    }
}

static void show_progress(gpointer data, int64_t n_messages)
{
    Printer *printer = data;
    const int64_t now_us = g_get_monotonic_time();
    if (printer->shows_progress && now_us - printer->shown_at_us >= PROGRESS_INTERVAL_US) {
        (void)fprintf(stderr, "\r%" G_GINT64_FORMAT " messages read again", n_messages);
        printer->shown_at_us = now_us;
    }
}

static void append_text(const CheckResult *result, GString *out)
{
    terminal_text_append_fitted(out, check_state_word(result->state), STATE_COLUMNS);
    terminal_text_append_fitted(out, result->name, NAME_COLUMNS);
    g_string_append_printf(out, " %s\n", result->words);
    for (guint i = 0; i < result->findings->len; i++) {
        g_string_append_printf(out, "%*s", STATE_COLUMNS, "");
        terminal_text_append(out, slice_of_string(g_ptr_array_index(result->findings, i)),
                             TERMINAL_TEXT_PLAIN);
        g_string_append_c(out, '\n');
    }
    if (result->n_findings > result->findings->len) {
        g_string_append_printf(out, "%*s... %" G_GINT64_FORMAT " in all\n", STATE_COLUMNS, "",
                               result->n_findings);
    }
}

static void append_json(const CheckResult *result, GString *out)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_text(&writer, "check", result->name);
    json_writer_text(&writer, "state", check_state_word(result->state));
    json_writer_text(&writer, "words", result->words);
    json_writer_integer(&writer, "findings", result->n_findings);
    json_writer_begin_array(&writer, "first_findings");
    for (guint i = 0; i < result->findings->len; i++) {
        json_writer_text(&writer, NULL, g_ptr_array_index(result->findings, i));
    }
    json_writer_end_array(&writer);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static void print_result(gpointer data, const CheckResult *result)
{
    Printer *printer = data;
    g_autoptr(GString) out = g_string_new(NULL);
    clear_progress(printer);
    (printer->as_json ? append_json : append_text)(result, out);
    command_print(out);
    (void)fflush(stdout); /* the next check may take a while */
}

static CommandExit run(const OptionSet *options)
{
    static const CommandExit codes[] = {[CHECK_OK] = EXIT_HITS,
                                        [CHECK_MISSING] = EXIT_INCOMPLETE,
                                        [CHECK_FAILED] = EXIT_NO_ARCHIVE};
    if (options->words->len > 0) {
        command_complain("check takes no arguments");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db =
        archive_open_frozen(archive_default_path(option_value(options, "database")), &error);
    if (db == NULL) {
        return command_fail(error, NULL);
    }
    Printer printer = {.as_json = option_given(options, "json"),
                       .shows_progress = isatty(STDERR_FILENO) == 1};
    const CheckReport report = {
        .with_sources = !option_given(options, "no-sources"),
        .result = print_result,
        .progress = show_progress,
        .data = &printer,
    };
    return codes[check_run(db, &report)];
}

const Command command_check = {
    .name = "check",
    .arguments = "",
    .summary = "whether the archive is whole, and the dump still the same",
    .details = "Exit codes: 0 all is well, 3 the archive or the dump is damaged,\n"
               "4 all is well, and a part of the dump is missing.\n",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
