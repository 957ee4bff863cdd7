/* SPDX-License-Identifier: MIT */
#include "query/facet_counter.h"

#define NO_VALUE G_MAXUINT

struct FacetCounter {
    const HitSet *hits;
    GArray *counts;     /* FacetCount */
    GHashTable *values; /* value, as the counts have it: its number and 1 */
    guint *value_of;    /* of each hit: the value that was added last */
    guint latest;       /* the value that was asked for last */
};

static void count_clear(gpointer data)
{
    FacetCount *count = data;
    g_free(count->value);
}

static GArray *counts_new(void)
{
    GArray *counts = g_array_new(false, false, sizeof(FacetCount));
    g_array_set_clear_func(counts, count_clear);
    return counts;
}

FacetCounter *facet_counter_new(const HitSet *hits)
{
    FacetCounter *counter = g_new0(FacetCounter, 1);
    counter->hits = hits;
    counter->counts = counts_new();
    counter->values = g_hash_table_new(g_str_hash, g_str_equal);
    counter->value_of = g_new(guint, hit_set_size(hits));
    for (guint n = 0; n < hit_set_size(hits); n++) {
        counter->value_of[n] = NO_VALUE;
    }
    counter->latest = NO_VALUE;
    return counter;
}

void facet_counter_free(FacetCounter *counter)
{
    if (counter == NULL) {
        return;
    }
    g_hash_table_unref(counter->values);
    g_array_unref(counter->counts);
    g_free(counter->value_of);
    g_free(counter);
}

guint facet_counter_value(FacetCounter *counter, Slice value)
{
    if (counter->latest != NO_VALUE) {
        const FacetCount *latest = &g_array_index(counter->counts, FacetCount, counter->latest);
        if (slice_equal(slice_of_string(latest->value), value)) {
            return counter->latest;
        }
    }
    g_autofree char *key = slice_dup(value);
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(counter->values, key));
    if (known > 0) {
        counter->latest = known - 1;
        return counter->latest;
    }
    const FacetCount count = {.first = HIT_SET_NONE,
                              .last = HIT_SET_NONE,
                              .counted = HIT_SET_NONE,
                              .value = g_steal_pointer(&key)};
    g_array_append_val(counter->counts, count);
    counter->latest = counter->counts->len - 1;
    g_hash_table_insert(counter->values, count.value, GUINT_TO_POINTER(counter->counts->len));
    return counter->latest;
}

static void count_hit(const HitSet *hits, FacetCount *count, guint hit)
{
    count->messages++;
    count->verified += hit_set_is_verified(hits, hit);
    count->counted = hit;
    if (hit_set_id(hits, hit) >= QUERY_PART_UNDATED_ID_LIMIT) {
        count->first = MIN(count->first, hit);
        count->last = count->last == HIT_SET_NONE ? hit : MAX(count->last, hit);
    }
}

void facet_counter_add(FacetCounter *counter, guint value, guint hit)
{
    FacetCount *count = &g_array_index(counter->counts, FacetCount, value);
    if (count->counted == hit || counter->value_of[hit] == value) {
        return;
    }
    counter->value_of[hit] = value;
    count_hit(counter->hits, count, hit);
}

void facet_counter_add_all(FacetCounter *counter, const guint *values, const guint *hits,
                           guint n)
{
    for (guint i = 0; i < n; i++) {
        if (hits[i] != HIT_SET_NONE) {
            __builtin_prefetch(&counter->value_of[hits[i]], 1);
        }
    }
    for (guint i = 0; i < n; i++) {
        if (hits[i] != HIT_SET_NONE) {
            facet_counter_add(counter, values[i], hits[i]);
        }
    }
}

void facet_counter_without(const FacetCounter *counter, FacetCount *ret_none)
{
    *ret_none = (FacetCount){.first = HIT_SET_NONE, .last = HIT_SET_NONE};
    for (guint n = 0; n < hit_set_size(counter->hits); n++) {
        if (counter->value_of[n] == NO_VALUE) {
            count_hit(counter->hits, ret_none, n);
        }
    }
}

GArray *facet_counter_steal(FacetCounter *counter)
{
    GArray *counts = counter->counts;
    g_hash_table_remove_all(counter->values);
    counter->counts = counts_new();
    counter->latest = NO_VALUE;
    return counts;
}
