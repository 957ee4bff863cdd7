/* SPDX-License-Identifier: MIT */
#include "query/command_query.h"

#include "schema/archive.h"

static char *join_words(const OptionSet *options)
{
    GString *query = g_string_new(NULL);
    for (guint i = 0; i < options->words->len; i++) {
        g_string_append_printf(query, "%s%s", i > 0 ? " " : "",
                               (const char *)g_ptr_array_index(options->words, i));
    }
    return g_string_free(query, false);
}

static bool parse_query(const OptionSet *options, CommandQuery *query, QueryFault *fault)
{
    if (!query_parser_run(query->text, &query->parse, fault)) {
        return false;
    }
    for (guint i = 0; i < options->fields->len; i++) {
        const OptionField *flag = &g_array_index(options->fields, OptionField, i);
        if (!query_parser_run_flag(flag->field, flag->value, &query->parse, fault)) {
            return false;
        }
    }
    return true;
}

static CommandExit bad_query(const QueryFault *fault)
{
    g_autofree char *rendered = query_fault_render(fault);
    command_complain("%s", rendered);
    return EXIT_BAD_QUERY;
}

static void print_hints(const GPtrArray *hints)
{
    for (guint i = 0; i < hints->len; i++) {
        command_complain("%s", (const char *)g_ptr_array_index(hints, i));
    }
}

bool command_query_read(const OptionSet *options, CommandQuery *query)
{
    g_auto(QueryFault) fault = {0};
    query_parse_init(&query->parse);
    query->text = join_words(options);
    if (!parse_query(options, query, &fault)) {
        bad_query(&fault);
        return false;
    }
    if (options->joined != NULL) {
        const char *number = options->joined + 2;
        g_ptr_array_add(
            query->parse.hints,
            g_strdup_printf("\"%s\" is searched as NOT %s; the option is written %.2s %s",
                            options->joined, options->joined + 1, options->joined, number));
    }
    return true;
}

void command_query_clear(CommandQuery *query)
{
    g_free(query->text);
    query_parse_clear(&query->parse);
}

CompiledQuery *command_query_compile(sqlite3 *db, const CommandQuery *query,
                                     const QueryOptions *options, const Deadline *deadline,
                                     CommandExit *ret_code)
{
    g_auto(QueryFault) fault = {0};
    g_autoptr(GError) error = NULL;
    CompiledQuery *compiled =
        query_compiler_run(db, query->parse.root, options, &fault, &error);
    if (compiled == NULL) {
        *ret_code = error == NULL ? bad_query(&fault) : command_fail(error, deadline);
        return NULL;
    }
    print_hints(query->parse.hints);
    print_hints(compiled->hints);
    return compiled;
}

/* Nothing must not mean everything. */
static bool is_given(const OptionSet *options, const CommandQuery *query)
{
    return query->parse.root != NULL || options->words->len > 0;
}

static bool collect_ids(sqlite3 *db, const CompiledQuery *query, GArray *ids, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = sql_builder_prepare(query->statement, db, error);
    if (rows == NULL) {
        return false;
    }
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const int64_t id = sqlite3_column_int64(rows, 0);
        g_array_append_val(ids, id);
    }
    return archive_end_rows(rows, code, error);
}

GArray *command_query_ids(sqlite3 *db, const CommandQuery *query, const OptionSet *options,
                          CommandExit *ret_code)
{
    g_autoptr(GError) error = NULL;
    const QueryOptions query_options = {
        .sort = QUERY_SORT_OLDEST, .limit = -1, .time_zone = option_value(options, "tz")};
    int64_t timeout = 0;
    Deadline deadline;
    *ret_code = EXIT_BAD_QUERY;
    if (!command_number(options, "timeout", DEADLINE_DEFAULT_SECONDS, &timeout)) {
        return NULL;
    }
    deadline_set(&deadline, db, timeout);
    g_autoptr(CompiledQuery) compiled =
        command_query_compile(db, query, &query_options, &deadline, ret_code);
    if (compiled == NULL) {
        return NULL;
    }
    g_autoptr(GArray) ids = g_array_new(false, false, sizeof(int64_t));
    if (!collect_ids(db, compiled, ids, &error)) {
        *ret_code = command_fail(error, &deadline);
        return NULL;
    }
    deadline_set(&deadline, db, 0);
    return g_steal_pointer(&ids);
}

GArray *command_query_select(const OptionSet *options, const CommandQuery *query,
                             const char *name, const char *nothing_done, sqlite3 **ret_db,
                             CommandExit *ret_code)
{
    if (!is_given(options, query)) {
        command_complain("which messages? ('*' takes everything; %s --help)", name);
        *ret_code = EXIT_BAD_QUERY;
        return NULL;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        *ret_code = EXIT_NO_ARCHIVE;
        return NULL;
    }
    g_autoptr(GArray) ids = command_query_ids(db, query, options, ret_code);
    if (ids == NULL) {
        return NULL;
    }
    if (ids->len == 0) {
        command_complain("nothing found, %s", nothing_done);
        *ret_code = EXIT_NO_HITS;
        return NULL;
    }
    *ret_db = g_steal_pointer(&db);
    return g_steal_pointer(&ids);
}
