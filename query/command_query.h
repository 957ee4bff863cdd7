/* command_query.h - the query that the arguments of a command make up.
 *
 * Words and field flags together, for every command that takes a QUERY.
 */
#pragma once

#include "query/command.h"
#include "query/query_parser.h"

/* The words joined, as one query; a single argument is the query as it stands.
 * Returns: (transfer full). */
char *command_query_text(const OptionSet *options);

/* Parses that `text` and the field flags. `parse` and `fault` borrow both.
 * Returns: false with `fault`. */
bool command_parse_query(const OptionSet *options, const char *text, QueryParse *parse,
                         QueryFault *fault);

/* Complains about a fault. Returns: the exit code. */
CommandExit command_bad_query(const QueryFault *fault);

/* Prints what the query's author should know, on stderr. */
void command_print_hints(const GPtrArray *hints);
