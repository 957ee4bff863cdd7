/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include <stdio.h>

#include "query/message_fields.h"
#include "query/message_html.h"
#include "query/output_file.h"
#include "query/part_selection.h"
#include "query/raw_bytes.h"
#include "query/terminal.h"
#include "schema/archive.h"
#include "schema/sniff.h"
#include "schema/terminal_text.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"headers", 0, NULL, "all header fields, decoded, in their order"},
    {"raw", 0, NULL, "the exact bytes, checked against their SHA-256"},
    {"part", 0, "PART", "the decoded bytes of a part: 2, 1.3, @N (Nth attachment)"},
    {"html", 0, NULL, "one page for a browser: nothing runs, nothing is loaded"},
    {"json", 0, NULL, "one JSON object"},
    {"output", 'o', "FILE", "write into a new file (with raw, part, html)"},
    {"no-pager", 0, NULL, "write to the terminal directly"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "Text from mail is made safe for the terminal. --part shows text so, too, and\n"
    "sends other bytes to a file or a pipe only. save writes attachments under their\n"
    "names.\n"
    "Examples: show 1483949100 --part 2 -o plan.pdf\n"
    "          show 1483949100 --html -o mail.html\n";

/* Prints text with the pager. */
static CommandExit print_text(Slice text, const OptionSet *options)
{
    g_autoptr(GString) safe = g_string_new(NULL);
    Terminal terminal = terminal_of_stdout();
    terminal_text_append(safe, text, TERMINAL_TEXT_BLOCK);
    command_print_paged(safe, &terminal, options);
    return EXIT_HITS;
}

static CommandExit write_file(const char *path, Slice bytes)
{
    g_autoptr(GError) error = NULL;
    if (!output_file_make(path, bytes, &error)) {
        command_complain("%s", error->message);
        return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_EXIST) ? EXIT_BAD_QUERY
                                                                        : EXIT_NO_ARCHIVE;
    }
    return EXIT_HITS;
}

/* Bytes as they are, into the file of -o or on stdout. */
static CommandExit write_bytes(Slice bytes, const OptionSet *options)
{
    const char *path = option_value(options, "output");
    if (path != NULL) {
        return write_file(path, bytes);
    }
    if (bytes.len > 0) {
        (void)fwrite(bytes.ptr, 1, bytes.len, stdout);
    }
    return EXIT_HITS;
}

/* Returns: (transfer full) NULL after it has complained, with the exit code. */
static GBytes *read_raw(sqlite3 *db, int64_t id, CommandExit *ret_code)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = raw_bytes_read(db, id, &error);
    if (bytes == NULL) {
        const CommandExit code = command_fail(error, NULL);
        *ret_code = error->domain == RAW_BYTES_ERROR ? EXIT_NO_HITS : code;
    }
    return bytes;
}

static Slice bytes_slice(GBytes *bytes)
{
    gsize size = 0;
    const char *data = g_bytes_get_data(bytes, &size);
    return slice_of(data, size);
}

static CommandExit show_raw(sqlite3 *db, int64_t id, const OptionSet *options)
{
    CommandExit code = EXIT_HITS;
    g_autoptr(GBytes) bytes = read_raw(db, id, &code);
    return bytes == NULL ? code : write_bytes(bytes_slice(bytes), options);
}

static CommandExit show_headers(sqlite3 *db, int64_t id, const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    CommandExit code = EXIT_HITS;
    g_autoptr(GBytes) bytes = read_raw(db, id, &code);
    if (bytes == NULL) {
        return code;
    }
    g_autoptr(GBytes) fields = message_fields_read(bytes, &error);
    return fields == NULL ? command_fail(error, NULL)
                          : print_text(bytes_slice(fields), options);
}

static bool is_text(Slice bytes)
{
    const char *type =
        sniff_type(slice_of(bytes.ptr, MIN(bytes.len, SNIFF_BYTES)), bytes.len <= SNIFF_BYTES);
    return bytes.len == 0 || (type != NULL && (g_str_has_prefix(type, "text/") ||
                                               g_str_has_prefix(type, "message/") ||
                                               g_str_equal(type, "application/xml")));
}

static CommandExit print_part(const SelectedPart *part, const OptionSet *options)
{
    if (!part->is_found) {
        command_complain("part %s is not there%s", part->number,
                         part->attachment == NULL ? ""
                                                  : " with the SHA-256 that the archive knows");
        return EXIT_NO_HITS;
    }
    if (option_given(options, "output") || !terminal_of_stdout().is_terminal) {
        return write_bytes(part->bytes, options);
    }
    if (!is_text(part->bytes)) {
        command_complain(
            "part %s is no text: it goes to a file (-o FILE) or a pipe, not to the "
            "terminal",
            part->number);
        return EXIT_BAD_QUERY;
    }
    return print_text(part->bytes, options);
}

static CommandExit show_part(sqlite3 *db, int64_t id, const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    CommandExit code = EXIT_HITS;
    g_autoptr(MessageView) view = command_message(db, id, &code);
    if (view == NULL) {
        return code;
    }
    const char *word = option_value(options, "part");
    g_autoptr(GArray) parts = g_array_new(false, false, sizeof(SelectedPart));
    if (!part_selection_add(view, word, parts)) {
        command_complain("\"%s\" is no part: show lists part numbers, and @1, @2 ...", word);
        return EXIT_BAD_QUERY;
    }
    if (parts->len > 1) {
        command_complain("part %s holds %u attachments: say which, as @N", word, parts->len);
        return EXIT_BAD_QUERY;
    }
    g_autoptr(GBytes) bytes = read_raw(db, id, &code);
    if (bytes == NULL) {
        return code;
    }
    g_autoptr(MessageFiles) files = part_selection_read(bytes, parts, &error);
    return files == NULL ? command_fail(error, NULL)
                         : print_part(&g_array_index(parts, SelectedPart, 0), options);
}

static CommandExit show_html(sqlite3 *db, int64_t id, const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    CommandExit code = EXIT_HITS;
    g_autoptr(MessageView) view = command_message(db, id, &code);
    g_autoptr(GBytes) bytes = view == NULL ? NULL : read_raw(db, id, &code);
    if (bytes == NULL) {
        return code;
    }
    g_autoptr(GBytes) page = message_html_make(bytes, view, &error);
    return page == NULL ? command_fail(error, NULL) : write_bytes(bytes_slice(page), options);
}

static CommandExit show_json(sqlite3 *db, int64_t id, const OptionSet *options)
{
    (void)options;
    CommandExit code = EXIT_HITS;
    g_autoptr(MessageView) view = command_message(db, id, &code);
    if (view == NULL) {
        return code;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    message_view_write_json(view, out);
    command_print(out);
    return EXIT_HITS;
}

static CommandExit show_view(sqlite3 *db, int64_t id, const OptionSet *options)
{
    CommandExit code = EXIT_HITS;
    g_autoptr(MessageView) view = command_message(db, id, &code);
    if (view == NULL) {
        return code;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    Terminal terminal = terminal_of_stdout();
    message_view_write_text(view, out, terminal.color);
    command_print_paged(out, &terminal, options);
    return EXIT_HITS;
}

/* What is shown instead of the whole. */
static const struct {
    const char *option;
    CommandExit (*show)(sqlite3 *db, int64_t id, const OptionSet *options);
} modes[] = {
    {"headers", show_headers}, {"raw", show_raw},   {"part", show_part},
    {"html", show_html},       {"json", show_json},
};

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    CommandExit (*show)(sqlite3 * db, int64_t id, const OptionSet *options) = show_view;
    const char *mode = NULL;
    if (options->words->len != 1 || !command_id(options, &id)) {
        command_complain("show needs one id, a number as search lists it");
        return EXIT_BAD_QUERY;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (!option_given(options, modes[i].option)) {
            continue;
        }
        if (mode != NULL) {
            command_complain("--%s and --%s exclude each other", mode, modes[i].option);
            return EXIT_BAD_QUERY;
        }
        mode = modes[i].option;
        show = modes[i].show;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    return db == NULL ? EXIT_NO_ARCHIVE : show(db, id, options);
}

const Command command_show = {
    .name = "show",
    .arguments = "ID",
    .summary = "one message: headers, verdict with reasons, attachments, text",
    .details = details,
    .options = options_table,
    .run = run,
};
