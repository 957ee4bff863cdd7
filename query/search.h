/* search.h - runs a compiled query and gives its hits, one by one, with what a list shows.
 *
 * Memory: a hit is valid until the next call. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "query/query_compiler.h"
#include "query/snippet.h"

typedef struct Search Search;

/* One message of the result. Strings are from mail: valid UTF-8, otherwise anything. */
typedef struct {
    int64_t id;
    bool has_date;
    int64_t date; /* Unix time */
    const char *date_source;
    const char *dkim;
    const char *level;
    const char *caveats;
    Slice sender_name;
    Slice sender_address;
    Slice subject;
    Slice msgid;
    int64_t thread_id;
    int64_t thread_hits;     /* by thread: so many of its messages are found; else 1 */
    int64_t thread_messages; /* by thread: so many it has; else 0: not looked at */
    int64_t n_judged;        /* ranked: so many hits were; else 0 */
    QuerySort sort;          /* of the search */
    int64_t size;
    int64_t attachments;
    const uint8_t *sha256; /* SHA256_BYTES */
    const Snippet *snippet;
    const char *tags; /* of one's own, separated by a space */
    int64_t notes;
} SearchHit;

/* Starts a query that is not count_only; `query` must outlive the search.
 * Returns: (transfer full) NULL with `error`. */
Search *search_new(sqlite3 *db, const CompiledQuery *query, GError **error);
void search_free(Search *search);

/* The next hit. Returns: false at the end, or with `error`. */
bool search_next(Search *search, SearchHit *ret_hit, GError **error);

/* Runs a count_only query. Returns: false with `error`. */
bool search_count(sqlite3 *db, const CompiledQuery *query, int64_t *ret_count, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Search, search_free)
