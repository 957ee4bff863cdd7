/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/evidence.h"
#include "query/terminal.h"
#include "schema/archive.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"json", 0, NULL, "one JSON object"},
    {"no-pager", 0, NULL, "write to the terminal directly"},
    {NULL, 0, NULL, NULL},
};

static CommandExit print_evidence(sqlite3 *db, int64_t id, const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Evidence) evidence = evidence_read(db, id, &error);
    if (evidence == NULL && error != NULL) {
        return command_fail(error, NULL);
    }
    if (evidence == NULL) {
        command_complain("no message has the id %" G_GINT64_FORMAT, id);
        return EXIT_NO_HITS;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (option_given(options, "json")) {
        evidence_write_json(evidence, out);
        command_print(out);
        return EXIT_HITS;
    }
    Terminal terminal = terminal_of_stdout();
    evidence_write_text(evidence, out);
    command_print_paged(out, &terminal, options);
    return EXIT_HITS;
}

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    if (options->words->len != 1 || !command_id(options, &id)) {
        command_complain("verify needs one id, a number as search lists it");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    return db == NULL ? EXIT_NO_ARCHIVE : print_evidence(db, id, options);
}

const Command command_verify = {
    .name = "verify",
    .arguments = "ID",
    .summary = "what each signature of a message proves, and what it leaves open",
    .details =
        "Says of each signature who made it, whether it holds, with which key and where\n"
        "that came from, which header fields and how much of the body it covers.\n",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
