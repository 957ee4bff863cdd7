/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "query/command.h"
#include "query/complete.h"
#include "query/query_flag.h"
#include "schema/archive.h"
#include "schema/nearest_word.h"
#include "schema/sandbox.h"

static const Command *const commands[] = {
    &command_search,  &command_thread, &command_show,        &command_verify, &command_twins,
    &command_stats,   &command_ledger, &command_keys,        &command_bundle, &command_facets,
    &command_senders, &command_pairs,  &command_attachments, &command_check,  &command_timeline,
    &command_export,  &command_save,   &command_tag,         &command_note,   &command_batch,
};

/* What may stand before the command. */
static const Option common_options[] = {
    COMMAND_COMMON_OPTIONS,
    {NULL, 0, NULL, NULL},
};

G_STATIC_ASSERT(G_N_ELEMENTS(common_options) == COMMAND_COMMON_OPTIONS_COUNT + 1);

static void print_program_help(void)
{
    g_autoptr(GString) out =
        g_string_new("Usage: waxseal-query [OPTION...] COMMAND [ARGUMENT...]\n"
                     "Searches a mail archive made by waxseal-index. Commands:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_string_append_printf(out, "  %-11s  %s\n", commands[i]->name, commands[i]->summary);
    }
    g_string_append(out, "Each has a --help of its own. What all of them take:\n");
    option_table_help(common_options, out);
    g_string_append(out,
                    "Exit codes: 0 hits, 1 none, 2 bad query or usage, 3 no archive to read, "
                    "4 done,\nand something is missing (bundle, export, save, batch).\n");
    command_print(out);
}

static void print_command_help(const Command *command)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_printf(out, "Usage: waxseal-query %s [OPTION...] %s\n%s\n", command->name,
                    command->arguments, command->summary);
    option_table_help(command->options + COMMAND_COMMON_OPTIONS_COUNT, out);
    g_string_append(out, "Also -d FILE and what else waxseal-query --help lists.\n");
    if (*command->details != '\0') {
        g_string_append_printf(out, "\n%s", command->details);
    }
    command_print(out);
}

static void print_version(void)
{
    const SandboxSupport support = sandbox_support();
    g_autofree char *sandbox = sandbox_describe(&support);
    printf("waxseal-query %s (SQLite %s)\nsandbox: %s\n", WAXSEAL_VERSION, sqlite3_libversion(),
           sandbox);
}

static const Command *find_command(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(commands[i]->name, name)) {
            return commands[i];
        }
    }
    return NULL;
}

/* The index of the command: the first argument that is no option and no option's value.
 * Returns: `argc` when there is none. */
static int command_index(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (option_table_takes_value(common_options, argv[i])) {
            i++;
        } else if (argv[i][0] != '-') {
            return i;
        }
    }
    return argc;
}

static CommandExit unknown_command(const char *name)
{
    const char *names[G_N_ELEMENTS(commands)];
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        names[i] = commands[i]->name;
    }
    const char *nearest = nearest_word_of(slice_of_string(name), names, G_N_ELEMENTS(names));
    command_complain("unknown command \"%s\"%s%s%s", name,
                     nearest == NULL ? " (--help lists them)" : ", did you mean \"",
                     nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
    return EXIT_BAD_QUERY;
}

/* A command that writes keeps the folders of its output and of the notes. */
static bool enter_sandbox(const Command *command, const OptionSet *options, GError **error)
{
    const SandboxSupport support = sandbox_support();
    if (command->needs == COMMAND_NEEDS_READING) {
        return sandbox_enter(SANDBOX_READER, &support, error);
    }
    const char *output = option_value(options, "output");
    const char *drawing = option_value(options, "svg");
    g_autofree char *notes = command_notes_path(options);
    const SandboxNeeds needs = {
        .paths = {output != NULL    ? output
                  : drawing != NULL ? drawing
                                    : command->default_output,
                  notes},
    };
    return sandbox_enter_writer(&needs, &support, error);
}

/* Gives up what the command does not need, before it opens an archive. */
static bool confine(const Command *command, const OptionSet *options)
{
    if (option_given(options, "no-sandbox")) {
        return true;
    }
    if (!option_given(options, "no-pager")) {
        const Terminal terminal = terminal_of_stdout();
        terminal_prepare_pager(&terminal);
    }
    g_autoptr(GError) error = NULL;
    if (!enter_sandbox(command, options, &error)) {
        command_complain("the sandbox cannot be entered: %s; --no-sandbox goes without",
                         error->message);
        return false;
    }
    return true;
}

/* Parses all arguments but the command's name, and runs the command. */
static CommandExit dispatch(const Command *command, int n_arguments, char **arguments)
{
    g_auto(OptionSet) set;
    option_set_init(&set);
    const bool takes_fields = command != NULL && command->takes_fields;
    const OptionSyntax syntax = {
        .table = command == NULL ? common_options : command->options,
        .find_flag = takes_fields ? query_flag_find : NULL,
        .nearest_flag = takes_fields ? query_field_nearest : NULL,
    };
    g_autofree char *message = option_parse(&syntax, n_arguments, arguments, &set);
    if (message != NULL) {
        command_complain("%s", message);
        return EXIT_BAD_QUERY;
    }
    if (option_given(&set, "version")) {
        print_version();
        return EXIT_HITS;
    }
    if (option_given(&set, "help")) {
        if (command == NULL) {
            print_program_help();
        } else {
            print_command_help(command);
        }
        return EXIT_HITS;
    }
    if (command == NULL) {
        command_complain("a command is missing: search, show, verify, ... (--help lists them)");
        return EXIT_BAD_QUERY;
    }
    return confine(command, &set) ? command->run(&set) : EXIT_NO_ARCHIVE;
}

/* For the shells, which pass a command line as it stands: no options of our own, no errors. */
static int complete(int n_words, char **words)
{
    g_autoptr(GString) out = g_string_new(NULL);
    complete_line(commands, G_N_ELEMENTS(commands), n_words, words, out);
    command_print(out);
    return (int)EXIT_HITS;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    (void)signal(SIGPIPE, SIG_IGN);
    archive_configure_process();
    if (argc > 1 && g_str_equal(argv[1], "--complete")) {
        return complete(argc - 2, argv + 2);
    }
    int at = command_index(argc, argv);
    const Command *command = at < argc ? find_command(argv[at]) : NULL;
    if (at < argc && command == NULL) {
        return (int)unknown_command(argv[at]);
    }
    g_autoptr(GPtrArray) rest = g_ptr_array_new();
    for (int i = 1; i < argc; i++) {
        if (i != at) {
            g_ptr_array_add(rest, argv[i]);
        }
    }
    const CommandExit code = dispatch(command, (int)rest->len, (char **)rest->pdata);
    return (int)command_end_output(code);
}
