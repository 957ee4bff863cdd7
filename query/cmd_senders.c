/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/command_hits.h"
#include "query/facet.h"
#include "query/hit_detail.h"
#include "schema/archive.h"

#define DEFAULT_LIMIT 50

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"limit", 'n', "N", "at most N senders (50; 0 is all)"},
    COMMAND_HITS_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const ListColumn columns[] = {
    {"address", "address", LIST_TEXT},          {"names", "names", LIST_NAMES},
    {"messages", "messages", LIST_NUMBER},      {"verified", "verified", LIST_NUMBER},
    {"verified_percent", "share", LIST_NUMBER}, {"first_date", "first", LIST_WHOLE},
    {"last_date", "last", LIST_WHOLE},
};

typedef enum { SQL_NAMES } Sql;

static const char *const sql[] = {
    [SQL_NAMES] = "SELECT a.name, ma.message_id FROM address a CROSS JOIN message_address ma "
                  "WHERE a.address = ?1 AND ma.address_id = a.id AND ma.role = 'from' "
                  "ORDER BY a.name, ma.message_id",
};

static bool write_row(ListWriter *writer, const CommandHits *hits, const FacetCount *count,
                      const GArray *names, GError **error)
{
    if (count->value == NULL) {
        list_writer_nothing(writer, "(no sender)");
    } else {
        list_writer_text(writer, slice_of_string(count->value));
    }
    list_writer_names(writer, names);
    list_writer_number(writer, count->messages);
    list_writer_number(writer, count->verified);
    list_writer_share(writer, count->verified, count->messages);
    return command_hits_dates(hits, writer, count->first, count->last, error);
}

static bool write_rows(ListWriter *writer, const CommandHits *hits, const Facet *facet,
                       guint n_shown, GError **error)
{
    g_autoptr(sqlite3_stmt) of_address = archive_prepare(hits->db, sql[SQL_NAMES], error);
    if (of_address == NULL) {
        return false;
    }
    for (guint i = 0; i < n_shown; i++) {
        const FacetCount *count = &g_array_index(facet->counts, FacetCount, i);
        sqlite3_bind_text(of_address, 1, count->value, -1, SQLITE_STATIC);
        g_autoptr(GArray) names = hit_detail_names(of_address, hits->hits, error);
        if (names == NULL || !write_row(writer, hits, count, names, error)) {
            return false;
        }
    }
    g_autoptr(GArray) no_names = list_names_new();
    return facet->none.messages == 0 || write_row(writer, hits, &facet->none, no_names, error);
}

static CommandExit run(const OptionSet *options)
{
    g_auto(CommandHits) hits = {0};
    CommandExit code = command_hits_read(options, &hits);
    if (code != EXIT_HITS) {
        return code;
    }
    g_autoptr(GError) error = NULL;
    g_auto(Facet) facet = {0};
    guint n_shown = 0;
    if (!facet_read(hits.db, hits.hits, FACET_SENDER, hits.zone, &facet, &error)) {
        return command_fail(error, &hits.deadline);
    }
    if (!command_hits_limit(&hits, facet.counts->len, DEFAULT_LIMIT, &n_shown)) {
        return EXIT_BAD_QUERY;
    }
    facet_sort(&facet, FACET_BY_COUNT);
    g_autoptr(ListWriter) writer = list_writer_new(hits.style, columns, G_N_ELEMENTS(columns));
    if (!write_rows(writer, &hits, &facet, n_shown, &error)) {
        return command_fail(error, &hits.deadline);
    }
    command_hits_say_rest(n_shown, facet.counts->len, "senders");
    command_hits_print(&hits, writer);
    return EXIT_HITS;
}

const Command command_senders = {
    .name = "senders",
    .arguments = "[QUERY...]",
    .summary = "who wrote the messages of a query, how often, from when to when",
    .details =
        "Without a query: all messages. Those who wrote most come first. A table shows\n"
        "the name that an address used most and how many others; --json has all of them.\n",
    .options = options_table,
    .takes_fields = true,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
