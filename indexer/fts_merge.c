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

/* A source (by the first bytes of its term) or a cursor (by its rowid). Both are numbered from
 * the oldest segment on. */
typedef struct {
    uint64_t key;
    uint32_t number;
} HeapItem;

/* A binary heap. */
typedef struct {
    HeapItem *items;
    size_t n_items;
} Heap;

struct FtsMerge {
    FtsReader **sources;
    size_t n_sources;
    bool has_begun; /* all sources have been asked for their first term */
    FtsSegmentWriter *writer;
    Cursor *cursors;
    Heap by_term;    /* of equal terms the oldest first */
    Heap by_rowid;   /* of equal rowids the newest first */
    uint32_t *equal; /* the sources with the lowest term, the oldest first */
    size_t n_equal;
    ByteBuffer doclist;
};

/* Whether the item `a` comes before `b`, which has the same key. */
typedef bool (*BeforeFunc)(const FtsMerge *merge, uint32_t a, uint32_t b);

static inline bool is_before(const FtsMerge *merge, HeapItem a, HeapItem b, BeforeFunc before)
{
    return a.key < b.key || (a.key == b.key && before(merge, a.number, b.number));
}

/* Puts an item in the place of the first. */
static inline void heap_replace(const FtsMerge *merge, Heap *heap, HeapItem item,
                                BeforeFunc before)
{
    size_t at = 0;
    for (size_t child = 1; child < heap->n_items; child = 2 * at + 1) {
        if (child + 1 < heap->n_items &&
            is_before(merge, heap->items[child + 1], heap->items[child], before)) {
            child++;
        }
        if (!is_before(merge, heap->items[child], item, before)) {
            break;
        }
        heap->items[at] = heap->items[child];
        at = child;
    }
    heap->items[at] = item;
}

static inline void heap_push(const FtsMerge *merge, Heap *heap, HeapItem item,
                             BeforeFunc before)
{
    size_t at = heap->n_items++;
    while (at > 0 && is_before(merge, item, heap->items[(at - 1) / 2], before)) {
        heap->items[at] = heap->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->items[at] = item;
}

static inline void heap_pop(const FtsMerge *merge, Heap *heap, BeforeFunc before)
{
    const HeapItem last = heap->items[--heap->n_items];
    if (heap->n_items > 0) {
        heap_replace(merge, heap, last, before);
    }
}

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

/* Rowids are signed. */
static HeapItem cursor_item(const Cursor *cursor, uint32_t number)
{
    return (HeapItem){(uint64_t)cursor->rowid ^ UINT64_C(1) << 63, number};
}

static bool is_newer(const FtsMerge *merge G_GNUC_UNUSED, uint32_t a, uint32_t b)
{
    return a > b;
}

/* Reads the source's next term, and queues it if there is one. */
static FtsRead next_term(FtsMerge *merge, uint32_t source)
{
    const FtsRead read = fts_reader_next(merge->sources[source]);
    if (read == FTS_READ_TERM) {
        const HeapItem item = {term_key(fts_reader_term(merge->sources[source])), source};
        heap_push(merge, &merge->by_term, item, term_is_before);
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
        heap_pop(merge, &merge->by_term, term_is_before);
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

/* The key of the lowest rowid of the other cursors. */
static uint64_t limit_of(const Heap *heap)
{
    uint64_t limit = UINT64_MAX;
    for (size_t i = 1; i < MIN(heap->n_items, 3); i++) {
        limit = MIN(limit, heap->items[i].key);
    }
    return limit;
}

/* Appends the cursor's entry, and those behind it that come before all others: of them nothing
 * changes. `last` is the rowid of the entry before. Returns: whether the cursor has more. */
static bool append_run(FtsMerge *merge, Cursor *cursor, int64_t *last)
{
    const uint64_t limit = limit_of(&merge->by_rowid);
    const uint8_t *from = cursor->rest;
    const uint8_t *to = NULL;
    fts_varint_append(&merge->doclist, (uint64_t)cursor->rowid - (uint64_t)*last);
    bool is_left = true;
    do {
        to = cursor->next;
        *last = cursor->rowid;
        is_left = next_entry(cursor);
    } while (is_left && cursor_item(cursor, 0).key < limit);
    byte_buffer_append(&merge->doclist, slice_of((const char *)from, (size_t)(to - from)));
    return is_left;
}

static void open_cursors(FtsMerge *merge)
{
    merge->by_rowid.n_items = 0;
    for (uint32_t i = 0; i < merge->n_equal; i++) {
        const Slice doclist = fts_reader_doclist(merge->sources[merge->equal[i]]);
        const uint8_t *bytes = (const uint8_t *)doclist.ptr;
        Cursor *cursor = &merge->cursors[i];
        *cursor = (Cursor){.next = bytes, .end = bytes + doclist.len};
        if (next_entry(cursor)) {
            heap_push(merge, &merge->by_rowid, cursor_item(cursor, i), is_newer);
        }
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
    int64_t last = 0;
    while (merge->by_rowid.n_items > 0) {
        const uint32_t number = merge->by_rowid.items[0].number;
        Cursor *cursor = &merge->cursors[number];
        const bool is_older = merge->doclist.length > 0 && cursor->rowid == last;
        if (is_older ? next_entry(cursor) : append_run(merge, cursor, &last)) {
            heap_replace(merge, &merge->by_rowid, cursor_item(cursor, number), is_newer);
        } else {
            heap_pop(merge, &merge->by_rowid, is_newer);
        }
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
        .by_rowid = {.items = g_new(HeapItem, n_readers)},
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
    g_free(merge->by_rowid.items);
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
