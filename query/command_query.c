/* SPDX-License-Identifier: MIT */
#include "query/command_query.h"

char *command_query_text(const OptionSet *options)
{
    GString *query = g_string_new(NULL);
    for (guint i = 0; i < options->words->len; i++) {
        g_string_append_printf(query, "%s%s", i > 0 ? " " : "",
                               (const char *)g_ptr_array_index(options->words, i));
    }
    return g_string_free(query, false);
}

bool command_parse_query(const OptionSet *options, const char *text, QueryParse *parse,
                         QueryFault *fault)
{
    if (!query_parser_run(text, parse, fault)) {
        return false;
    }
    for (guint i = 0; i < options->fields->len; i++) {
        const OptionField *flag = &g_array_index(options->fields, OptionField, i);
        if (!query_parser_run_flag(flag->field, flag->value, parse, fault)) {
            return false;
        }
    }
    return true;
}

CommandExit command_bad_query(const QueryFault *fault)
{
    g_autofree char *rendered = query_fault_render(fault);
    command_complain("%s", rendered);
    return EXIT_BAD_QUERY;
}

void command_print_hints(const GPtrArray *hints)
{
    for (guint i = 0; i < hints->len; i++) {
        command_complain("%s", (const char *)g_ptr_array_index(hints, i));
    }
}
