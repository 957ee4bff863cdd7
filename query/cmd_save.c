/* SPDX-License-Identifier: MIT */
#include "query/command.h"
#include "query/output_folder.h"
#include "query/part_selection.h"
#include "query/raw_bytes.h"
#include "query/safe_name.h"
#include "schema/archive.h"
#include "schema/terminal_text.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"all", 0, NULL, "all attachments"},
    {"output", 'o', "DIR", "the folder to write into; made when it is not there (.)"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "PART is a part number as show lists them (2, 1.3), or @N for the Nth attachment.\n"
    "What is written is compared with the archive's SHA-256 first. Names from mail\n"
    "are made safe: no path, no hidden file, no device, nothing invisible; nothing is\n"
    "overwritten, the second plan.pdf becomes plan (2).pdf.\n"
    "Exit code 4: some parts could not be written.\n"
    "Examples: save 1483949100 2 -o attachments\n"
    "          save 1483949100 --all -o attachments\n";

/* Extensions for parts without a name. */
static const char *extension_of(const ViewAttachment *attachment)
{
    static const char *const extensions[][2] = {
        {"application/pdf", "pdf"}, {"image/png", "png"},           {"image/jpeg", "jpg"},
        {"image/gif", "gif"},       {"text/plain", "txt"},          {"text/html", "html"},
        {"text/calendar", "ics"},   {"text/vcard", "vcf"},          {"message/rfc822", "eml"},
        {"application/zip", "zip"}, {"text/rfc822-headers", "txt"},
    };
    if (attachment == NULL) {
        return "txt";
    }
    const char *type = *attachment->sniffed_type != '\0' ? attachment->sniffed_type
                                                         : attachment->declared_type;
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
        if (g_str_equal(type, extensions[i][0])) {
            return extensions[i][1];
        }
    }
    return "bin";
}

/* The safe name of a part; `ret_changes` as safe_name_make. Returns: (transfer full). */
static char *name_of(int64_t id, const SelectedPart *part, unsigned *ret_changes)
{
    const char *name = part->attachment == NULL ? "" : part->attachment->name;
    g_autofree char *fallback = g_strdup_printf("%" G_GINT64_FORMAT " part %s.%s", id,
                                                part->number, extension_of(part->attachment));
    return safe_name_make(slice_of_string(name), fallback, ret_changes);
}

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

/* Says what was written, and under which other name than the mail's. */
static void report(const SelectedPart *part, const char *folder, const char *safe,
                   const char *written, unsigned changes)
{
    const char *name = part->attachment == NULL ? "" : part->attachment->name;
    g_autoptr(GString) out = g_string_new(NULL);
    append_safe(out, folder);
    g_string_append_c(out, '/');
    append_safe(out, written);
    g_string_append_printf(out, "  part %s, %" G_GSIZE_FORMAT " bytes%s\n", part->number,
                           part->bytes.len,
                           part->attachment == NULL ? "" : ", SHA-256 as in the archive");
    if (strcmp(name, safe) != 0) {
        g_autofree char *why = safe_name_explain(changes);
        g_string_append(out, "  the mail calls it \"");
        append_safe(out, name);
        g_string_append_printf(out, "\"%s%s\n", *why == '\0' ? "" : ": ", why);
    }
    if (strcmp(safe, written) != 0) {
        g_string_append(out, "  there is a file of that name already\n");
    }
    command_print(out);
}

/* Returns: EXIT_HITS, or the exit code after it has complained. */
static CommandExit save_part(int64_t id, const SelectedPart *part, OutputFolder *folder)
{
    g_autoptr(GError) error = NULL;
    if (!part->is_found) {
        command_complain("part %s is not there%s: not written", part->number,
                         part->attachment == NULL ? ""
                                                  : " with the SHA-256 that the archive knows");
        return EXIT_INCOMPLETE;
    }
    unsigned changes = 0;
    g_autofree char *safe = name_of(id, part, &changes);
    g_autofree char *written = output_folder_write_as(folder, safe, part->bytes, &error);
    if (written == NULL) {
        command_complain("%s", error->message);
        return EXIT_NO_ARCHIVE;
    }
    report(part, output_folder_path(folder), safe, written, changes);
    return EXIT_HITS;
}

static CommandExit save_all(const MessageView *view, GBytes *message, GArray *parts,
                            const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MessageFiles) files = part_selection_read(message, parts, &error);
    g_autoptr(OutputFolder) folder =
        files == NULL ? NULL : output_folder_open(path, false, &error);
    if (folder == NULL) {
        command_complain("%s", error->message);
        return EXIT_NO_ARCHIVE;
    }
    CommandExit code = EXIT_HITS;
    for (guint i = 0; i < parts->len && code != EXIT_NO_ARCHIVE; i++) {
        const CommandExit saved =
            save_part(view->id, &g_array_index(parts, SelectedPart, i), folder);
        code = saved == EXIT_HITS ? code : saved;
    }
    if (!output_folder_finish(folder, &error)) {
        command_complain("%s", error->message);
        return EXIT_NO_ARCHIVE;
    }
    return code;
}

static bool select_parts(const MessageView *view, const OptionSet *options, GArray *parts)
{
    if (option_given(options, "all")) {
        part_selection_add_all(view, parts);
    }
    for (guint i = 1; i < options->words->len; i++) {
        const char *word = g_ptr_array_index(options->words, i);
        if (!part_selection_add(view, word, parts)) {
            command_complain(
                "\"%s\" is no part: show lists part numbers, @1 is the first of %u "
                "attachments",
                word, view->attachments->len);
            return false;
        }
    }
    return true;
}

static CommandExit save(sqlite3 *db, int64_t id, const OptionSet *options)
{
    g_autoptr(GError) error = NULL;
    CommandExit code = EXIT_HITS;
    g_autoptr(MessageView) view = command_message(db, id, &code);
    if (view == NULL) {
        return code;
    }
    g_autoptr(GArray) parts = g_array_new(false, false, sizeof(SelectedPart));
    if (!select_parts(view, options, parts)) {
        return EXIT_BAD_QUERY;
    }
    if (parts->len == 0) {
        command_complain("message %" G_GINT64_FORMAT " has no attachments", id);
        return EXIT_NO_HITS;
    }
    g_autoptr(GBytes) message = raw_bytes_read(db, id, &error);
    if (message == NULL) {
        command_complain("%s", error->message);
        return EXIT_INCOMPLETE;
    }
    const char *path = option_value(options, "output");
    return save_all(view, message, parts, path == NULL ? command_save.default_output : path);
}

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    if (!command_id(options, &id)) {
        command_complain("save needs the id of a message, a number as search lists it");
        return EXIT_BAD_QUERY;
    }
    if (options->words->len < 2 && !option_given(options, "all")) {
        command_complain("which parts? (a number as show lists it, @N, or --all)");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    return db == NULL ? EXIT_NO_ARCHIVE : save(db, id, options);
}

const Command command_save = {
    .name = "save",
    .arguments = "ID PART...",
    .summary = "writes attachments into a folder, under safe names",
    .details = details,
    .options = options_table,
    .default_output = ".",
    .run = run,
};
