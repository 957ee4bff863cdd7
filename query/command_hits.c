/* SPDX-License-Identifier: MIT */
#include "query/command_hits.h"

#include "query/hit_detail.h"
#include "query/zero_hits.h"

static bool read_style(const OptionSet *options, ListStyle *ret_style)
{
    const bool as_json = option_given(options, "json");
    const bool as_csv = option_given(options, "csv");
    if (as_json && as_csv) {
        command_complain("--json and --csv exclude each other");
        return false;
    }
    ret_style->form = as_json ? LIST_JSON : (as_csv ? LIST_CSV : LIST_TABLE);
    return command_separator(options, as_csv, &ret_style->separator);
}

/* Whether a query is what an empty one is: every message. */
static bool is_everything(const QueryNode *tree)
{
    return tree == NULL || (tree->kind == QUERY_NODE_TERM && tree->field == NULL &&
                            !tree->is_phrase && g_str_equal(tree->text, "*"));
}

static CommandExit say_nothing_found(CommandHits *hits, const QueryOptions *options,
                                     int64_t timeout)
{
    deadline_set(&hits->deadline, hits->db, timeout);
    g_autofree char *report = zero_hits_report(hits->db, hits->query.parse.root, options);
    command_complain("nothing found%s%s", *report == '\0' ? "" : ": ", report);
    return EXIT_NO_HITS;
}

static CommandExit run_query(CommandHits *hits, int64_t timeout)
{
    const QueryOptions options = {
        .sort = QUERY_SORT_OLDEST, .limit = -1, .time_zone = option_value(hits->options, "tz")};
    CommandExit code = EXIT_HITS;
    g_autoptr(GError) error = NULL;
    g_autoptr(CompiledQuery) compiled =
        command_query_compile(hits->db, &hits->query, &options, &hits->deadline, &code);
    if (compiled == NULL) {
        return code;
    }
    hits->zone = options.time_zone == NULL ? g_time_zone_new_utc()
                                           : g_time_zone_new_identifier(options.time_zone);
    hits->hits =
        hit_set_read(hits->db, is_everything(hits->query.parse.root) ? NULL : compiled, &error);
    hits->dates = hits->hits == NULL ? NULL : hit_detail_dates(hits->db, &error);
    if (hits->dates == NULL) {
        return command_fail(error, &hits->deadline);
    }
    return hit_set_size(hits->hits) > 0 ? EXIT_HITS
                                        : say_nothing_found(hits, &options, timeout);
}

CommandExit command_hits_read(const OptionSet *options, CommandHits *hits)
{
    int64_t timeout = 0;
    *hits = (CommandHits){.options = options, .terminal = terminal_of_stdout()};
    if (!read_style(options, &hits->style) ||
        !command_number(options, "timeout", DEADLINE_DEFAULT_SECONDS, &timeout) ||
        !command_query_read(options, &hits->query)) {
        return EXIT_BAD_QUERY;
    }
    hits->db = command_open_archive(options);
    if (hits->db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    deadline_set(&hits->deadline, hits->db, timeout);
    return run_query(hits, timeout);
}

void command_hits_clear(CommandHits *hits)
{
    command_query_clear(&hits->query);
    hit_set_free(hits->hits);
    sqlite3_finalize(hits->dates);
    g_clear_pointer(&hits->zone, g_time_zone_unref);
    sqlite3_close(hits->db);
}

bool command_hits_dates(const CommandHits *hits, ListWriter *writer, guint first, guint last,
                        GError **error)
{
    const guint ends[] = {first, last};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        bool has_date = false;
        int64_t date = 0;
        if (!hit_detail_date(hits->dates, hits->hits, ends[i], &has_date, &date, error)) {
            return false;
        }
        list_writer_date(writer, has_date, date);
    }
    return true;
}

void command_hits_print(const CommandHits *hits, ListWriter *writer)
{
    g_autoptr(GString) out = g_string_new(NULL);
    list_writer_end(writer, hits->terminal.columns, hits->terminal.color, out);
    command_print_paged(out, &hits->terminal, hits->options);
}

bool command_hits_limit(const CommandHits *hits, guint n, int64_t otherwise, guint *ret_n)
{
    int64_t limit = 0;
    if (!command_number(hits->options, "limit", otherwise, &limit)) {
        return false;
    }
    *ret_n = limit == 0 || limit > n ? n : (guint)limit;
    return true;
}

void command_hits_say_rest(guint n_shown, guint n, const char *what)
{
    if (n_shown < n) {
        command_complain("%u of %u %s; --limit 0 lists all", n_shown, n, what);
    }
}
