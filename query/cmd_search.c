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
    {"sort", 0, "ORDER", "newest (as without), oldest, relevance, size, sender"},
    {"limit", 'n', "N", "at most N hits (50)"},
    {"offset", 0, "N", "leave out the first N hits"},
    {"cursor", 0, "TOKEN", "go on behind a hit; the page before says which"},
    {"count", 'c', NULL, "print only the number of hits"},
    {"group-by", 0, "thread", "one row a thread: its newest hit, and how many"},
    {"fields", 0, "LIST", "what to print of a hit: id,date,subject"},
    {"json", 0, NULL, "one JSON object a line (--jsonl is the same)"},
    {"jsonl", 0, NULL, NULL},
    {"csv", 0, NULL, "CSV, safe for spreadsheets"},
    COMMAND_SEPARATOR_OPTION,
    {"null", '0', NULL, "message ids, each followed by a NUL byte"},
    {"tz", 0, "ZONE", "dates of the query are in this time zone (UTC)"},
    {"explain", 0, NULL, "print the query's tree and its SQL"},
    {"timeout", 0, "SECONDS", "give up after this long (30; 0 is never)"},
    {"no-pager", 0, NULL, "write to the terminal directly"},
    {"help-fields", 0, NULL, "list the fields of the query language"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "Words are found everywhere; \"exact words\", pref*, OR, NOT, -word, ( ), NEAR/5.\n"
    "Every field is a flag, too: --from WHO, --since DATE, --verified, --has-pdf.\n"
    "Example: search budget from:@bank.example is:verified date:2015..2016\n";

typedef struct {
    QueryOptions query;
    int64_t page; /* hits to print; the query asks for one more */
    SearchLayout layout;
    GArray *fields; /* SearchField; NULL when none are chosen */
    const SearchFormat *format;
    int64_t timeout;
    bool explain;
} Settings;

static void settings_clear(Settings *settings)
{
    g_clear_pointer(&settings->fields, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Settings, settings_clear)

static bool read_sort(const OptionSet *options, QuerySort *ret_sort)
{
    const char *name = option_value(options, "sort");
    *ret_sort = QUERY_SORT_NEWEST;
    if (name == NULL || query_sort_find(name, ret_sort)) {
        return true;
    }
    command_complain("--sort knows newest, oldest, relevance, size and sender, not \"%s\"",
                     name);
    return false;
}

/* A cursor is "ORDER:ID", and says the order when --sort does not. */
static bool read_cursor(const OptionSet *options, QueryOptions *query)
{
    const char *token = option_value(options, "cursor");
    if (token == NULL) {
        return true;
    }
    g_auto(GStrv) parts = g_strsplit(token, ":", 2);
    QuerySort sort = QUERY_SORT_NEWEST;
    gint64 after = 0;
    if (g_strv_length(parts) != 2 || !query_sort_find(parts[0], &sort) ||
        sort == QUERY_SORT_RELEVANCE ||
        !g_ascii_string_to_signed(parts[1], 10, G_MININT64, G_MAXINT64, &after, NULL)) {
        command_complain("\"%s\" is no cursor: take the one that the page before ended with",
                         token);
        return false;
    }
    if (option_given(options, "sort") && query->sort != sort) {
        command_complain("the cursor is one of --sort %s", parts[0]);
        return false;
    }
    query->sort = sort;
    query->has_after = true;
    query->after = after;
    return true;
}

static bool read_group(const OptionSet *options, QueryOptions *query)
{
    const char *group = option_value(options, "group-by");
    if (group == NULL) {
        return true;
    }
    if (!g_str_equal(group, "thread")) {
        command_complain("--group-by knows thread, not \"%s\"", group);
        return false;
    }
    if (query->sort != QUERY_SORT_NEWEST && query->sort != QUERY_SORT_OLDEST) {
        command_complain("--group-by thread goes with --sort newest and oldest only");
        return false;
    }
    query->by_thread = true;
    return true;
}

static bool read_fields(const OptionSet *options, Settings *settings)
{
    const char *list = option_value(options, "fields");
    if (list == NULL) {
        return true;
    }
    if (settings->format == &search_format_null) {
        command_complain("--null prints ids only; it does not go with --fields");
        return false;
    }
    settings->fields = g_array_new(false, false, sizeof(SearchField));
    g_autofree char *trouble = search_field_parse(list, settings->fields);
    if (trouble != NULL) {
        command_complain("%s", trouble);
        return false;
    }
    settings->layout.fields = settings->fields;
    if (settings->format == &search_format_table) {
        settings->format = &search_format_tabs;
    }
    return true;
}

static bool read_format(const OptionSet *options, const SearchFormat **ret_format)
{
    static const struct {
        const char *option;
        const SearchFormat *format;
    } formats[] = {{"json", &search_format_json},
                   {"jsonl", &search_format_json},
                   {"csv", &search_format_csv},
                   {"null", &search_format_null}};
    *ret_format = &search_format_table;
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!option_given(options, formats[i].option)) {
            continue;
        }
        if (*ret_format != &search_format_table && *ret_format != formats[i].format) {
            command_complain("--%s and --%s exclude each other", (*ret_format)->name,
                             formats[i].format->name);
            return false;
        }
        *ret_format = formats[i].format;
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
    QueryOptions *query = &ret_settings->query;
    if (!read_sort(options, &query->sort) || !read_cursor(options, query) ||
        !read_group(options, query) || !read_format(options, &ret_settings->format) ||
        !read_fields(options, ret_settings) ||
        !command_separator(options, ret_settings->format == &search_format_csv,
                           &ret_settings->layout.separator) ||
        !command_number(options, "limit", DEFAULT_LIMIT, &ret_settings->page) ||
        !command_number(options, "offset", 0, &query->offset) ||
        !command_number(options, "timeout", DEADLINE_DEFAULT_SECONDS, &ret_settings->timeout)) {
        return false;
    }
    query->limit = ret_settings->page < G_MAXINT64 ? ret_settings->page + 1 : G_MAXINT64;
    ret_settings->layout.by_thread = query->by_thread;
    return true;
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

/* What stands on stderr below a page. */
static void say_more(const Settings *settings, const SearchHit *last, bool has_more)
{
    if (last->n_judged >= QUERY_RELEVANCE_POOL) {
        command_complain("relevance was judged among the newest %d hits only",
                         QUERY_RELEVANCE_POOL);
    }
    if (!has_more) {
        return;
    }
    if (settings->query.sort == QUERY_SORT_RELEVANCE) {
        command_complain("there are more hits: --offset %" G_GINT64_FORMAT,
                         settings->query.offset + settings->page);
    } else {
        command_complain("there are more: --cursor %s:%" G_GINT64_FORMAT,
                         query_sort_name(settings->query.sort), last->id);
    }
}

/* Prints hit after hit, so that the first is there before the last is found. `last` is the last
 * one printed, of which only the numbers are valid. */
static CommandExit print_hits(Search *search, const Settings *settings, SearchHit *last,
                              bool *ret_has_more, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    int64_t n_printed = 0;
    SearchHit hit;
    *ret_has_more = false;
    while (search_next(search, &hit, error)) {
        if (n_printed == settings->page) {
            *ret_has_more = true;
            break;
        }
        if (n_printed == 0) {
            settings->format->begin(out, &settings->layout);
        }
        n_printed++;
        *last = hit;
        settings->format->hit(out, &hit, &settings->layout);
        if (!command_print(out)) {
            return EXIT_HITS; /* the pager or the next program has seen enough */
        }
        g_string_truncate(out, 0);
    }
    return n_printed > 0 || *ret_has_more ? EXIT_HITS : EXIT_NO_HITS;
}

static CommandExit print_page(sqlite3 *db, const CompiledQuery *query, const Settings *settings,
                              pid_t pager, const Deadline *deadline)
{
    g_autoptr(GError) error = NULL;
    SearchHit last = {0};
    bool has_more = false;
    CommandExit code = EXIT_HITS;
    g_autoptr(Search) search = search_new(db, query, &error);
    if (search != NULL) {
        code = print_hits(search, settings, &last, &has_more, &error);
    }
    terminal_stop_pager(pager);
    if (error != NULL) {
        return command_fail(error, deadline);
    }
    say_more(settings, &last, has_more && settings->page > 0);
    return code;
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
    code = print_page(db, query, settings, pager, &deadline);
    if (code == EXIT_NO_HITS && (settings->query.has_after || settings->query.offset > 0)) {
        command_complain("there are no more hits");
    } else if (code == EXIT_NO_HITS) {
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
            g_string_append_printf(out, "%s%s:", n == 0 ? " (" : " ", fields[i].aliases[n]);
        }
        g_string_append(out, fields[i].aliases[0] != NULL ? ")\n" : "\n");
    }
    command_print(out);
    return EXIT_HITS;
}

static CommandExit run(const OptionSet *options)
{
    if (option_given(options, "help-fields")) {
        return list_fields();
    }
    Terminal terminal = terminal_of_stdout();
    g_auto(Settings) settings = {0};
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
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
