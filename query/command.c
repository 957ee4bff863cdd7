/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "query/csv_writer.h"
#include "query/notes_file.h"
#include "schema/archive.h"
#include "schema/complaint.h"

void command_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complaint_print("waxseal-query", format, arguments);
    va_end(arguments);
}

char *command_notes_path(const OptionSet *options)
{
    return notes_file_path(option_value(options, "notes"),
                           archive_default_path(option_value(options, "database")));
}

sqlite3 *command_open_archive(const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *notes = command_notes_path(options);
    g_autoptr(sqlite3) db =
        archive_open_readonly(archive_default_path(option_value(options, "database")), &error);
    if (db == NULL || !notes_file_attach(db, notes, &error)) {
        command_complain("%s", error->message);
        return NULL;
    }
    return g_steal_pointer(&db);
}

sqlite3 *command_open_notes(const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = command_notes_path(options);
    sqlite3 *notes = notes_file_open(path, &error);
    if (notes == NULL) {
        command_complain("%s%s", error->message,
                         g_error_matches(error, ARCHIVE_ERROR, ARCHIVE_ERROR_CANNOT_OPEN)
                             ? " (--notes FILE or $WAXSEAL_NOTES names another place)"
                             : "");
    }
    return notes;
}

CommandExit command_fail(const GError *error, const Deadline *deadline)
{
    if (deadline != NULL && deadline->has_passed) {
        command_complain("the query ran too long and was ended; narrow it, or give it more "
                         "time with --timeout SECONDS");
        return EXIT_BAD_QUERY;
    }
    command_complain("%s", error->message);
    return EXIT_NO_ARCHIVE;
}

bool command_print(const GString *text)
{
    return fwrite(text->str, 1, text->len, stdout) == text->len;
}

/* The next program has seen enough, or the pager is closed. */
static bool is_left_by_reader(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

CommandExit command_end_output(CommandExit code)
{
    const bool is_written = fflush(stdout) == 0 && ferror(stdout) == 0;
    if (is_written || code == EXIT_NO_ARCHIVE || is_left_by_reader()) {
        return code;
    }
    command_complain("standard output: it could not be written in full");
    return EXIT_NO_ARCHIVE;
}

void command_print_paged(const GString *text, const Terminal *terminal,
                         const OptionSet *options)
{
    pid_t pager = option_given(options, "no-pager") ? 0 : terminal_start_pager(terminal);
    command_print(text);
    terminal_stop_pager(pager);
}

bool command_id(const OptionSet *options, gint64 *ret_id)
{
    return options->words->len > 0 &&
           g_ascii_string_to_signed(g_ptr_array_index(options->words, 0), 10, G_MININT64,
                                    G_MAXINT64, ret_id, NULL);
}

bool command_number(const OptionSet *options, const char *name, int64_t otherwise,
                    int64_t *ret_number)
{
    const char *text = option_value(options, name);
    guint64 number = 0;
    if (text == NULL) {
        *ret_number = otherwise;
        return true;
    }
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &number, NULL)) {
        command_complain("--%s needs a number, not \"%s\"", name, text);
        return false;
    }
    *ret_number = (int64_t)number;
    return true;
}

bool command_separator(const OptionSet *options, bool is_csv, char *ret_separator)
{
    const char *name = option_value(options, "separator");
    if (name != NULL && !is_csv) {
        command_complain("--separator belongs to CSV");
        return false;
    }
    if (!csv_writer_separator(name, ret_separator)) {
        command_complain("--separator knows \",\", \";\" and tab, not \"%s\"", name);
        return false;
    }
    return true;
}

MessageView *command_message(sqlite3 *db, int64_t id, CommandExit *ret_code)
{
    g_autoptr(GError) error = NULL;
    MessageView *view = message_view_read(db, id, &error);
    if (view == NULL && error != NULL) {
        *ret_code = command_fail(error, NULL);
    } else if (view == NULL) {
        command_complain("no message has the id %" G_GINT64_FORMAT, id);
        *ret_code = EXIT_NO_HITS;
    }
    return view;
}
