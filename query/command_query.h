/* command_query.h - the query that the arguments of a command make up.
 *
 * Words and field flags together, for every command that takes a QUERY.
 */
#pragma once

#include "query/command.h"
#include "query/query_compiler.h"
#include "query/query_parser.h"

typedef struct {
    char *text; /* the words joined; a single argument is the query as it stands */
    QueryParse parse;
} CommandQuery;

/* Reads words and field flags. `query`, which is zeroed, borrows the options.
 * Returns: false after it has complained: a bad query. */
bool command_query_read(const OptionSet *options, CommandQuery *query);

void command_query_clear(CommandQuery *query);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandQuery, command_query_clear)

/* Compiles the query, and prints on stderr what its author should know. `deadline` is the one
 * that is set for `db`. Returns: (transfer full) NULL after it has complained, with the exit
 * code. */
CompiledQuery *command_query_compile(sqlite3 *db, const CommandQuery *query,
                                     const QueryOptions *options, const Deadline *deadline,
                                     CommandExit *ret_code);

/* Runs the query, with the options tz and timeout. Returns: (transfer full) the ids (int64_t)
 * of all hits, oldest first; NULL after it has complained, with the exit code. */
GArray *command_query_ids(sqlite3 *db, const CommandQuery *query, const OptionSet *options,
                          CommandExit *ret_code);

/* Opens the archive into `ret_db` and runs the query, for the command `name`, which writes what
 * a query finds. Returns: (transfer full) the ids as above, at least one; NULL after it has
 * complained, with the exit code. `nothing_done` says what follows when nothing was found. */
GArray *command_query_select(const OptionSet *options, const CommandQuery *query,
                             const char *name, const char *nothing_done, sqlite3 **ret_db,
                             CommandExit *ret_code);
