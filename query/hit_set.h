/* hit_set.h - the messages that a query finds, in memory: to count them by what they have.
 *
 * Ids only, in ascending order, which is the order of time, each with whether it is verified.
 * What a message has is read by those who count.
 *
 * Memory: 9 bytes a hit, and the tables to find one. Errors: ARCHIVE_ERROR.
 * Limits: fewer than HIT_SET_NONE messages.
 */
#pragma once

#include "query/query_compiler.h"

#define HIT_SET_NONE G_MAXUINT32

typedef struct HitSet HitSet;

/* Runs a query whose rows are ids, without a limit; NULL is every message.
 * Returns: (transfer full) NULL with `error`. */
HitSet *hit_set_read(sqlite3 *db, const CompiledQuery *query, GError **error);
void hit_set_free(HitSet *hits);

guint hit_set_size(const HitSet *hits);
guint hit_set_verified(const HitSet *hits);

int64_t hit_set_id(const HitSet *hits, guint n);
bool hit_set_is_verified(const HitSet *hits, guint n);

/* Which hit a message is. Returns: HIT_SET_NONE when it is none. */
guint hit_set_find(const HitSet *hits, int64_t id);

/* The same for `n` messages; several together take less time, as the memory where they stand is
 * fetched at once. */
void hit_set_find_all(const HitSet *hits, const int64_t *ids, guint n, guint *ret_hits);

/* Whether looking at each hit is quicker than reading a table that has rows for all messages.
 */
bool hit_set_is_sparse(const HitSet *hits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HitSet, hit_set_free)
