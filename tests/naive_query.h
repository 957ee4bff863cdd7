/* naive_query.h - a query evaluated the slow and plain way, to compare the product with.
 *
 * Reads every message's text into memory, splits it into words by GLib's idea of letters, and
 * looks at each message for each term: shares nothing with the product but the syntax tree and
 * the reading of dates.
 */
#pragma once

#include <sqlite3.h>

#include "query/query_tree.h"

typedef struct NaiveArchive NaiveArchive;

/* Aborts when the archive cannot be read. */
NaiveArchive *naive_archive_new(sqlite3 *db);
void naive_archive_free(NaiveArchive *archive);

/* The ids that the tree finds, newest first. Returns: (transfer full) a GArray of int64_t; NULL
 * when the tree has a field, or text, that is not modelled here. */
GArray *naive_archive_find(const NaiveArchive *archive, const QueryNode *tree);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NaiveArchive, naive_archive_free)
