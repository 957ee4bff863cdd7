/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/command_hits.h"
#include "query/output_file.h"
#include "query/timeline_chart.h"
#include "query/timeline_svg.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"by", 'b', "UNIT", "year, month or day (what fits the dates)"},
    {"svg", 0, "FILE", "draw into a new SVG file; - is standard output"},
    {"title", 0, "TEXT", "the title of the SVG (the query)"},
    COMMAND_HITS_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const ListColumn columns[] = {
    {"period", "period", LIST_WHOLE},
    {"messages", "messages", LIST_NUMBER},
    {"verified", "verified", LIST_NUMBER},
    {"verified_percent", "share", LIST_NUMBER},
};

/* Reads --by. Returns: false after it has complained. */
static bool read_unit(const OptionSet *options, bool *ret_is_chosen, FacetTimeUnit *ret_unit)
{
    static const FacetTimeUnit units[] = {FACET_TIME_YEAR, FACET_TIME_MONTH, FACET_TIME_DAY};
    const char *word = option_value(options, "by");
    *ret_is_chosen = word != NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(units) && word != NULL; i++) {
        if (g_str_equal(word, timeline_unit_word(units[i]))) {
            *ret_unit = units[i];
            return true;
        }
    }
    if (word != NULL) {
        command_complain("--by knows year, month and day, not \"%s\"", word);
    }
    return word == NULL;
}

static void write_row(ListWriter *writer, const char *label, guint messages, guint verified)
{
    if (label == NULL) {
        list_writer_nothing(writer, "(no date)");
    } else {
        list_writer_text(writer, slice_of_string(label));
    }
    list_writer_number(writer, messages);
    list_writer_number(writer, verified);
    list_writer_share(writer, verified, messages);
}

static void print_rows(const CommandHits *hits, const Timeline *timeline)
{
    g_autoptr(ListWriter) writer = list_writer_new(hits->style, columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < timeline->periods->len; i++) {
        const TimelinePeriod *period = &g_array_index(timeline->periods, TimelinePeriod, i);
        write_row(writer, period->label, period->messages, period->verified);
    }
    if (timeline->undated.messages > 0) {
        write_row(writer, NULL, timeline->undated.messages, timeline->undated.verified);
    }
    command_hits_print(hits, writer);
}

static void print_chart(const CommandHits *hits, const Timeline *timeline)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const TimelineChartStyle style = {
        .columns = hits->terminal.columns,
        .color = hits->terminal.color,
        .unicode = g_get_charset(NULL),
    };
    timeline_chart_append(out, timeline, &style);
    command_print_paged(out, &hits->terminal, hits->options);
}

static CommandExit write_svg(const CommandHits *hits, const Timeline *timeline,
                             const char *path)
{
    if (timeline->periods->len > TIMELINE_SVG_PERIODS_MAX) {
        command_complain("%u %ss are too many for one image: ask for fewer by date:, or choose "
                         "--by %s",
                         timeline->periods->len, timeline_unit_word(timeline->unit),
                         timeline->unit == FACET_TIME_DAY ? "month" : "year");
        return EXIT_BAD_QUERY;
    }
    const char *title = option_value(hits->options, "title");
    const char *zone = option_value(hits->options, "tz");
    g_autofree char *by_itself =
        *hits->query.text == '\0' ? g_strdup("All messages")
                                  : g_strdup_printf("Messages found by: %s", hits->query.text);
    g_autoptr(GString) out = g_string_new(NULL);
    timeline_svg_append(out, timeline, title == NULL ? by_itself : title,
                        zone == NULL ? "UTC" : zone);
    if (g_str_equal(path, "-")) {
        return command_print(out) ? EXIT_HITS : EXIT_NO_ARCHIVE;
    }
    g_autoptr(GError) error = NULL;
    if (!output_file_make(path, slice_of(out->str, out->len), &error)) {
        command_complain("%s", error->message);
        return EXIT_NO_ARCHIVE;
    }
    return EXIT_HITS;
}

static CommandExit run(const OptionSet *options)
{
    FacetTimeUnit unit = FACET_TIME_MONTH;
    bool is_chosen = false;
    const char *svg = option_value(options, "svg");
    if (!read_unit(options, &is_chosen, &unit)) {
        return EXIT_BAD_QUERY;
    }
    if (svg != NULL && (option_given(options, "json") || option_given(options, "csv"))) {
        command_complain("--svg does not go with --json or --csv");
        return EXIT_BAD_QUERY;
    }
    g_auto(CommandHits) hits = {0};
    CommandExit code = command_hits_read(options, &hits);
    if (code != EXIT_HITS) {
        return code;
    }
    g_autoptr(GError) error = NULL;
    g_auto(Timeline) timeline = {0};
    if (!timeline_read(hits.db, hits.hits, is_chosen ? unit : timeline_best_unit(hits.hits),
                       hits.zone, &timeline, &error)) {
        return command_fail(error, &hits.deadline);
    }
    if (svg != NULL) {
        return write_svg(&hits, &timeline, svg);
    }
    (hits.style.form == LIST_TABLE ? print_chart : print_rows)(&hits, &timeline);
    return EXIT_HITS;
}

const Command command_timeline = {
    .name = "timeline",
    .arguments = "[QUERY...]",
    .summary = "draws the messages of a query by month, and how many are verified",
    .details = "Without a query: all messages. By days when they span two months at most, by\n"
               "years beyond twenty years, else by months; empty ones are shown.\n"
               "Examples: timeline budget from:@bank.example\n"
               "          timeline is:signed date:2010..2017 --svg signed.svg\n",
    .options = options_table,
    .takes_fields = true,
    .run = run,
};
