/* SPDX-License-Identifier: MIT */
#include "indexer/fts_merge.h"

#include "indexer/fts_varint.h"

/* A doclist and its next entry. */
typedef struct {
    const uint8_t *rest; /* of the entry: its size and positions */
    const uint8_t *next; /* entry */
    const uint8_t *end;
    int64_t rowid;
} Cursor;

/* A source by the first bytes of its term. Sources are numbered from the oldest segment on. */
typedef struct {
    uint64_t key;
    uint32_t number;
} HeapItem;

/* A binary heap: of equal terms the oldest first. */
typedef struct {
    HeapItem *items;
    size_t n_items;
} Heap;

/* A cursor by its rowid, and of equal rowids by its rank: the newest segment has rank 0. */
typedef struct {
    uint64_t key;
    uint32_t rank;
} TreeItem;

/* A tournament of cursors: cursor i begins at node n + i, and goes up to node / 2 if it wins.
 * Each node from 1 to n - 1 has the item that lost there, and node 0 the lowest of all. Unlike
 * a heap it takes one comparison a level. */
typedef struct {
    TreeItem *nodes;
    size_t n_cursors;
} LoserTree;

/* Ranks of a cursor that has ended, which loses always, and of a node without an item. */
#define RANK_ENDED UINT32_MAX
#define RANK_NONE  (UINT32_MAX - 1)

struct FtsMerge {
    FtsReader **sources;
    size_t n_sources;
    bool has_begun; /* all sources have been asked for their first term */
    FtsSegmentWriter *writer;
    Cursor *cursors;
    Heap by_term;
    LoserTree by_rowid;
    uint32_t *equal; /* the sources with the lowest term, the oldest first */
    size_t n_equal;
    ByteBuffer doclist;
};

/* The first bytes of a term as a number that is ordered as they are. */
static uint64_t term_key(Slice term)
{
    uint64_t key = 0;
    memcpy(&key, term.ptr, MIN(term.len, sizeof(key)));
    return GUINT64_FROM_BE(key);
}

static int compare_terms(const FtsMerge *merge, uint32_t a, uint32_t b)
{
    return slice_compare(fts_reader_term(merge->sources[a]),
                         fts_reader_term(merge->sources[b]));
}

static bool term_is_before(const FtsMerge *merge, uint32_t a, uint32_t b)
{
    const int order = compare_terms(merge, a, b);
    return order < 0 || (order == 0 && a < b);
}

static inline bool is_before(const FtsMerge *merge, HeapItem a, HeapItem b)
{
    return a.key < b.key || (a.key == b.key && term_is_before(merge, a.number, b.number));
}

/* Puts an item in the place of the first. */
static void heap_replace(const FtsMerge *merge, Heap *heap, HeapItem item)
{
    size_t at = 0;
    for (size_t child = 1; child < heap->n_items; child = 2 * at + 1) {
        if (child + 1 < heap->n_items &&
            is_before(merge, heap->items[child + 1], heap->items[child])) {
            child++;
        }
        if (!is_before(merge, heap->items[child], item)) {
            break;
        }
        heap->items[at] = heap->items[child];
        at = child;
    }
    heap->items[at] = item;
}

static void heap_push(const FtsMerge *merge, Heap *heap, HeapItem item)
{
    size_t at = heap->n_items++;
    while (at > 0 && is_before(merge, item, heap->items[(at - 1) / 2])) {
        heap->items[at] = heap->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->items[at] = item;
}

static void heap_pop(const FtsMerge *merge, Heap *heap)
{
    const HeapItem last = heap->items[--heap->n_items];
    if (heap->n_items > 0) {
        heap_replace(merge, heap, last);
    }
}

/* Rowids are signed. */
static uint64_t rowid_key(int64_t rowid)
{
    return (uint64_t)rowid ^ UINT64_C(1) << 63;
}

/* The item at a node is exchanged with one that comes to it and loses. */
static inline TreeItem play(TreeItem *node, TreeItem item)
{
    const TreeItem other = *node;
    const bool loses =
        (other.key < item.key) | ((other.key == item.key) & (other.rank < item.rank));
    node->key = loses ? item.key : other.key;
    node->rank = loses ? item.rank : other.rank;
    item.key = loses ? other.key : item.key;
    item.rank = loses ? other.rank : item.rank;
    return item;
}

static size_t first_node(const LoserTree *tree, size_t cursor)
{
    return (tree->n_cursors + cursor) / 2;
}

/* The item of the lowest cursor, and of no other, has changed. */
static void tree_replay(LoserTree *tree, size_t cursor, TreeItem item)
{
    for (size_t node = first_node(tree, cursor); node > 0; node /= 2) {
        item = play(&tree->nodes[node], item);
    }
    tree->nodes[0] = item;
}

/* Of an empty tree for `n_cursors` all are added, in any order. */
static void tree_reset(LoserTree *tree, size_t n_cursors)
{
    tree->n_cursors = n_cursors;
    for (size_t i = 0; i < n_cursors; i++) {
        tree->nodes[i].rank = RANK_NONE;
    }
}

static void tree_add(LoserTree *tree, size_t cursor, TreeItem item)
{
    size_t node = first_node(tree, cursor);
    while (node > 0 && tree->nodes[node].rank != RANK_NONE) {
        item = play(&tree->nodes[node], item);
        node /= 2;
    }
    tree->nodes[node] = item;
}

/* The key of the lowest of the other cursors. */
static uint64_t tree_second(const LoserTree *tree, size_t lowest)
{
    uint64_t key = UINT64_MAX;
    for (size_t node = first_node(tree, lowest); node > 0; node /= 2) {
        key = MIN(key, tree->nodes[node].key);
    }
    return key;
}

/* Reads the source's next term, and queues it if there is one. */
static FtsRead next_term(FtsMerge *merge, uint32_t source)
{
    const FtsRead read = fts_reader_next(merge->sources[source]);
    if (read == FTS_READ_TERM) {
        const HeapItem item = {term_key(fts_reader_term(merge->sources[source])), source};
        heap_push(merge, &merge->by_term, item);
    }
    return read;
}

/* Takes all sources with the lowest term off the heap. */
static void take_equal(FtsMerge *merge)
{
    const HeapItem *first = merge->by_term.items;
    const uint64_t key = first->key;
    merge->n_equal = 0;
    do {
        merge->equal[merge->n_equal++] = first->number;
        heap_pop(merge, &merge->by_term);
    } while (merge->by_term.n_items > 0 && first->key == key &&
             compare_terms(merge, merge->equal[0], first->number) == 0);
}

/* Goes to the next entry of a doclist that the reader found to hold together. */
static bool next_entry(Cursor *cursor)
{
    if (cursor->next == cursor->end) {
        return false;
    }
    uint64_t difference = 0;
    uint64_t size = 0;
    const uint8_t *at = cursor->next;
    at += fts_varint_get(at, (size_t)(cursor->end - at), &difference);
    cursor->rest = at;
    at += fts_varint_get(at, (size_t)(cursor->end - at), &size);
    cursor->next = at + size / 2;
    cursor->rowid = (int64_t)((uint64_t)cursor->rowid + difference);
    return true;
}

/* Appends the cursor's entry, and those behind it that come before `limit`: of them nothing
 * changes. `last` is the rowid of the entry before. Returns: whether the cursor has more. */
static bool append_run(FtsMerge *merge, Cursor *cursor, uint64_t limit, int64_t *last)
{
    const uint8_t *from = cursor->rest;
    const uint8_t *to = NULL;
    fts_varint_append(&merge->doclist, (uint64_t)cursor->rowid - (uint64_t)*last);
    bool is_left = true;
    do {
        to = cursor->next;
        *last = cursor->rowid;
        is_left = next_entry(cursor);
    } while (is_left && rowid_key(cursor->rowid) < limit);
    byte_buffer_append(&merge->doclist, slice_of((const char *)from, (size_t)(to - from)));
    return is_left;
}

static TreeItem item_of(const FtsMerge *merge, size_t cursor, bool is_left)
{
    return is_left ? (TreeItem){rowid_key(merge->cursors[cursor].rowid),
                                (uint32_t)(merge->n_equal - 1 - cursor)}
                   : (TreeItem){UINT64_MAX, RANK_ENDED};
}

static void open_cursors(FtsMerge *merge)
{
    tree_reset(&merge->by_rowid, merge->n_equal);
    for (size_t i = 0; i < merge->n_equal; i++) {
        const Slice doclist = fts_reader_doclist(merge->sources[merge->equal[i]]);
        const uint8_t *bytes = (const uint8_t *)doclist.ptr;
        merge->cursors[i] = (Cursor){.next = bytes, .end = bytes + doclist.len};
        const bool is_left = next_entry(&merge->cursors[i]);
        tree_add(&merge->by_rowid, i, item_of(merge, i, is_left));
    }
    merge->doclist.length = 0;
}

/* Returns: the doclist of all sources that have the term. */
static Slice merge_doclists(FtsMerge *merge)
{
    if (merge->n_equal == 1) {
        return fts_reader_doclist(merge->sources[merge->equal[0]]);
    }
    open_cursors(merge);
    const TreeItem *lowest = &merge->by_rowid.nodes[0];
    int64_t last = 0;
    while (lowest->rank != RANK_ENDED) {
        const size_t number = merge->n_equal - 1 - lowest->rank;
        Cursor *cursor = &merge->cursors[number];
        const bool is_older = merge->doclist.length > 0 && cursor->rowid == last;
        const bool is_left =
            is_older ? next_entry(cursor)
                     : append_run(merge, cursor, tree_second(&merge->by_rowid, number), &last);
        tree_replay(&merge->by_rowid, number, item_of(merge, number, is_left));
    }
    return byte_buffer_slice(&merge->doclist);
}

/* Whether a source went on to its next term, or ended. */
static bool is_read(FtsRead read)
{
    return read == FTS_READ_TERM || read == FTS_READ_END;
}

/* Writes the lowest term, and goes on to the next in all sources that have it. */
static FtsRead write_term(FtsMerge *merge)
{
    take_equal(merge);
    fts_segment_add(merge->writer, fts_reader_term(merge->sources[merge->equal[0]]),
                    merge_doclists(merge));
    FtsRead read = FTS_READ_TERM;
    for (size_t i = 0; i < merge->n_equal && is_read(read); i++) {
        read = next_term(merge, merge->equal[i]);
    }
    return read;
}

static FtsRead read_first_terms(FtsMerge *merge)
{
    FtsRead read = FTS_READ_TERM;
    for (size_t i = 0; i < merge->n_sources && is_read(read); i++) {
        read = next_term(merge, (uint32_t)i);
    }
    merge->has_begun = true;
    return read;
}

FtsMerge *fts_merge_new(FtsReader *const *readers, size_t n_readers, FtsSegmentWriter *writer)
{
    FtsMerge *merge = g_new(FtsMerge, 1);
    *merge = (FtsMerge){
        .sources = g_new(FtsReader *, n_readers),
        .n_sources = n_readers,
        .writer = writer,
        .cursors = g_new(Cursor, n_readers),
        .by_term = {.items = g_new(HeapItem, n_readers)},
        .by_rowid = {.nodes = g_new(TreeItem, n_readers)},
        .equal = g_new(uint32_t, n_readers),
    };
    for (size_t i = 0; i < n_readers; i++) {
        merge->sources[i] = readers[i];
    }
    fts_segment_begin(writer);
    return merge;
}

void fts_merge_free(FtsMerge *merge)
{
    if (merge == NULL) {
        return;
    }
    g_free(merge->sources);
    g_free(merge->cursors);
    g_free(merge->by_term.items);
    g_free(merge->by_rowid.nodes);
    g_free(merge->equal);
    byte_buffer_clear(&merge->doclist);
    g_free(merge);
}

FtsRead fts_merge_step(FtsMerge *merge, size_t n_bytes)
{
    FtsRead read = merge->has_begun ? FTS_READ_TERM : read_first_terms(merge);
    while (is_read(read) && merge->by_term.n_items > 0 &&
           fts_segment_byte_count(merge->writer) < n_bytes) {
        read = write_term(merge);
    }
    if (!is_read(read)) {
        return read;
    }
    return merge->by_term.n_items > 0 ? FTS_READ_TERM : FTS_READ_END;
}
