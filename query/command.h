/* command.h - the commands of waxseal-query, and what they share.
 *
 * A command is a file cmd_NAME.c and a line in main.c's table. Commands alone print and choose
 * exit codes; the library below them does neither.
 */
#pragma once

#include "query/deadline.h"
#include "query/message_view.h"
#include "query/query_field.h"
#include "query/terminal.h"
#include "schema/option.h"

typedef enum {
    EXIT_HITS = 0,
    EXIT_NO_HITS = 1,
    EXIT_BAD_QUERY = 2,  /* or usage */
    EXIT_NO_ARCHIVE = 3, /* or one that cannot be read; or output that cannot be written */
    EXIT_INCOMPLETE = 4  /* done, and something that belongs to it is missing */
} CommandExit;

/* What a command can do without its rights: an archive may be hostile, too. */
typedef enum {
    COMMAND_NEEDS_WRITING, /* files of -o or --svg, notes; or a child that reads mail */
    COMMAND_NEEDS_READING  /* it reads files and prints: SANDBOX_READER */
} CommandNeeds;

typedef struct {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;   /* one line */
    const char *details;   /* more lines for its --help, or "" */
    const Option *options; /* ends with a nameless entry; the common ones are in it */
    bool takes_fields;     /* the fields of the query language are flags */
    CommandNeeds needs;
    const char *default_output; /* the folder that it writes into without -o, or NULL */
    CommandExit (*run)(const OptionSet *options);
} Command;

extern const Command command_search;
extern const Command command_show;
extern const Command command_verify;
extern const Command command_thread;
extern const Command command_twins;
extern const Command command_keys;
extern const Command command_stats;
extern const Command command_ledger;
extern const Command command_bundle;
extern const Command command_export;
extern const Command command_facets;
extern const Command command_senders;
extern const Command command_pairs;
extern const Command command_attachments;
extern const Command command_check;
extern const Command command_save;
extern const Command command_timeline;
extern const Command command_tag;
extern const Command command_note;
extern const Command command_batch;

/* The options that every command has; first in each table. Listed by waxseal-query --help. */
#define COMMAND_COMMON_OPTIONS                                                                 \
    {"database", 'd', "FILE", "the archive ($WAXSEAL_DB, else archive.db)"},                   \
        {"notes", 0, "FILE", "tags and notes (else beside the archive)"},                      \
        {"help", 'h', NULL, "this help"},                                                      \
        {"no-sandbox", 0, NULL, "keep all rights (debuggers need that)"},                      \
    {                                                                                          \
        "version", 0, NULL, "the version of this program"                                      \
    }
#define COMMAND_COMMON_OPTIONS_COUNT 5

/* For commands that can write CSV. */
#define COMMAND_SEPARATOR_OPTION                                                               \
    {                                                                                          \
        "separator", 0, "CHAR", "between cells of CSV: , (as without), ; or tab"               \
    }

/* Prints "waxseal-query: message" on stderr, behind what was printed before. */
void command_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The file of tags and notes that the options name. Returns: (transfer full). */
char *command_notes_path(const OptionSet *options);

/* Opens the archive that the options name, with its tags and notes.
 * Returns: (transfer full) NULL after it has complained. */
sqlite3 *command_open_archive(const OptionSet *options);

/* Opens the file of tags and notes that the options name for writing, and makes it first when
 * it is not there. Returns: (transfer full) NULL after it has complained. */
sqlite3 *command_open_notes(const OptionSet *options);

/* Complains about a failure while reading the archive. Returns: the exit code. */
CommandExit command_fail(const GError *error, const Deadline *deadline);

/* Prints on stdout. Returns: false when nobody reads any more. */
bool command_print(const GString *text);

/* Ends what was printed on stdout. Returns: `code`, or EXIT_NO_ARCHIVE after it has complained:
 * something is missing of it, and not because its reader has left. */
CommandExit command_end_output(CommandExit code);

/* Prints on stdout, through the pager unless --no-pager is given or it is no terminal. */
void command_print_paged(const GString *text, const Terminal *terminal,
                         const OptionSet *options);

/* Reads a message id from the first argument. Returns: false when it is none. */
bool command_id(const OptionSet *options, gint64 *ret_id);

/* Reads a whole number of at least 0. Returns: false after it has complained. */
bool command_number(const OptionSet *options, const char *name, int64_t otherwise,
                    int64_t *ret_number);

/* Reads --separator. Returns: false after it has complained: it is none, or `is_csv` is not
 * set. */
bool command_separator(const OptionSet *options, bool is_csv, char *ret_separator);

/* Reads what the archive says of a message. Returns: (transfer full) NULL after it has
 * complained, with the exit code. */
MessageView *command_message(sqlite3 *db, int64_t id, CommandExit *ret_code);
