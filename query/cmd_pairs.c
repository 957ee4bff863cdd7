/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/command_hits.h"
#include "query/pair_list.h"

#define DEFAULT_LIMIT 50

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"limit", 'n', "N", "at most N pairs (50; 0 is all)"},
    {"max-recipients", 0, "N", "of longer lists only the first N count (1000)"},
    COMMAND_HITS_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const ListColumn columns[] = {
    {"from", "from", LIST_TEXT},
    {"to", "to", LIST_TEXT},
    {"messages", "messages", LIST_NUMBER},
    {"verified", "verified", LIST_NUMBER},
    {"verified_percent", "share", LIST_NUMBER},
    {"first_date", "first", LIST_WHOLE},
    {"last_date", "last", LIST_WHOLE},
};

static bool write_rows(ListWriter *writer, const CommandHits *hits, const PairList *list,
                       guint n_shown, GError **error)
{
    for (guint i = 0; i < n_shown; i++) {
        const Pair *pair = &g_array_index(list->pairs, Pair, i);
        list_writer_text(writer, slice_of_string(list->addresses->pdata[pair->sender]));
        list_writer_text(writer, slice_of_string(list->addresses->pdata[pair->recipient]));
        list_writer_number(writer, pair->messages);
        list_writer_number(writer, pair->verified);
        list_writer_share(writer, pair->verified, pair->messages);
        if (!command_hits_dates(hits, writer, pair->first, pair->last, error)) {
            return false;
        }
    }
    return true;
}

/* What the pairs do not tell. */
static void say_left_out(const PairList *list, int64_t max_recipients)
{
    if (list->n_without > 0) {
        command_complain("%u of the messages have no sender or no recipient: they make no pair",
                         list->n_without);
    }
    if (list->n_cut > 0) {
        command_complain("%u of the messages have more than %" G_GINT64_FORMAT
                         " recipients, of whom the first %" G_GINT64_FORMAT
                         " count (--max-recipients)",
                         list->n_cut, max_recipients, max_recipients);
    }
}

static CommandExit run(const OptionSet *options)
{
    int64_t max_recipients = 0;
    if (!command_number(options, "max-recipients", PAIR_RECIPIENTS_DEFAULT, &max_recipients)) {
        return EXIT_BAD_QUERY;
    }
    g_auto(CommandHits) hits = {0};
    CommandExit code = command_hits_read(options, &hits);
    if (code != EXIT_HITS) {
        return code;
    }
    g_autoptr(GError) error = NULL;
    g_auto(PairList) list = {0};
    guint n_shown = 0;
    if (!pair_list_read(hits.db, hits.hits, (guint)MIN(max_recipients, G_MAXUINT), &list,
                        &error)) {
        return command_fail(error, &hits.deadline);
    }
    if (!command_hits_limit(&hits, list.pairs->len, DEFAULT_LIMIT, &n_shown)) {
        return EXIT_BAD_QUERY;
    }
    say_left_out(&list, max_recipients);
    g_autoptr(ListWriter) writer = list_writer_new(hits.style, columns, G_N_ELEMENTS(columns));
    if (!write_rows(writer, &hits, &list, n_shown, &error)) {
        return command_fail(error, &hits.deadline);
    }
    command_hits_say_rest(n_shown, list.pairs->len, "pairs");
    if (list.pairs->len == 0) {
        return EXIT_NO_HITS;
    }
    command_hits_print(&hits, writer);
    return EXIT_HITS;
}

const Command command_pairs = {
    .name = "pairs",
    .arguments = "[QUERY...]",
    .summary = "who wrote to whom in the messages of a query, and how often",
    .details =
        "Without a query: all messages. Recipients are those of To, Cc and Bcc. Messages\n"
        "that make no pair, and lists of recipients that are cut, are named on stderr.\n",
    .options = options_table,
    .takes_fields = true,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
