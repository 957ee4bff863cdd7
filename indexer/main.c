/* SPDX-License-Identifier: MIT
 *
 * waxseal-index: reads mail dumps into an archive, or checks their mail without one. Exit
 * codes: 0 done, 1 failed, 2 usage, 4 done and some input was damaged. */
#include <locale.h>
#include <stdio.h>

#include "indexer/command.h"
#include "schema/archive.h"
#include "schema/sandbox.h"

static void print_version(void)
{
    const SandboxSupport support = sandbox_support();
    g_autofree char *sandbox = sandbox_describe(&support);
    printf("waxseal-index " WAXSEAL_VERSION " (SQLite %s)\nsandbox: %s\n", sqlite3_libversion(),
           sandbox);
}

static void warn_of_kernel(void)
{
    const SandboxSupport support = sandbox_support();
    if (!sandbox_is_whole(&support) && !support.is_instrumented) {
        g_autofree char *sandbox = sandbox_describe(&support);
        command_complain(
            "the processes that read mail are confined less than they should be: %s", sandbox);
    }
}

/* Before the first thread and the first worker: all of them are behind these walls. */
static bool confine(const Arguments *arguments)
{
    const SandboxNeeds needs = {
        .paths = {arguments->verify_only ? NULL : archive_default_path(arguments->database)},
        .network = arguments->dns,
    };
    const SandboxSupport support = sandbox_support();
    g_autoptr(GError) error = NULL;
    if (arguments->no_sandbox || sandbox_enter_writer(&needs, &support, &error)) {
        return true;
    }
    command_complain("the sandbox cannot be entered: %s; --no-sandbox goes without",
                     error->message);
    return false;
}

/* For the shells, which pass a command line as it stands: the first option of all, without a
 * place in --help. */
static bool is_completion(int argc, char **argv)
{
    return argc > 1 && g_str_equal(argv[1], "--complete");
}

static CommandExit run(const Arguments *arguments)
{
    if (arguments->version) {
        print_version();
        return EXIT_DONE;
    }
    if (arguments->help) {
        g_autoptr(GString) help = g_string_new(NULL);
        arguments_help(help);
        (void)fputs(help->str, stdout);
        return EXIT_DONE;
    }
    archive_configure_process();
    if (arguments->sources != NULL && !arguments->no_sandbox) {
        warn_of_kernel();
    }
    if (!confine(arguments)) {
        return EXIT_FAILED;
    }
    return arguments->verify_only ? command_verify(arguments) : command_archive(arguments);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    if (is_completion(argc, argv)) {
        g_autoptr(GString) candidates = g_string_new(NULL);
        arguments_complete(argc - 2, argv + 2, candidates);
        (void)fputs(candidates->str, stdout);
        return EXIT_DONE;
    }
    g_auto(Arguments) arguments = {0};
    g_autofree char *fault = arguments_read(argc - 1, argv + 1, &arguments);
    if (fault != NULL) {
        command_complain("%s", fault);
        return EXIT_USAGE;
    }
    return (int)run(&arguments);
}
