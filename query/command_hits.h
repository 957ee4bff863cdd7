/* command_hits.h - what the commands share that count the messages of a query.
 *
 * Reads the query of the arguments (none is every message), runs it, and knows the options that
 * say how a list looks.
 */
#pragma once

#include "query/command_query.h"
#include "query/hit_set.h"
#include "query/list_writer.h"

/* The options that they have besides COMMAND_COMMON_OPTIONS. */
#define COMMAND_HITS_OPTIONS                                                                   \
    {"json", 0, NULL, "one JSON object a line"},                                               \
        {"csv", 0, NULL, "CSV, safe for spreadsheets"}, COMMAND_SEPARATOR_OPTION,              \
        {"tz", 0, "ZONE", "dates are in this time zone (UTC)"},                                \
        {"timeout", 0, "SECONDS", "give up after this long (30; 0 is never)"},                 \
    {                                                                                          \
        "no-pager", 0, NULL, "write to the terminal directly"                                  \
    }

typedef struct {
    const OptionSet *options;
    Terminal terminal;
    ListStyle style;
    CommandQuery query;
    sqlite3 *db;
    Deadline deadline;
    GTimeZone *zone;
    HitSet *hits;        /* one at least */
    sqlite3_stmt *dates; /* for hit_detail_date */
} CommandHits;

/* Reads the options, opens the archive and runs the query. `hits` is not moved afterwards.
 * Returns: EXIT_HITS, or the exit code after it has complained. */
CommandExit command_hits_read(const OptionSet *options, CommandHits *hits);

void command_hits_clear(CommandHits *hits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandHits, command_hits_clear)

/* Adds two cells to a list: the dates of the hits `first` and `last`, which may be
 * HIT_SET_NONE. Returns: false with `error`. */
bool command_hits_dates(const CommandHits *hits, ListWriter *writer, guint first, guint last,
                        GError **error);

/* Ends a list and prints it, through the pager when that is due. */
void command_hits_print(const CommandHits *hits, ListWriter *writer);

/* The number of values that a list of `n` shows, by --limit, which is `otherwise` when it is
 * not given; 0 is all. Returns: false after it has complained. */
bool command_hits_limit(const CommandHits *hits, guint n, int64_t otherwise, guint *ret_n);

/* Says on stderr how much of a list was left out, if any was. */
void command_hits_say_rest(guint n_shown, guint n, const char *what);
