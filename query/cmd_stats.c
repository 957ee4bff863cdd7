/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/archive_stats.h"
#include "query/search_output.h"
#include "schema/archive.h"
#include "schema/json_writer.h"
#include "schema/problem.h"
#include "schema/terminal_text.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

#define LABEL_COLUMNS 14

#define ISO_8601_UTC "%Y-%m-%dT%H:%M:%SZ"

static void json_date(JsonWriter *writer, const char *key, bool has_date, int64_t date)
{
    g_autofree char *text = search_date_text(has_date, date, ISO_8601_UTC);
    if (*text == '\0') {
        json_writer_null(writer, key);
    } else {
        json_writer_text(writer, key, text);
    }
}

static void write_json(GString *out, const ArchiveStats *stats)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_integer(&writer, "messages", stats->messages);
    json_writer_integer(&writer, "occurrences", stats->occurrences);
    json_writer_integer(&writer, "senders", stats->senders);
    json_writer_integer(&writer, "attachments", stats->attachments);
    json_date(&writer, "first_date", stats->has_dates, stats->first_date);
    json_date(&writer, "last_date", stats->has_dates, stats->last_date);
    json_writer_integer(&writer, "bytes", stats->bytes);
    json_writer_integer(&writer, "problems", stats->problems);
    json_writer_integer(&writer, "verified", stats->verified);
    json_writer_integer(&writer, "limited", stats->limited);
    json_writer_begin_object(&writer, "dkim");
    for (size_t i = 0; i < MESSAGE_DKIM_COUNT; i++) {
        MessageDkim index = MESSAGE_DKIM_NONE;
        const char *word = archive_stats_dkim_word(i, &index);
        json_writer_integer(&writer, word, stats->dkim[index]);
    }
    json_writer_end_object(&writer);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

/* What a problem word means; a newer archive may have words that we do not know. */
static const char *meaning_of(const char *word)
{
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        if (g_str_equal(problem_word((Problem)i), word)) {
            return problem_meaning((Problem)i);
        }
    }
    return "";
}

static void line(GString *out, const char *label, int64_t value)
{
    terminal_text_append_fitted(out, label, LABEL_COLUMNS);
    g_string_append_printf(out, " %12" G_GINT64_FORMAT "\n", value);
}

static void write_text(GString *out, const ArchiveStats *stats)
{
    g_autofree char *first = search_date_text(stats->has_dates, stats->first_date, "%Y-%m-%d");
    g_autofree char *last = search_date_text(stats->has_dates, stats->last_date, "%Y-%m-%d");
    line(out, "messages", stats->messages);
    line(out, "occurrences", stats->occurrences);
    line(out, "senders", stats->senders);
    line(out, "attachments", stats->attachments);
    line(out, "bytes", stats->bytes);
    g_string_append_printf(out, "%-14s %12s to %s\n", "dates", first, last);
    line(out, "✔ verified", stats->verified);
    line(out, "~ limited", stats->limited);
    for (size_t i = 0; i < MESSAGE_DKIM_COUNT; i++) {
        MessageDkim index = MESSAGE_DKIM_NONE;
        g_autofree char *label = g_strdup_printf("dkim:%s", archive_stats_dkim_word(i, &index));
        line(out, label, stats->dkim[index]);
    }
    line(out, "with problems", stats->problems);
    for (guint i = 0; i < stats->problem_words->len; i++) {
        const ProblemCount *count = &g_array_index(stats->problem_words, ProblemCount, i);
        g_string_append_printf(out, "  %-22s %8" G_GINT64_FORMAT "  %s\n", count->word,
                               count->messages, meaning_of(count->word));
    }
}

static CommandExit run(const OptionSet *options)
{
    if (options->words->len > 0) {
        command_complain("stats takes no arguments");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    g_autoptr(GError) error = NULL;
    g_auto(ArchiveStats) stats = {0};
    if (!archive_stats_read(db, &stats, &error)) {
        return command_fail(error, NULL);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (option_given(options, "json")) {
        write_json(out, &stats);
    } else {
        write_text(out, &stats);
    }
    command_print(out);
    return EXIT_HITS;
}

const Command command_stats = {
    .name = "stats",
    .arguments = "",
    .summary = "what the archive holds, in numbers",
    .details = "",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
