/* SPDX-License-Identifier: MIT */
#include "indexer/thread_table.h"

#include "indexer/sip_hash.h"

/* Slots are a power of two, at most half of them taken. */
#define SLOTS_MIN 1024

#define SLOT_EMPTY UINT32_MAX

typedef struct {
    uint64_t hash;
    int64_t thread; /* of roots */
    uint32_t parent;
    int32_t state;
} Node;

struct ThreadTable {
    SipKey key;
    GArray *nodes; /* Node */
    uint32_t *slots;
    size_t n_slots;
};

static void make_slots(ThreadTable *table, size_t n_slots)
{
    g_free(table->slots);
    table->n_slots = n_slots;
    table->slots = g_new(uint32_t, n_slots);
    memset(table->slots, 0xFF, n_slots * sizeof *table->slots);
}

ThreadTable *thread_table_new(void)
{
    ThreadTable *table = g_new0(ThreadTable, 1);
    table->key = sip_key_random();
    table->nodes = g_array_new(false, false, sizeof(Node));
    make_slots(table, SLOTS_MIN);
    return table;
}

void thread_table_free(ThreadTable *table)
{
    if (table == NULL) {
        return;
    }
    g_array_unref(table->nodes);
    g_free(table->slots);
    g_free(table);
}

void thread_table_clear(ThreadTable *table)
{
    g_array_unref(table->nodes);
    table->nodes = g_array_new(false, false, sizeof(Node));
    make_slots(table, SLOTS_MIN);
}

uint32_t thread_table_size(const ThreadTable *table)
{
    return table->nodes->len;
}

static Node *node_at(const ThreadTable *table, uint32_t node)
{
    g_assert(node < table->nodes->len);
    return &g_array_index(table->nodes, Node, node);
}

/* The slot that holds the hash, or the empty one where it belongs. */
static uint32_t *find_slot(const ThreadTable *table, uint64_t hash)
{
    size_t at = hash & (table->n_slots - 1);
    while (table->slots[at] != SLOT_EMPTY && node_at(table, table->slots[at])->hash != hash) {
        at = (at + 1) & (table->n_slots - 1);
    }
    return &table->slots[at];
}

static bool has_id(const Node *node)
{
    return node->hash != 0;
}

static void grow(ThreadTable *table)
{
    make_slots(table, 2 * table->n_slots);
    for (uint32_t i = 0; i < table->nodes->len; i++) {
        if (has_id(node_at(table, i))) {
            *find_slot(table, node_at(table, i)->hash) = i;
        }
    }
}

static uint32_t append_node(ThreadTable *table, uint64_t hash, int32_t state)
{
    const uint32_t index = table->nodes->len;
    const Node node = {.hash = hash, .thread = THREAD_NONE, .parent = index, .state = state};
    g_array_append_val(table->nodes, node);
    return index;
}

uint32_t thread_table_find(ThreadTable *table, Slice id, int32_t state, bool *ret_is_new)
{
    /* 0 is the hash of nodes without an id. */
    const uint64_t hash = MAX(sip_hash(&table->key, id), 1);
    uint32_t *slot = find_slot(table, hash);
    *ret_is_new = *slot == SLOT_EMPTY;
    if (!*ret_is_new) {
        return *slot;
    }
    const uint32_t node = append_node(table, hash, state);
    *slot = node;
    if (table->nodes->len > table->n_slots / 2) {
        grow(table);
    }
    return node;
}

uint32_t thread_table_add(ThreadTable *table)
{
    return append_node(table, 0, THREAD_ID_PRESENT);
}

int32_t thread_table_state(const ThreadTable *table, uint32_t node)
{
    return node_at(table, node)->state;
}

void thread_table_set_state(ThreadTable *table, uint32_t node, int32_t state)
{
    node_at(table, node)->state = state;
}

/* Halves the way for those who come later. */
static uint32_t root_of(ThreadTable *table, uint32_t node)
{
    Node *at = node_at(table, node);
    while (at->parent != node) {
        at->parent = node_at(table, at->parent)->parent;
        node = at->parent;
        at = node_at(table, node);
    }
    return node;
}

/* The older node becomes the root: with halving, that is O(log n) a step. */
void thread_table_join(ThreadTable *table, uint32_t a, uint32_t b)
{
    const uint32_t root_a = root_of(table, a);
    const uint32_t root_b = root_of(table, b);
    if (root_a == root_b) {
        return;
    }
    const uint32_t root = MIN(root_a, root_b);
    Node *other = node_at(table, MAX(root_a, root_b));
    other->parent = root;
    node_at(table, root)->thread = MIN(node_at(table, root)->thread, other->thread);
}

void thread_table_lower(ThreadTable *table, uint32_t node, int64_t thread)
{
    Node *root = node_at(table, root_of(table, node));
    root->thread = MIN(root->thread, thread);
}

int64_t thread_table_thread(ThreadTable *table, uint32_t node)
{
    return node_at(table, root_of(table, node))->thread;
}
