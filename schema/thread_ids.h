/* thread_ids.h - which message ids put a message into a thread.
 *
 * Messages belong together by Message-ID, References and In-Reply-To, never by subject. Both
 * programs go by this list: the indexer for what belongs together, the query tool for the tree.
 *
 * Memory: slices borrow the fields. Errors: none.
 * Limits: THREAD_REFERENCES_MAX, THREAD_REPLIES_MAX.
 */
#pragma once

#include "schema/slice.h"

/* Of a longer References field the first id and the last ones count: the first names the
 * thread, the last the parent. */
#define THREAD_REFERENCES_MAX 64

/* Of In-Reply-To, which nearly always has one, the first ones. */
#define THREAD_REPLIES_MAX 8

#define THREAD_IDS_MAX (THREAD_REFERENCES_MAX + THREAD_REPLIES_MAX)

/* The ids that a message refers to, from the most distant to the nearest: the last one is its
 * parent. Those of In-Reply-To come first, the other way round, so that they name the parent
 * only when there are no References (JWZ). */
typedef struct {
    Slice ids[THREAD_IDS_MAX];
    size_t n_ids;
    size_t n_replies; /* so many of them, at the beginning, are of In-Reply-To */
} ThreadIds;

/* Whether an id can be that of one message: a local part before an "@", or eight bytes with a
 * digit. "", "@localhost", "none" and the like come from broken mailers and join nothing. */
bool thread_id_is_good(Slice id);

/* Reads the good ids of two fields that hold ids separated by one space. */
void thread_ids_collect(Slice references, Slice in_reply_to, ThreadIds *ret_ids);
