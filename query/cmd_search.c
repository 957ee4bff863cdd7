/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include <stdio.h>

#include "query/command_query.h"
#include "query/search_output.h"
#include "query/terminal.h"
#include "query/zero_hits.h"
#include "schema/archive.h"
#include "schema/terminal_text.h"

#define DEFAULT_LIMIT 50

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"sort", 0, "ORDER", "newest (the default), oldest or relevance"},
    {"limit", 'n', "N", "at most N hits (50)"},
    {"offset", 0, "N", "leave out the first N hits"},
    {"count", 'c', NULL, "print only the number of hits"},
    {"json", 0, NULL, "one JSON object a line"},
    {"csv", 0, NULL, "CSV, safe for spreadsheets"},
    {"null", '0', NULL, "message ids, each followed by a NUL byte"},
    {"tz", 0, "ZONE", "dates of the query are in this time zone (UTC)"},
    {"explain", 0, NULL, "print the query's tree and its SQL"},
    {"timeout", 0, "SECONDS", "give up after this long (30; 0 is never)"},
    {"no-pager", 0, NULL, "write to the terminal directly"},
    {"fields", 0, NULL, "list the fields of the query language"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "Words are searched everywhere; \"exact words\", pref*, OR, NOT, -word, ( ), NEAR/5.\n"
    "Every field is also a flag: --from WHO, --since DATE, --verified, --has-attachment.\n"
    "Examples: search budget from:@bank.example is:verified date:2015..2016\n"
    "          search '\"annual report\" -draft' --type pdf --json\n";

typedef struct {
    QueryOptions query;
    SearchLayout layout;
    const SearchFormat *format;
    int64_t timeout;
    bool explain;
} Settings;

static bool read_sort(const OptionSet *options, QuerySort *ret_sort)
{
    static const char *const names[] = {[QUERY_SORT_NEWEST] = "newest",
                                        [QUERY_SORT_OLDEST] = "oldest",
                                        [QUERY_SORT_RELEVANCE] = "relevance"};
    const char *name = option_value(options, "sort");
    *ret_sort = QUERY_SORT_NEWEST;
    if (name == NULL) {
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(name, names[i])) {
            *ret_sort = (QuerySort)i;
            return true;
        }
    }
    command_complain("--sort knows newest, oldest and relevance, not \"%s\"", name);
    return false;
}

static bool read_format(const OptionSet *options, const SearchFormat **ret_format)
{
    static const SearchFormat *const formats[] = {&search_format_json, &search_format_csv,
                                                  &search_format_null};
    *ret_format = &search_format_table;
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!option_given(options, formats[i]->name)) {
            continue;
        }
        if (*ret_format != &search_format_table) {
            command_complain("--%s and --%s exclude each other", (*ret_format)->name,
                             formats[i]->name);
            return false;
        }
        *ret_format = formats[i];
    }
    return true;
}

static bool read_settings(const OptionSet *options, const Terminal *terminal,
                          Settings *ret_settings)
{
    *ret_settings = (Settings){
        .query = {.count_only = option_given(options, "count"),
                  .time_zone = option_value(options, "tz")},
        .layout = {.color = terminal->color, .columns = terminal->columns},
        .explain = option_given(options, "explain"),
    };
    return read_sort(options, &ret_settings->query.sort) &&
           read_format(options, &ret_settings->format) &&
           command_number(options, "limit", DEFAULT_LIMIT, &ret_settings->query.limit) &&
           command_number(options, "offset", 0, &ret_settings->query.offset) &&
           command_number(options, "timeout", DEADLINE_DEFAULT_SECONDS, &ret_settings->timeout);
}

static void print_explanation(const QueryNode *tree, const CompiledQuery *query)
{
    g_autofree char *printed = query_node_to_string(tree);
    g_autofree char *sql = sql_builder_explain(query->statement);
    g_autofree char *both = g_strdup_printf("tree: %s\nsql: %s\n", printed, sql);
    g_autoptr(GString) safe = g_string_new(NULL);
    terminal_text_append(safe, slice_of_string(both), TERMINAL_TEXT_BLOCK);
    command_print(safe);
}

static CommandExit print_count(sqlite3 *db, const CompiledQuery *query,
                               const Settings *settings, const Deadline *deadline)
{
    g_autoptr(GError) error = NULL;
    int64_t count = 0;
    if (!search_count(db, query, &count, &error)) {
        return command_fail(error, deadline);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    bool as_json = settings->format == &search_format_json;
    g_string_printf(out,
                    as_json ? "{\"schema\":1,\"count\":%" G_GINT64_FORMAT "}\n"
                            : "%" G_GINT64_FORMAT "\n",
                    count);
    command_print(out);
    return count > 0 ? EXIT_HITS : EXIT_NO_HITS;
}

/* Prints hit after hit, so that the first is there before the last is found. */
static CommandExit print_hits(sqlite3 *db, const CompiledQuery *query, const Settings *settings,
                              const Deadline *deadline)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Search) search = search_new(db, query, &error);
    if (search == NULL) {
        return command_fail(error, deadline);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    SearchHit hit;
    bool any = false;
    while (search_next(search, &hit, &error)) {
        if (!any) {
            settings->format->begin(out);
        }
        any = true;
        settings->format->hit(out, &hit, &settings->layout);
        if (!command_print(out)) {
            return EXIT_HITS; /* the pager or the next program has seen enough */
        }
        g_string_truncate(out, 0);
    }
    if (error != NULL) {
        return command_fail(error, deadline);
    }
    return any ? EXIT_HITS : EXIT_NO_HITS;
}

static CommandExit run_query(sqlite3 *db, const CommandQuery *typed, const Settings *settings,
                             const OptionSet *options, const Terminal *terminal)
{
    CommandExit code = EXIT_HITS;
    Deadline deadline;
    deadline_set(&deadline, db, settings->timeout);
    g_autoptr(CompiledQuery) query =
        command_query_compile(db, typed, &settings->query, &deadline, &code);
    if (query == NULL) {
        return code;
    }
    if (settings->explain) {
        print_explanation(typed->parse.root, query);
        return EXIT_HITS;
    }
    if (settings->query.count_only) {
        return print_count(db, query, settings, &deadline);
    }
    pid_t pager = option_given(options, "no-pager") ? 0 : terminal_start_pager(terminal);
    code = print_hits(db, query, settings, &deadline);
    terminal_stop_pager(pager);
    if (code == EXIT_NO_HITS) {
        deadline_set(&deadline, db, settings->timeout);
        g_autofree char *report = zero_hits_report(db, typed->parse.root, &settings->query);
        command_complain("nothing found%s%s", *report == '\0' ? "" : ": ", report);
    }
    return code;
}

static CommandExit list_fields(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    size_t n_fields = 0;
    const QueryField *fields = query_field_table(&n_fields);
    for (size_t i = 0; i < n_fields; i++) {
        g_autofree char *name = g_strdup_printf("%s:%s", fields[i].name, fields[i].value);
        g_string_append_printf(out, "  %-20s %s", name, fields[i].help);
        for (size_t n = 0; n < QUERY_FIELD_MAX_ALIASES && fields[i].aliases[n] != NULL; n++) {
            g_string_append_printf(out, "%s%s:", n == 0 ? "  (also " : " ",
                                   fields[i].aliases[n]);
        }
        g_string_append(out, fields[i].aliases[0] != NULL ? ")\n" : "\n");
    }
    command_print(out);
    return EXIT_HITS;
}

static CommandExit run(const OptionSet *options)
{
    if (option_given(options, "fields")) {
        return list_fields();
    }
    Terminal terminal = terminal_of_stdout();
    Settings settings;
    if (!read_settings(options, &terminal, &settings)) {
        return EXIT_BAD_QUERY;
    }
    g_auto(CommandQuery) query = {0};
    if (!command_query_read(options, &query)) {
        return EXIT_BAD_QUERY;
    }
    if (query.parse.root == NULL && options->words->len == 0) {
        command_complain("what should be searched? (search '*' lists everything; "
                         "search --help)");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    return run_query(db, &query, &settings, options, &terminal);
}

const Command command_search = {
    .name = "search",
    .arguments = "QUERY...",
    .summary = "lists the messages that a query finds, newest first",
    .details = details,
    .options = options_table,
    .takes_fields = true,
    .run = run,
};
