/* pair_list.h - who wrote to whom: the messages of each sender to each recipient.
 *
 * Recipients are those of To, Cc and Bcc. A message counts once for a pair. Mailboxes are told
 * apart by their addresses; one without an address goes by its name.
 *
 * Memory: see each function. Errors: ARCHIVE_ERROR.
 * Limits: the recipients of a message that count are the caller's; PAIRS_MAX pairs.
 */
#pragma once

#include "query/facet_counter.h"

/* A mail to everybody would otherwise be most of the pairs. */
#define PAIR_RECIPIENTS_DEFAULT 1000

#define PAIRS_MAX 8000000

typedef struct {
    guint sender;    /* index of `addresses` */
    guint recipient; /* the same */
    guint messages;
    guint verified;
    guint first; /* the hit with the lowest id that is a date; HIT_SET_NONE without */
    guint last;
    guint counted; /* the hit that was added last */
} Pair;

typedef struct {
    GPtrArray *addresses; /* char * */
    GArray *pairs;        /* Pair, most messages first */
    guint n_cut;          /* messages with more recipients than count */
    guint n_without;      /* messages that lack a sender or a recipient */
} PairList;

/* Counts the hits. Returns: false with `error`. */
bool pair_list_read(sqlite3 *db, const HitSet *hits, guint max_recipients, PairList *ret_list,
                    GError **error);

void pair_list_clear(PairList *list);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PairList, pair_list_clear)
