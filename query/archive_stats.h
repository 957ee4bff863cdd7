/* archive_stats.h - the numbers that describe an archive.
 *
 * Memory: archive_stats_clear frees the problem words. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/verdict.h"

typedef struct {
    char *word;
    int64_t messages;
} ProblemCount;

typedef struct {
    int64_t messages; /* distinct */
    int64_t occurrences;
    int64_t senders; /* distinct From addresses */
    int64_t attachments;
    bool has_dates;
    int64_t first_date; /* Unix time */
    int64_t last_date;
    int64_t bytes;    /* of the distinct messages */
    int64_t problems; /* messages with at least one */
    int64_t verified;
    int64_t limited;
    int64_t dkim[MESSAGE_DKIM_COUNT];
    GArray *problem_words; /* ProblemCount, most frequent first */
} ArchiveStats;

/* Counts everything. Returns: false with `error`. */
bool archive_stats_read(sqlite3 *db, ArchiveStats *ret_stats, GError **error);

void archive_stats_clear(ArchiveStats *stats);

/* The counts of an archive's dkim column go by these words, in the order of the report:
 * pass, nokey, fail, error, none. Returns: (transfer none) the word; `ret_index` is its place
 * in ArchiveStats.dkim. */
const char *archive_stats_dkim_word(size_t n, MessageDkim *ret_index);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ArchiveStats, archive_stats_clear)
