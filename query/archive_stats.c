/* SPDX-License-Identifier: MIT */
#include "query/archive_stats.h"

#include "schema/archive.h"

typedef enum {
    SQL_MESSAGES,
    SQL_DKIM,
    SQL_OCCURRENCES,
    SQL_SENDERS,
    SQL_ATTACHMENTS,
    SQL_PROBLEMS,
    SQL_PROBLEM_WORDS
} Sql;

static const char *const sql[] = {
    [SQL_MESSAGES] = "SELECT count(*), total(size), min(date), max(date), "
                     "count(*) FILTER (WHERE level = 'verified'), "
                     "count(*) FILTER (WHERE level = 'limited') FROM message",
    [SQL_DKIM] = "SELECT dkim, count(*) FROM message GROUP BY dkim",
    [SQL_OCCURRENCES] = "SELECT count(*) FROM occurrence",
    [SQL_SENDERS] = "SELECT count(DISTINCT a.address) FROM address a WHERE a.address <> '' "
                    "AND EXISTS (SELECT 1 FROM message_address ma "
                    "WHERE ma.address_id = a.id AND ma.role = 'from')",
    [SQL_ATTACHMENTS] = "SELECT count(*) FROM attachment",
    [SQL_PROBLEMS] = "SELECT count(DISTINCT message_id) FROM problem",
    [SQL_PROBLEM_WORDS] = "SELECT word, count(*) FROM problem GROUP BY word "
                          "ORDER BY count(*) DESC, word",
};

/* In the order of a report. */
static const struct {
    const char *word;
    MessageDkim index;
} dkim_words[] = {
    {"pass", MESSAGE_DKIM_PASS},   {"nokey", MESSAGE_DKIM_NOKEY}, {"fail", MESSAGE_DKIM_FAIL},
    {"error", MESSAGE_DKIM_ERROR}, {"none", MESSAGE_DKIM_NONE},
};

const char *archive_stats_dkim_word(size_t n, MessageDkim *ret_index)
{
    g_assert(n < G_N_ELEMENTS(dkim_words));
    *ret_index = dkim_words[n].index;
    return dkim_words[n].word;
}

static void problem_count_clear(gpointer data)
{
    ProblemCount *count = data;
    g_free(count->word);
}

void archive_stats_clear(ArchiveStats *stats)
{
    g_clear_pointer(&stats->problem_words, g_array_unref);
}

/* Prepares a statement and steps it once; without values it must give a row. */
static sqlite3_stmt *first_row(sqlite3 *db, Sql which, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = archive_prepare(db, sql[which], error);
    if (statement == NULL) {
        return NULL;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        archive_set_error(db, error);
        return NULL;
    }
    return g_steal_pointer(&statement);
}

static bool read_number(sqlite3 *db, Sql which, int64_t *ret_number, GError **error)
{
    g_autoptr(sqlite3_stmt) row = first_row(db, which, error);
    if (row == NULL) {
        return false;
    }
    *ret_number = sqlite3_column_int64(row, 0);
    return true;
}

static bool read_messages(sqlite3 *db, ArchiveStats *stats, GError **error)
{
    g_autoptr(sqlite3_stmt) row = first_row(db, SQL_MESSAGES, error);
    if (row == NULL) {
        return false;
    }
    stats->messages = sqlite3_column_int64(row, 0);
    stats->bytes = sqlite3_column_int64(row, 1);
    stats->has_dates = sqlite3_column_type(row, 2) != SQLITE_NULL;
    stats->first_date = sqlite3_column_int64(row, 2);
    stats->last_date = sqlite3_column_int64(row, 3);
    stats->verified = sqlite3_column_int64(row, 4);
    stats->limited = sqlite3_column_int64(row, 5);
    return true;
}

static void add_dkim(ArchiveStats *stats, const char *word, int64_t count)
{
    for (size_t i = 0; i < G_N_ELEMENTS(dkim_words); i++) {
        if (g_strcmp0(word, dkim_words[i].word) == 0) {
            stats->dkim[dkim_words[i].index] = count;
        }
    }
}

static void add_problem(ArchiveStats *stats, const char *word, int64_t count)
{
    ProblemCount problem = {g_strdup(word), count};
    g_array_append_val(stats->problem_words, problem);
}

/* Reads rows of a word and a count. */
static bool read_words(sqlite3 *db, Sql which, ArchiveStats *stats,
                       void (*add)(ArchiveStats *stats, const char *word, int64_t count),
                       GError **error)
{
    g_autoptr(sqlite3_stmt) statement = archive_prepare(db, sql[which], error);
    if (statement == NULL) {
        return false;
    }
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        add(stats, (const char *)sqlite3_column_text(statement, 0),
            sqlite3_column_int64(statement, 1));
    }
    return archive_end_rows(statement, code, error);
}

bool archive_stats_read(sqlite3 *db, ArchiveStats *ret_stats, GError **error)
{
    g_auto(ArchiveStats)
        stats = {.problem_words = g_array_new(false, false, sizeof(ProblemCount))};
    g_array_set_clear_func(stats.problem_words, problem_count_clear);
    if (!read_messages(db, &stats, error) ||
        !read_words(db, SQL_DKIM, &stats, add_dkim, error) ||
        !read_number(db, SQL_OCCURRENCES, &stats.occurrences, error) ||
        !read_number(db, SQL_SENDERS, &stats.senders, error) ||
        !read_number(db, SQL_ATTACHMENTS, &stats.attachments, error) ||
        !read_number(db, SQL_PROBLEMS, &stats.problems, error) ||
        !read_words(db, SQL_PROBLEM_WORDS, &stats, add_problem, error)) {
        return false;
    }
    *ret_stats = stats;
    stats = (ArchiveStats){0};
    return true;
}
