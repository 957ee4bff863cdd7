/* SPDX-License-Identifier: MIT */
#include "schema/dkim_header_index.h"

#define NO_FIELD UINT32_MAX

/* Half of the slots stay empty, so that a search ends soon. */
#define SLOTS_MIN 64

/* One name. */
typedef struct {
    Slice name; /* of the lowest field; empty in a free slot */
    uint64_t hash;
    uint32_t lowest; /* field */
    uint32_t present;
    uint32_t next; /* field to be taken next; valid only in the current round */
    uint32_t taken;
    uint64_t round;
} Slot;

struct DkimHeaderIndex {
    const RawField *fields;
    const RawField *self;
    Slot *slots;
    size_t n_slots; /* a power of two */
    size_t slots_capacity;
    uint32_t *above; /* for each field, the next higher one of the same name */
    size_t above_capacity;
    uint64_t round;  /* one a signature */
    uint64_t secret; /* odd; nobody can choose names that share a slot */
};

DkimHeaderIndex *dkim_header_index_new(void)
{
    DkimHeaderIndex *index = g_new0(DkimHeaderIndex, 1);
    index->secret = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
    return index;
}

void dkim_header_index_free(DkimHeaderIndex *index)
{
    if (index == NULL) {
        return;
    }
    g_free(index->slots);
    g_free(index->above);
    g_free(index);
}

/* Eight bytes at a time. Lower case for letters; other bytes may meet, and are told apart by
 * comparison. */
static uint64_t hash_name(const DkimHeaderIndex *index, Slice name)
{
    uint64_t hash = name.len;
    for (size_t i = 0; i < name.len; i += sizeof(uint64_t)) {
        uint64_t bytes = 0;
        if (name.len >= sizeof bytes) {
            /* The last eight may begin before `i`. */
            memcpy(&bytes, name.ptr + MIN(i, name.len - sizeof bytes), sizeof bytes);
        } else {
            memcpy(&bytes, name.ptr, name.len);
        }
        hash = (hash ^ (bytes | UINT64_C(0x2020202020202020))) * index->secret;
        hash ^= hash >> 32;
    }
    return hash;
}

/* The slot of that name, or the free slot where it belongs. */
static Slot *find_slot(const DkimHeaderIndex *index, Slice name, uint64_t hash)
{
    size_t at = (size_t)hash & (index->n_slots - 1);
    while (
        index->slots[at].name.len > 0 &&
        (index->slots[at].hash != hash || !slice_equal_nocase(index->slots[at].name, name))) {
        at = (at + 1) & (index->n_slots - 1);
    }
    return &index->slots[at];
}

static void reserve(DkimHeaderIndex *index, size_t n_fields)
{
    index->n_slots = SLOTS_MIN;
    while (index->n_slots < 2 * n_fields) {
        index->n_slots *= 2;
    }
    if (index->n_slots > index->slots_capacity) {
        g_free(index->slots);
        index->slots = g_new(Slot, index->n_slots);
        index->slots_capacity = index->n_slots;
    }
    if (n_fields > index->above_capacity) {
        g_free(index->above);
        index->above = g_new(uint32_t, n_fields);
        index->above_capacity = n_fields;
    }
    memset(index->slots, 0, index->n_slots * sizeof(Slot));
}

void dkim_header_index_build(DkimHeaderIndex *index, const RawMessage *message)
{
    reserve(index, message->n_fields);
    index->fields = message->fields;
    index->self = NULL;
    for (size_t i = 0; i < message->n_fields; i++) {
        const Slice name = message->fields[i].name;
        const uint64_t hash = hash_name(index, name);
        Slot *slot = find_slot(index, name, hash);
        index->above[i] = slot->present == 0 ? NO_FIELD : slot->lowest;
        slot->name = name;
        slot->hash = hash;
        slot->lowest = (uint32_t)i;
        slot->present++;
    }
}

void dkim_header_index_begin(DkimHeaderIndex *index, const RawField *self)
{
    index->round++;
    index->self = self;
}

const RawField *dkim_header_index_take(DkimHeaderIndex *index, Slice name)
{
    Slot *slot = find_slot(index, name, hash_name(index, name));
    if (slot->present == 0) {
        return NULL;
    }
    if (slot->round != index->round) {
        slot->round = index->round;
        slot->next = slot->lowest;
        slot->taken = 0;
    }
    if (slot->next != NO_FIELD && &index->fields[slot->next] == index->self) {
        slot->next = index->above[slot->next];
    }
    if (slot->next == NO_FIELD) {
        return NULL;
    }
    const RawField *field = &index->fields[slot->next];
    slot->next = index->above[slot->next];
    slot->taken++;
    return field;
}

void dkim_header_index_count(const DkimHeaderIndex *index, Slice name, size_t *ret_present,
                             size_t *ret_taken)
{
    const Slot *slot = find_slot(index, name, hash_name(index, name));
    *ret_present = slot->present;
    *ret_taken = slot->round == index->round ? slot->taken : 0;
}
