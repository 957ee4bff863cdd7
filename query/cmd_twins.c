/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/search_output.h"
#include "query/twins.h"
#include "query/view_json.h"
#include "schema/archive.h"
#include "schema/terminal_text.h"

/* Columns of the list. */
#define MARK_COLUMNS 10

/* Names that are listed of one message; more are counted. */
#define FIELDS_SHOWN_MAX 12

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"limit", 'n', "N", "at most N groups"},
    {"json", 0, NULL, "one JSON object a group"},
    {NULL, 0, NULL, NULL},
};

typedef struct {
    GString *out;
    bool as_json;
    int64_t limit; /* below 0: none */
    int64_t groups;
    int64_t messages;
} Printer;

static bool verifies(const Twin *twin)
{
    return g_str_equal(twin->dkim, "pass");
}

static void json_differences(JsonWriter *writer, const TwinDifference *difference)
{
    json_writer_begin_array(writer, "differs");
    for (unsigned i = 0; twin_difference_word(i) != NULL; i++) {
        if ((difference->kinds >> i & 1) != 0) {
            json_writer_text(writer, NULL, twin_difference_word(i));
        }
    }
    json_writer_end_array(writer);
    json_writer_begin_array(writer, "header_fields");
    for (guint i = 0; difference->fields != NULL && i < difference->fields->len; i++) {
        const TwinField *field = &g_array_index(difference->fields, TwinField, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "name", field->name);
        json_writer_text(writer, "change", field->change);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
    json_writer_integer(writer, "footer_bytes", difference->footer_bytes);
}

static void json_twin(JsonWriter *writer, const TwinGroup *group, guint at)
{
    const Twin *twin = &g_array_index(group->twins, Twin, at);
    json_writer_begin_object(writer, NULL);
    json_writer_integer(writer, "id", twin->id);
    view_json_date(writer, "date", twin->has_date, twin->date);
    json_writer_text(writer, "subject", twin->subject);
    json_writer_text(writer, "dkim", twin->dkim);
    json_writer_text(writer, "level", twin->level);
    json_writer_words(writer, "caveats", twin->caveats);
    json_writer_boolean(writer, "verifies", verifies(twin));
    json_writer_integer(writer, "size", twin->size);
    json_writer_text(writer, "sha256", twin->sha256);
    json_writer_text(writer, "file", twin->path);
    json_writer_integer(writer, "offset", twin->offset);
    json_writer_boolean(writer, "bytes_compared", twin->has_bytes);
    json_differences(writer, &twin->difference);
    json_writer_end_object(writer);
}

static void json_group(const TwinGroup *group, GString *out)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_text(&writer, "msgid", group->msgid);
    json_writer_integer(&writer, "compared_with",
                        g_array_index(group->twins, Twin, group->reference).id);
    json_writer_begin_array(&writer, "messages");
    for (guint i = 0; i < group->twins->len; i++) {
        json_twin(&writer, group, i);
    }
    json_writer_end_array(&writer);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_CELL);
}

static void text_fields(const GArray *fields, GString *out)
{
    const guint n_shown = fields == NULL ? 0 : MIN(fields->len, FIELDS_SHOWN_MAX);
    for (guint i = 0; i < n_shown; i++) {
        const TwinField *field = &g_array_index(fields, TwinField, i);
        g_string_append_printf(out, "%s%s ", i == 0 ? " (" : ", ", field->change);
        append_safe(out, field->name);
    }
    if (n_shown > 0) {
        const guint n_more = fields->len - n_shown;
        g_string_append(out, n_more == 0 ? ")" : ", ");
        if (n_more > 0) {
            g_string_append_printf(out, "%u more)", n_more);
        }
    }
}

static void text_footer(int64_t bytes, GString *out)
{
    g_string_append_printf(out, " (%" G_GINT64_FORMAT " bytes %s at the end)", ABS(bytes),
                           bytes > 0 ? "more" : "fewer");
}

static void text_difference(const Twin *twin, int64_t reference_id, GString *out)
{
    const TwinDifference *difference = &twin->difference;
    const char *separator = "";
    g_string_append_printf(out, "      differs from %" G_GINT64_FORMAT " in ", reference_id);
    for (unsigned i = 0; twin_difference_word(i) != NULL; i++) {
        if ((difference->kinds >> i & 1) == 0) {
            continue;
        }
        g_string_append_printf(out, "%s%s", separator, twin_difference_word(i));
        separator = "; ";
        if (difference->kinds >> i == 1 && i == 0) {
            g_string_append(out, " only");
        }
        if (1U << i == TWIN_HEADER) {
            text_fields(difference->fields, out);
        } else if (1U << i == TWIN_FOOTER) {
            text_footer(difference->footer_bytes, out);
        }
    }
    g_string_append(out, twin->has_bytes ? "\n" : "; its bytes could not be read again\n");
}

static void text_twin(const TwinGroup *group, guint at, GString *out)
{
    const Twin *twin = &g_array_index(group->twins, Twin, at);
    const char *mark = search_verdict_mark(twin->level, twin->dkim);
    g_autofree char *date = search_date_text(twin->has_date, twin->date, "%Y-%m-%d");
    g_string_append_printf(out, "  %" G_GINT64_FORMAT "  ", twin->id);
    terminal_text_append_fitted(out, mark, MARK_COLUMNS);
    g_string_append_printf(out, "  %s  %" G_GINT64_FORMAT " bytes  ",
                           *date == '\0' ? "no date   " : date, twin->size);
    append_safe(out, *twin->path == '\0' ? "(no place)" : twin->path);
    g_string_append_printf(out, " at %" G_GINT64_FORMAT "\n", twin->offset);
    if (at != group->reference) {
        text_difference(twin, g_array_index(group->twins, Twin, group->reference).id, out);
    }
}

static void text_verdict(const TwinGroup *group, GString *out)
{
    guint n_verify = 0;
    for (guint i = 0; i < group->twins->len; i++) {
        n_verify += verifies(&g_array_index(group->twins, Twin, i));
    }
    if (n_verify == 0) {
        g_string_append(out, "  none of them verifies\n\n");
    } else if (n_verify == group->twins->len) {
        g_string_append(out, "  all of them verify\n\n");
    } else if (n_verify == 1) {
        g_string_append_printf(out, "  only %" G_GINT64_FORMAT " verifies\n\n",
                               g_array_index(group->twins, Twin, group->reference).id);
    } else {
        g_string_append_printf(out, "  %u of them verify\n\n", n_verify);
    }
}

static bool print_group(const TwinGroup *group, gpointer data)
{
    Printer *printer = data;
    GString *out = printer->out;
    if (printer->limit >= 0 && printer->groups >= printer->limit) {
        return false;
    }
    printer->groups++;
    printer->messages += group->twins->len;
    g_string_truncate(out, 0);
    if (printer->as_json) {
        json_group(group, out);
        return command_print(out);
    }
    g_string_append_c(out, '<');
    append_safe(out, group->msgid);
    g_string_append(out, ">  ");
    append_safe(out, g_array_index(group->twins, Twin, group->reference).subject);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < group->twins->len; i++) {
        text_twin(group, i, out);
    }
    text_verdict(group, out);
    return command_print(out);
}

static bool read_arguments(const OptionSet *options, int64_t *ret_limit, bool *ret_has_id,
                           gint64 *ret_id)
{
    *ret_has_id = options->words->len > 0;
    if (options->words->len > 1 || (*ret_has_id && !command_id(options, ret_id))) {
        command_complain("twins takes one id at most, a number as search lists it");
        return false;
    }
    if (!command_number(options, "limit", -1, ret_limit)) {
        return false;
    }
    if (*ret_limit == 0) {
        command_complain("--limit needs a number above 0");
        return false;
    }
    return true;
}

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    bool has_id = false;
    g_autoptr(GString) out = g_string_new(NULL);
    Printer printer = {.out = out, .as_json = option_given(options, "json")};
    if (!read_arguments(options, &printer.limit, &has_id, &id)) {
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    g_autoptr(GError) error = NULL;
    const int64_t only = id;
    if (!twins_each(db, has_id ? &only : NULL, print_group, &printer, &error)) {
        return command_fail(error, NULL);
    }
    if (printer.groups == 0) {
        command_complain(has_id ? "no other message has its Message-ID"
                                : "no two messages have the same Message-ID");
        return EXIT_NO_HITS;
    }
    if (!printer.as_json) {
        g_string_printf(
            out, "%" G_GINT64_FORMAT " messages share %" G_GINT64_FORMAT " Message-ID%s\n",
            printer.messages, printer.groups, printer.groups == 1 ? "" : "s");
        command_print(out);
    }
    return EXIT_HITS;
}

const Command command_twins = {
    .name = "twins",
    .arguments = "[ID]",
    .summary = "one Message-ID, different bytes: what differs, which verifies",
    .details = "Each is compared with the one of its group that is best verified.\n"
               "  header       header fields; added, removed and changed ones are named\n"
               "  footer       one has more text at its end, as mailing lists add it\n"
               "  body         the text otherwise\n"
               "  attachments  number, order, names or bytes of attachments\n"
               "  encoding     the same text and attachments in other bytes\n"
               "  line-ends    CRLF against LF, nothing else\n"
               "  unknown      what the archive keeps is the same, and the bytes are gone\n",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
