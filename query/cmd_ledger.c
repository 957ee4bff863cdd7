/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/ledger.h"
#include "schema/archive.h"
#include "schema/json_writer.h"
#include "schema/terminal_text.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"check-hashes", 0, NULL, "read every message again and compare its SHA-256"},
    {"json", 0, NULL, "one JSON object a line: findings, sources, the total"},
    {NULL, 0, NULL, NULL},
};

static const char *const finding_words[] = {
    [LEDGER_GAP] = "gap",        [LEDGER_OVERLAP] = "overlap",
    [LEDGER_DAMAGE] = "damaged", [LEDGER_UNFINISHED] = "unfinished",
    [LEDGER_HASH] = "changed",   [LEDGER_MISSING] = "missing",
};

typedef struct {
    GString *line;
    bool as_json;
    bool has_hashes;
} Printer;

static void flush(Printer *printer)
{
    command_print(printer->line);
    g_string_truncate(printer->line, 0);
}

static void json_sum(JsonWriter *writer, const LedgerSum *sum, bool has_hashes)
{
    json_writer_integer(writer, "files", sum->files);
    json_writer_integer(writer, "bytes", sum->size);
    json_writer_integer(writer, "message_bytes", sum->message_bytes);
    json_writer_integer(writer, "separator_bytes", sum->separator_bytes);
    json_writer_integer(writer, "damaged_bytes", sum->damaged_bytes);
    json_writer_integer(writer, "gap_bytes", sum->gap_bytes);
    json_writer_integer(writer, "overlap_bytes", sum->overlap_bytes);
    json_writer_integer(writer, "messages", sum->messages);
    json_writer_integer(writer, "damaged_spans", sum->damaged_spans);
    json_writer_integer(writer, "unfinished", sum->unfinished);
    if (has_hashes) {
        json_writer_integer(writer, "hashes_right", sum->hashes_right);
        json_writer_integer(writer, "hashes_wrong", sum->hashes_wrong);
        json_writer_integer(writer, "hashes_missing", sum->hashes_missing);
    }
    json_writer_boolean(writer, "adds_up", ledger_adds_up(sum));
}

static void text_sum(GString *out, const LedgerSum *sum, bool has_hashes)
{
    g_string_append_printf(out,
                           "  %" G_GINT64_FORMAT " bytes in %" G_GINT64_FORMAT
                           " files = %" G_GINT64_FORMAT " in %" G_GINT64_FORMAT
                           " messages + %" G_GINT64_FORMAT " in separators + %" G_GINT64_FORMAT
                           " in %" G_GINT64_FORMAT " damaged spans\n",
                           sum->size, sum->files, sum->message_bytes, sum->messages,
                           sum->separator_bytes, sum->damaged_bytes, sum->damaged_spans);
    if (sum->gap_bytes > 0 || sum->overlap_bytes > 0 || sum->unfinished > 0) {
        g_string_append_printf(out,
                               "  NOT accounted for: %" G_GINT64_FORMAT
                               " bytes in nothing, %" G_GINT64_FORMAT
                               " bytes twice, %" G_GINT64_FORMAT " files unfinished\n",
                               sum->gap_bytes, sum->overlap_bytes, sum->unfinished);
    }
    if (has_hashes) {
        g_string_append_printf(out,
                               "  %" G_GINT64_FORMAT " messages read again and the same, "
                               "%" G_GINT64_FORMAT " not, %" G_GINT64_FORMAT
                               " in files that cannot be opened\n",
                               sum->hashes_right, sum->hashes_wrong, sum->hashes_missing);
    }
}

static void print_source(gpointer data, const char *path, const LedgerSum *sum)
{
    Printer *printer = data;
    if (printer->as_json) {
        JsonWriter writer = json_writer_on(printer->line);
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "schema", 1);
        json_writer_text(&writer, "kind", "source");
        json_writer_text(&writer, "path", path);
        json_sum(&writer, sum, printer->has_hashes);
        json_writer_end_object(&writer);
        g_string_append_c(printer->line, '\n');
    } else {
        terminal_text_append(printer->line, slice_of_string(path), TERMINAL_TEXT_PLAIN);
        g_string_append_c(printer->line, '\n');
        text_sum(printer->line, sum, printer->has_hashes);
    }
    flush(printer);
}

static void print_finding(gpointer data, const LedgerFinding *finding)
{
    Printer *printer = data;
    const char *kind = finding_words[finding->kind];
    if (printer->as_json) {
        JsonWriter writer = json_writer_on(printer->line);
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "schema", 1);
        json_writer_text(&writer, "kind", kind);
        json_writer_text(&writer, "path", finding->path);
        json_writer_integer(&writer, "offset", finding->offset);
        json_writer_integer(&writer, "length", finding->length);
        json_writer_text(&writer, "reason", finding->words);
        json_writer_end_object(&writer);
    } else {
        g_string_append_printf(printer->line, "%s: ", kind);
        terminal_text_append(printer->line, slice_of_string(finding->path),
                             TERMINAL_TEXT_PLAIN);
        g_string_append_printf(
            printer->line, " at %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " bytes%s",
            finding->offset, finding->length, *finding->words == '\0' ? "" : ": ");
        terminal_text_append(printer->line, slice_of_string(finding->words),
                             TERMINAL_TEXT_PLAIN);
    }
    g_string_append_c(printer->line, '\n');
    flush(printer);
}

static void print_total(Printer *printer, const LedgerSum *total)
{
    if (printer->as_json) {
        JsonWriter writer = json_writer_on(printer->line);
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "schema", 1);
        json_writer_text(&writer, "kind", "total");
        json_sum(&writer, total, printer->has_hashes);
        json_writer_end_object(&writer);
        g_string_append_c(printer->line, '\n');
    } else {
        g_string_append(printer->line, "total\n");
        text_sum(printer->line, total, printer->has_hashes);
        g_string_append(printer->line, ledger_adds_up(total) ? "Every byte is accounted for.\n"
                                                             : "The sum does NOT add up.\n");
    }
    flush(printer);
}

static CommandExit run(const OptionSet *options)
{
    if (options->words->len > 0) {
        command_complain("ledger takes no arguments");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) buffer = g_string_new(NULL);
    Printer printer = {.line = buffer,
                       .as_json = option_given(options, "json"),
                       .has_hashes = option_given(options, "check-hashes")};
    LedgerReport report = {.check_hashes = printer.has_hashes,
                           .source = print_source,
                           .finding = print_finding,
                           .data = &printer};
    LedgerSum total;
    if (!ledger_run(db, &report, &total, &error)) {
        return command_fail(error, NULL);
    }
    print_total(&printer, &total);
    return ledger_adds_up(&total) ? EXIT_HITS : EXIT_NO_HITS;
}

const Command command_ledger = {
    .name = "ledger",
    .arguments = "",
    .summary = "proves that every byte of every source is accounted for",
    .details = "",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
