/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/search_output.h"
#include "query/thread_tree.h"
#include "query/view_json.h"
#include "schema/archive.h"
#include "schema/terminal_text.h"

/* Larger threads are cut, and said: nobody reads more, and all of them are in memory. */
#define DEFAULT_LIMIT 10000

/* Deeper answers are not moved further to the right. */
#define INDENT_MAX 16

#define ID_COLUMNS   10
#define DATE_COLUMNS 10
#define MARK_COLUMNS 10

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"json", 0, NULL, "one JSON object a line"},
    {"limit", 'n', "N", "at most the N oldest messages (10000)"},
    {"no-pager", 0, NULL, "write to the terminal directly"},
    {NULL, 0, NULL, NULL},
};

/* Indented by depth: what answers stands below what is answered. */
static void append_branch(GString *out, unsigned depth)
{
    for (unsigned i = 1; i < depth && i < INDENT_MAX; i++) {
        g_string_append(out, "  ");
    }
    if (depth > INDENT_MAX) {
        g_string_append_printf(out, "(%u deep) ", depth);
    }
    g_string_append(out, depth > 0 ? "└ " : "");
}

static void append_cell(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_CELL);
}

/* What stands behind the columns: the branch, and who wrote what. */
static void append_words(GString *out, const ThreadLine *line, size_t columns)
{
    const ThreadMessage *message = line->message;
    g_autoptr(GString) words = g_string_new(NULL);
    append_branch(words, line->depth);
    if (message == NULL) {
        g_string_append_c(words, '<');
        append_cell(words, line->msgid);
        g_string_append_c(words, '>');
    } else {
        append_cell(words, *message->sender_name == '\0' ? message->sender_address
                                                         : message->sender_name);
        g_string_append(words, ": ");
        append_cell(words, message->subject);
    }
    terminal_text_append_fitted(out, words->str, columns);
    while (out->len > 0 && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
}

static void text_line(const ThreadLine *line, const Terminal *terminal, GString *out)
{
    const ThreadMessage *message = line->message;
    const size_t used = ID_COLUMNS + DATE_COLUMNS + MARK_COLUMNS + 6;
    if (line->is_left_out) {
        g_string_append_printf(out, "%*s  %-*s", ID_COLUMNS + 2 + DATE_COLUMNS, "",
                               MARK_COLUMNS, "left out");
    } else if (message == NULL) {
        g_string_append_printf(out, "%*s  ", ID_COLUMNS + 2 + DATE_COLUMNS, "");
        search_append_mark(out, NULL, NULL, terminal->color);
    } else {
        g_autofree char *date = search_date_text(message->has_date, message->date, "%Y-%m-%d");
        g_string_append_printf(out, "%*" G_GINT64_FORMAT "  %-*s  ", ID_COLUMNS, message->id,
                               DATE_COLUMNS, date);
        search_append_mark(out, message->level, message->dkim, terminal->color);
    }
    g_string_append(out, "  ");
    append_words(out, line, terminal->columns > used ? terminal->columns - used : 1);
    g_string_append_c(out, '\n');
}

static void json_id(JsonWriter *writer, const char *key, const ThreadMessage *message)
{
    if (message == NULL) {
        json_writer_null(writer, key);
    } else {
        json_writer_integer(writer, key, message->id);
    }
}

static void json_message(JsonWriter *writer, const ThreadMessage *message)
{
    view_json_date(writer, "date", message->has_date, message->date);
    json_writer_text(writer, "dkim", message->dkim);
    json_writer_text(writer, "level", message->level);
    json_writer_begin_object(writer, "from");
    json_writer_text(writer, "name", message->sender_name);
    json_writer_text(writer, "address", message->sender_address);
    json_writer_end_object(writer);
    json_writer_text(writer, "subject", message->subject);
}

static void json_line(const ThreadTree *tree, const ThreadLine *line, GString *out)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_integer(&writer, "thread", tree->thread_id);
    json_id(&writer, "id", line->message);
    json_writer_text(&writer, "msgid", line->msgid);
    json_writer_boolean(&writer, "missing", line->message == NULL && !line->is_left_out);
    json_writer_integer(&writer, "depth", line->depth);
    if (line->parent >= 0) {
        const ThreadLine *parent = &g_array_index(tree->lines, ThreadLine, line->parent);
        json_id(&writer, "parent", parent->message);
        json_writer_text(&writer, "parent_msgid", parent->msgid);
    }
    if (line->message != NULL) {
        json_message(&writer, line->message);
    }
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static guint write_lines(const ThreadTree *tree, bool as_json, const Terminal *terminal,
                         GString *out)
{
    guint n_missing = 0;
    for (guint i = 0; i < tree->lines->len; i++) {
        const ThreadLine *line = &g_array_index(tree->lines, ThreadLine, i);
        n_missing += line->message == NULL && !line->is_left_out;
        if (as_json) {
            json_line(tree, line, out);
        } else {
            text_line(line, terminal, out);
        }
    }
    return n_missing;
}

static void print_tree(const ThreadTree *tree, const OptionSet *options)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const Terminal terminal = terminal_of_stdout();
    const bool as_json = option_given(options, "json");
    const guint n_missing = write_lines(tree, as_json, &terminal, out);
    if (as_json) {
        command_print(out);
    } else {
        g_string_append_printf(out, "%" G_GINT64_FORMAT " message%s", tree->n_messages,
                               tree->n_messages == 1 ? "" : "s");
        if (n_missing > 0) {
            g_string_append_printf(out, "; %u more %s not in this archive", n_missing,
                                   n_missing == 1 ? "is" : "are");
        }
        g_string_append_c(out, '\n');
        command_print_paged(out, &terminal, options);
    }
    if (tree->messages->len < tree->n_messages) {
        command_complain("only the oldest %u messages of %" G_GINT64_FORMAT
                         " are shown; --limit N shows more",
                         tree->messages->len, tree->n_messages);
    }
}

static CommandExit run(const OptionSet *options)
{
    gint64 id = 0;
    int64_t limit = 0;
    if (options->words->len != 1 || !command_id(options, &id)) {
        command_complain("thread needs one id, a number as search lists it");
        return EXIT_BAD_QUERY;
    }
    if (!command_number(options, "limit", DEFAULT_LIMIT, &limit)) {
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(ThreadTree) tree = thread_tree_read(db, id, limit, &error);
    if (tree == NULL && error != NULL) {
        return command_fail(error, NULL);
    }
    if (tree == NULL) {
        command_complain("no message has the id %" G_GINT64_FORMAT, id);
        return EXIT_NO_HITS;
    }
    print_tree(tree, options);
    return EXIT_HITS;
}

const Command command_thread = {
    .name = "thread",
    .arguments = "ID",
    .summary = "the thread of a message as a tree, and what is missing of it",
    .details =
        "Message-IDs make the thread, never the subject. A message that others refer to\n"
        "and that is not in the archive is shown as missing, with its Message-ID.\n"
        "search thread:ID lists the same messages.\n",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
