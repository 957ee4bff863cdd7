/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/command_hits.h"
#include "query/facet.h"
#include "query/hit_detail.h"
#include "schema/archive.h"

#define DEFAULT_LIMIT 50

/* Digits of a hash that a table shows: enough for hash:. */
#define SHORT_HASH 16

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"limit", 'n', "N", "at most N attachments (50; 0 is all)"},
    COMMAND_HITS_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const ListColumn columns[] = {
    {"names", "name", LIST_NAMES},         {"type", "type", LIST_TEXT},
    {"size", "size", LIST_NUMBER},         {"messages", "messages", LIST_NUMBER},
    {"verified", "verified", LIST_NUMBER}, {"first_date", "first", LIST_WHOLE},
    {"last_date", "last", LIST_WHOLE},     {"sha256", "sha256", LIST_WHOLE},
};

typedef enum { SQL_NAMES, SQL_FACTS } Sql;

/* The type by the first bytes, else one that somebody declared. */
static const char *const sql[] = {
    [SQL_NAMES] = "SELECT name, message_id FROM attachment WHERE sha256 = ?1 "
                  "ORDER BY name, message_id",
    [SQL_FACTS] = "SELECT CASE max(sniffed_type) WHEN '' THEN max(declared_type) "
                  "ELSE max(sniffed_type) END, max(size) FROM attachment WHERE sha256 = ?1",
};

typedef struct {
    const CommandHits *hits;
    ListWriter *writer;
    sqlite3_stmt *names;
    sqlite3_stmt *facts;
} Lister;

/* The hash is the value of the facet: hexadecimal digits. */
static GBytes *bytes_of(const char *digits)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (const char *at = digits; at[0] != '\0' && at[1] != '\0'; at += 2) {
        const guint8 byte =
            (guint8)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
        g_byte_array_append(bytes, &byte, 1);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static void bind_hash(sqlite3_stmt *statement, GBytes *hash)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(hash, &size);
    sqlite3_bind_blob(statement, 1, data == NULL ? "" : data, (int)size, SQLITE_TRANSIENT);
}

static bool write_facts(const Lister *lister, GError **error)
{
    int code = sqlite3_step(lister->facts);
    if (code == SQLITE_ROW) {
        list_writer_text(lister->writer,
                         slice_of_string(archive_column_text(lister->facts, 0)));
        list_writer_number(lister->writer, sqlite3_column_int64(lister->facts, 1));
        code = sqlite3_step(lister->facts);
    }
    return archive_end_rows(lister->facts, code, error);
}

static bool write_row(const Lister *lister, const FacetCount *count, GError **error)
{
    ListWriter *writer = lister->writer;
    const bool in_table = lister->hits->style.form == LIST_TABLE;
    g_autoptr(GBytes) hash = bytes_of(count->value);
    bind_hash(lister->names, hash);
    bind_hash(lister->facts, hash);
    g_autoptr(GArray) names = hit_detail_names(lister->names, lister->hits->hits, error);
    if (names == NULL) {
        return false;
    }
    if (names->len == 0 && in_table) {
        list_writer_nothing(writer, "(no name)");
    } else {
        list_writer_names(writer, names);
    }
    if (!write_facts(lister, error)) {
        return false;
    }
    list_writer_number(writer, count->messages);
    list_writer_number(writer, count->verified);
    if (!command_hits_dates(lister->hits, writer, count->first, count->last, error)) {
        return false;
    }
    const size_t length = strlen(count->value);
    list_writer_text(writer,
                     slice_of(count->value, in_table ? MIN(length, SHORT_HASH) : length));
    return true;
}

static bool write_rows(CommandHits *hits, ListWriter *writer, const GArray *counts,
                       guint n_shown, GError **error)
{
    g_autoptr(sqlite3_stmt) names = archive_prepare(hits->db, sql[SQL_NAMES], error);
    g_autoptr(sqlite3_stmt) facts =
        names == NULL ? NULL : archive_prepare(hits->db, sql[SQL_FACTS], error);
    if (facts == NULL) {
        return false;
    }
    const Lister lister = {hits, writer, names, facts};
    for (guint i = 0; i < n_shown; i++) {
        if (!write_row(&lister, &g_array_index(counts, FacetCount, i), error)) {
            return false;
        }
    }
    return true;
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
    if (!facet_read(hits.db, hits.hits, FACET_CONTENT, hits.zone, &facet, &error)) {
        return command_fail(error, &hits.deadline);
    }
    if (!command_hits_limit(&hits, facet.counts->len, DEFAULT_LIMIT, &n_shown)) {
        return EXIT_BAD_QUERY;
    }
    if (facet.counts->len == 0) {
        command_complain("none of the messages found has an attachment");
        return EXIT_NO_HITS;
    }
    facet_sort(&facet, FACET_BY_COUNT);
    g_autoptr(ListWriter) writer = list_writer_new(hits.style, columns, G_N_ELEMENTS(columns));
    if (!write_rows(&hits, writer, facet.counts, n_shown, &error)) {
        return command_fail(error, &hits.deadline);
    }
    command_hits_say_rest(n_shown, facet.counts->len, "attachments");
    command_hits_print(&hits, writer);
    return EXIT_HITS;
}

const Command command_attachments = {
    .name = "attachments",
    .arguments = "[QUERY...]",
    .summary = "what is attached to the messages of a query, each content once",
    .details =
        "Without a query: all messages. What most messages carry comes first. Contents\n"
        "are told apart by their SHA-256: one may have several names. \"verified\" is how\n"
        "many of the messages found that carry it are verified.\n"
        "Examples: attachments from:@bank.example type:pdf\n"
        "          search hash:0123456789abcdef        who sent it\n",
    .options = options_table,
    .takes_fields = true,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
