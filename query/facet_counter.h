/* facet_counter.h - counts the hits of each value: messages, verified ones, first and last.
 *
 * A message counts once for a value, however often it has it. For that, additions come either
 * value after value or message after message; both are what SQL gives anyway.
 *
 * Memory: a counter owns copies of its values; 4 bytes a hit besides. Errors: none.
 */
#pragma once

#include "query/hit_set.h"
#include "schema/slice.h"

typedef struct FacetCounter FacetCounter;

typedef struct {
    char *value; /* from mail: anything */
    guint messages;
    guint verified;
    guint first;   /* the hit with the lowest id that is a date; HIT_SET_NONE without */
    guint last;    /* the hit with the highest; the same */
    guint counted; /* the hit that was added last */
} FacetCount;

/* `hits` must outlive the counter. */
FacetCounter *facet_counter_new(const HitSet *hits);
void facet_counter_free(FacetCounter *counter);

/* The number of a value, for facet_counter_add. */
guint facet_counter_value(FacetCounter *counter, Slice value);

/* One hit has the value. */
void facet_counter_add(FacetCounter *counter, guint value, guint hit);

/* Hit after hit, each with a value; HIT_SET_NONE is passed over. */
void facet_counter_add_all(FacetCounter *counter, const guint *values, const guint *hits,
                           guint n);

/* The hits that have no value at all, in `ret_none`, whose value stays NULL. */
void facet_counter_without(const FacetCounter *counter, FacetCount *ret_none);

/* Returns: (transfer full) FacetCount, in the order in which values came; the counter is empty
 * afterwards. */
GArray *facet_counter_steal(FacetCounter *counter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FacetCounter, facet_counter_free)
