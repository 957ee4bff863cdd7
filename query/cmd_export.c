/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "query/command_query.h"
#include "query/export.h"
#include "schema/archive.h"

/* Missing messages that are named one by one; beyond it only their number is told. */
#define NAMED_MAX 1000u

/* How often the line of progress is written. */
#define PROGRESS_USEC (G_USEC_PER_SEC / 5)

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"format", 'f', "FORM", "mbox, maildir, eml, csv or jsonl"},
    {"output", 'o', "PATH", "a new file (mbox, csv, jsonl) or folder (maildir, eml)"},
    COMMAND_SEPARATOR_OPTION,
    {"tz", 0, "ZONE", "dates of the query are in this time zone (UTC)"},
    {"timeout", 0, "SECONDS", "give up searching after this long (30; 0 is never)"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "mbox, maildir and eml hold the exact bytes from the sources, each checked\n"
    "against its SHA-256; csv and jsonl what the archive says, with the text. An mbox\n"
    "quotes From lines as mboxrd does: indexed again, it gives the same messages. CSV\n"
    "is safe to open in a spreadsheet. Nothing is overwritten. Exit code 4: done, and\n"
    "messages whose source is gone or has changed are missing; they are named.\n"
    "Examples: export from:@bank.example date:2016 -f mbox -o bank.mbox\n"
    "          export is:verified -f csv -o verified.csv\n";

typedef struct {
    bool is_terminal;
    bool line_is_open;
    guint n_messages;
    guint n_named;
    gint64 shown_at;
} Progress;

static void clear_line(Progress *progress)
{
    if (progress->line_is_open) {
        g_printerr("\r\033[K");
        progress->line_is_open = false;
    }
}

static void show_progress(gpointer data, const ExportCounts *counts)
{
    Progress *progress = data;
    const gint64 now = g_get_monotonic_time();
    if (!progress->is_terminal || now - progress->shown_at < PROGRESS_USEC) {
        return;
    }
    progress->shown_at = now;
    progress->line_is_open = true;
    g_printerr("\r%" G_GUINT64_FORMAT " of %u messages\033[K",
               counts->n_written + counts->n_missing, progress->n_messages);
}

static void tell_missing(gpointer data, int64_t id, const char *reason)
{
    Progress *progress = data;
    clear_line(progress);
    if (progress->n_named++ < NAMED_MAX) {
        command_complain("message %" G_GINT64_FORMAT " is missing: %s", id, reason);
    }
}

static CommandExit fail(const GError *error, const char *path, const ExportCounts *counts)
{
    command_complain("%s", error->message);
    if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_EXIST)) {
        return EXIT_BAD_QUERY;
    }
    if (counts->n_written > 0) {
        command_complain("%s: not complete", path);
    }
    return EXIT_NO_ARCHIVE;
}

static CommandExit export_messages(sqlite3 *db, GArray *ids, const ExportOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) note = g_string_new(NULL);
    ExportCounts counts = {0};
    const bool is_done = export_run(db, ids, options, &counts, note, &error);
    clear_line(options->report.data);
    if (!is_done) {
        return fail(error, options->path, &counts);
    }
    if (note->len > 0) {
        command_complain("%s", note->str);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_printf(out, "%s: %" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT " missing\n",
                    options->path, counts.n_written, counts.n_missing);
    command_print(out);
    return counts.n_missing > 0 ? EXIT_INCOMPLETE : EXIT_HITS;
}

static bool read_options(const OptionSet *options, ExportOptions *ret_options)
{
    const char *name = option_value(options, "format");
    ret_options->path = option_value(options, "output");
    if (name == NULL) {
        command_complain("which form? (--format mbox, maildir, eml, csv or jsonl)");
        return false;
    }
    ret_options->format = export_format_find(name);
    if (ret_options->format == NULL) {
        command_complain("--format knows mbox, maildir, eml, csv and jsonl, not \"%s\"", name);
        return false;
    }
    if (ret_options->path == NULL || *ret_options->path == '\0') {
        command_complain("where should it go? (-o PATH)");
        return false;
    }
    return command_separator(options, ret_options->format == &export_format_csv,
                             &ret_options->separator);
}

static CommandExit run(const OptionSet *options)
{
    g_auto(CommandQuery) query = {0};
    Progress progress = {.is_terminal = isatty(STDERR_FILENO) == 1};
    ExportOptions export_options = {
        .report = {.data = &progress, .missing = tell_missing, .progress = show_progress}};
    if (!command_query_read(options, &query) || !read_options(options, &export_options)) {
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = NULL;
    CommandExit code = EXIT_HITS;
    g_autoptr(GArray) ids =
        command_query_select(options, &query, "export", "nothing written", &db, &code);
    if (ids == NULL) {
        return code;
    }
    progress.n_messages = ids->len;
    return export_messages(db, ids, &export_options);
}

const Command command_export = {
    .name = "export",
    .arguments = "QUERY... -f FORM -o PATH",
    .summary = "messages as mbox, Maildir, .eml files, CSV or JSON lines",
    .details = details,
    .options = options_table,
    .takes_fields = true,
    .run = run,
};
