/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include <stdio.h>

#include "query/message_view.h"
#include "query/raw_bytes.h"
#include "query/terminal.h"
#include "schema/archive.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"raw", 0, NULL, "the exact bytes, checked against their SHA-256"},
    {"json", 0, NULL, "one JSON object"},
    {"no-pager", 0, NULL, "write to the terminal directly"},
    {NULL, 0, NULL, NULL},
};

static CommandExit show_raw(sqlite3 *db, int64_t id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = raw_bytes_read(db, id, &error);
    if (bytes == NULL) {
        CommandExit code = command_fail(error, NULL);
        return error->domain == RAW_BYTES_ERROR ? EXIT_NO_HITS : code;
    }
    gsize size = 0;
    const char *data = g_bytes_get_data(bytes, &size);
    if (size > 0 && fwrite(data, 1, size, stdout) != size) {
        command_complain("standard output: the message could not be written in full");
        return EXIT_NO_HITS;
    }
    return EXIT_HITS;
}

static CommandExit show_view(sqlite3 *db, int64_t id, const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MessageView) view = message_view_read(db, id, &error);
    if (view == NULL && error != NULL) {
        return command_fail(error, NULL);
    }
    if (view == NULL) {
        command_complain("no message has the id %" G_GINT64_FORMAT, id);
        return EXIT_NO_HITS;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (option_given(options, "json")) {
        message_view_write_json(view, out);
        command_print(out);
        return EXIT_HITS;
    }
    Terminal terminal = terminal_of_stdout();
    message_view_write_text(view, out, terminal.color);
    command_print_paged(out, &terminal, options);
    return EXIT_HITS;
}

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    if (options->words->len != 1 || !command_id(options, &id)) {
        command_complain("show needs one id, a number as search lists it");
        return EXIT_BAD_QUERY;
    }
    if (option_given(options, "raw") && option_given(options, "json")) {
        command_complain("--raw and --json exclude each other");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    return option_given(options, "raw") ? show_raw(db, id) : show_view(db, id, options);
}

const Command command_show = {
    .name = "show",
    .arguments = "ID",
    .summary = "one message: headers, verdict with reasons, places, attachments, text",
    .details = "",
    .options = options_table,
    .run = run,
};
