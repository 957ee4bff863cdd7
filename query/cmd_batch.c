/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include <errno.h>
#include <stdio.h>

#include "query/batch.h"
#include "query/output_file.h"
#include "schema/archive.h"

/* A list of a million names is 20 MB. */
#define LIST_BYTES_MAX ((size_t)256 << 20)

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"output", 'o', "FILE", "a new CSV file; - for standard output (the default)"},
    {"header", 0, NULL, "the first line has names of columns, whatever they are"},
    COMMAND_SEPARATOR_OPTION,
    {"tz", 0, "ZONE", "dates of the queries are in this time zone (UTC)"},
    {"timeout", 0, "SECONDS", "give up a query after this long (30; 0 is never)"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "The list is CSV (- is standard input). Its queries are in the column named\n"
    "\"query\", or else in the first. The result has its columns, and behind them:\n"
    "hits, verified hits, the date of the newest hit, and what is wrong with the\n"
    "query. Quotes of a phrase are doubled in CSV: \"\"\"annual report\"\" -draft\"\n"
    "Exit codes: 0 done, 1 no query has hits, 4 done, and some queries are wrong.\n"
    "Examples: batch names.csv -o hits.csv\n"
    "          printf 'from:alice\\nfrom:bob\\n' | waxseal-query batch -\n";

/* Reads `path` up to the limit. Returns: (transfer full) NULL with `error`. */
static GString *read_all(const char *path, GError **error)
{
    FILE *stream = g_str_equal(path, "-") ? stdin : fopen(path, "rbe");
    if (stream == NULL) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    char piece[16384];
    size_t n_read = 0;
    while (text->len <= LIST_BYTES_MAX &&
           (n_read = fread(piece, 1, sizeof piece, stream)) > 0) {
        g_string_append_len(text, piece, (gssize)n_read);
    }
    const bool has_failed = ferror(stream) != 0;
    if (stream != stdin) {
        (void)fclose(stream);
    }
    if (has_failed || text->len > LIST_BYTES_MAX) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
                    has_failed ? "it cannot be read" : "a list of more than 256 MiB");
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* Lists from spreadsheets are often in the code page of Western Europe. Returns: (transfer
 * full) UTF-8, or NULL with `error`. */
static GString *read_list(const char *path, GError **error)
{
    g_autoptr(GString) text = read_all(path, error);
    if (text == NULL || g_utf8_validate(text->str, (gssize)text->len, NULL)) {
        return g_steal_pointer(&text);
    }
    gsize size = 0;
    g_autofree char *converted = memchr(text->str, '\0', text->len) != NULL
                                     ? NULL
                                     : g_convert(text->str, (gssize)text->len, "UTF-8",
                                                 "WINDOWS-1252", NULL, &size, NULL);
    if (converted == NULL) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: this is no text in UTF-8; save the list as \"CSV UTF-8\"", path);
        return NULL;
    }
    command_complain("%s is no UTF-8; it was read as Windows-1252", path);
    return g_string_new_len(converted, (gssize)size);
}

static bool write_stdout(gpointer data, const GString *text, GError **error)
{
    (void)data;
    if (!command_print(text)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                    "standard output: the result could not be written");
        return false;
    }
    return true;
}

static bool write_file(gpointer data, const GString *text, GError **error)
{
    return output_file_write(data, slice_of(text->str, text->len), error);
}

static CommandExit report(const BatchCounts *counts)
{
    if (counts->faults > 0) {
        command_complain("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                         " queries are wrong; their lines say why",
                         counts->faults, counts->queries);
        return EXIT_INCOMPLETE;
    }
    return counts->with_hits > 0 ? EXIT_HITS : EXIT_NO_HITS;
}

static CommandExit run_list(sqlite3 *db, const OptionSet *options, BatchOptions *batch)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OutputFile) file = NULL;
    BatchCounts counts = {0};
    const char *path = option_value(options, "output");
    batch->write = write_stdout;
    if (path != NULL && !g_str_equal(path, "-")) {
        file = output_file_open(path, &error);
        if (file == NULL) {
            return command_fail(error, NULL);
        }
        batch->write = write_file;
        batch->data = file;
    }
    if (!batch_run(db, batch, &counts, &error) ||
        (file != NULL && !output_file_finish(file, &error))) {
        return command_fail(error, NULL);
    }
    return report(&counts);
}

static CommandExit run(const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    BatchOptions batch = {.has_header = option_given(options, "header"),
                          .time_zone = option_value(options, "tz")};
    if (options->words->len != 1) {
        command_complain("batch needs one list of queries, a CSV file");
        return EXIT_BAD_QUERY;
    }
    if (!command_number(options, "timeout", DEADLINE_DEFAULT_SECONDS, &batch.timeout) ||
        !command_separator(options, true, &batch.separator)) {
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    g_autoptr(GString) list = read_list(g_ptr_array_index(options->words, 0), &error);
    if (error != NULL) {
        command_complain("%s", error->message);
        return EXIT_BAD_QUERY;
    }
    batch.list = slice_of(list->str, list->len);
    return run_list(db, options, &batch);
}

const Command command_batch = {
    .name = "batch",
    .arguments = "LIST.csv -o RESULT.csv",
    .summary = "a list of queries answered with numbers of hits",
    .details = details,
    .options = options_table,
    .run = run,
};
