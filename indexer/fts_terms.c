/* SPDX-License-Identifier: MIT */
#include "indexer/fts_terms.h"

#include <stdlib.h>

#include "indexer/fts_varint.h"

/* In front of every term that is not one of a prefix index. */
#define MAIN_PREFIX '0'

#define SLOTS_FIRST ((size_t)1 << 16)

/* An arena's blocks. */
#define BLOCK_BYTES ((size_t)1 << 20)

/* Terms begin at lines of the processor's cache: they are read in no order. */
#define LINE_BYTES  ((size_t)64)
#define BLOCK_LINES (BLOCK_BYTES / LINE_BYTES)

/* A doclist of class c has room for 16 << c bytes: the first behind the term's text, the others
 * up to LARGE_BYTES in the arena. */
#define CLASS_BYTES(class) ((size_t)16 << (class))
#define LARGE_BYTES        ((size_t)1 << 16)
#define CLASSES            13

/* What one token adds at most: a mark, a column below 128, and a position of 32 bits. */
#define TOKEN_BYTES_MAX 7

/* Blocks that stay for the next batch. */
#define BLOCKS_KEPT 64

/* One line of the cache with the text and the first doclist of most. */
typedef struct {
    int64_t rowid; /* of the document whose position list is open */
    uint8_t *doclist;
    uint32_t length;
    uint32_t size_at; /* in the doclist, of the open position list's size */
    uint32_t position;
    uint16_t text_length; /* FTS5 cuts at 32,768 */
    uint8_t column;
    uint8_t class;
    char text[]; /* with MAIN_PREFIX; the first doclist is behind it */
} Term;

typedef struct {
    uint32_t hash;
    uint32_t line; /* of the term in its arena; 0 is free */
} Slot;

/* What sorting looks at first: eight bytes of the term behind the prefix. */
typedef struct {
    uint64_t head;
    const Term *term;
} SortKey;

typedef struct {
    GPtrArray *blocks;
    size_t block; /* the one in use */
    size_t used;  /* of it */
} Arena;

struct FtsTerms {
    int64_t rowid;
    Slot *slots;
    size_t n_slots; /* a power of two */
    GArray *lines;  /* uint32_t: where each term is */
    Arena terms;
    Arena doclists;
    void *free_lists[CLASSES];
    SortKey *sorted;
};

static void arena_init(Arena *arena, size_t used)
{
    arena->blocks = g_ptr_array_new_with_free_func(g_aligned_free);
    g_ptr_array_add(arena->blocks, g_aligned_alloc(1, BLOCK_BYTES, LINE_BYTES));
    arena->block = 0;
    arena->used = used;
}

static void arena_empty(Arena *arena, size_t used)
{
    g_ptr_array_set_size(arena->blocks, (gint)MIN(arena->blocks->len, BLOCKS_KEPT));
    arena->block = 0;
    arena->used = used;
}

/* `n_bytes`, at most BLOCK_BYTES. */
static void *arena_allocate(Arena *arena, size_t n_bytes)
{
    if (arena->used + n_bytes > BLOCK_BYTES) {
        arena->block++;
        arena->used = 0;
        if (arena->block == arena->blocks->len) {
            g_ptr_array_add(arena->blocks, g_aligned_alloc(1, BLOCK_BYTES, LINE_BYTES));
        }
    }
    uint8_t *block = g_ptr_array_index(arena->blocks, arena->block);
    arena->used += n_bytes;
    return block + arena->used - n_bytes;
}

static Term *term_at(const FtsTerms *terms, uint32_t line)
{
    uint8_t *block = g_ptr_array_index(terms->terms.blocks, line / BLOCK_LINES);
    return (Term *)(void *)(block + line % BLOCK_LINES * LINE_BYTES);
}

FtsTerms *fts_terms_new(void)
{
    FtsTerms *terms = g_new0(FtsTerms, 1);
    terms->n_slots = SLOTS_FIRST;
    terms->slots = g_new0(Slot, terms->n_slots);
    terms->lines = g_array_new(false, false, sizeof(uint32_t));
    /* Line 0 is a free slot's. */
    arena_init(&terms->terms, LINE_BYTES);
    arena_init(&terms->doclists, 0);
    return terms;
}

void fts_terms_free(FtsTerms *terms)
{
    if (terms == NULL) {
        return;
    }
    fts_terms_clear(terms);
    g_free(terms->slots);
    g_array_unref(terms->lines);
    g_ptr_array_unref(terms->terms.blocks);
    g_ptr_array_unref(terms->doclists.blocks);
    g_free(terms);
}

static Term *nth_term(const FtsTerms *terms, guint index)
{
    return term_at(terms, g_array_index(terms->lines, uint32_t, index));
}

void fts_terms_clear(FtsTerms *terms)
{
    for (guint i = 0; i < terms->lines->len; i++) {
        const Term *term = nth_term(terms, i);
        if (CLASS_BYTES(term->class) > LARGE_BYTES) {
            g_free(term->doclist);
        }
    }
    g_array_set_size(terms->lines, 0);
    arena_empty(&terms->terms, LINE_BYTES);
    arena_empty(&terms->doclists, 0);
    g_clear_pointer(&terms->sorted, g_free);
    memset(terms->slots, 0, terms->n_slots * sizeof(*terms->slots));
    memset(terms->free_lists, 0, sizeof(terms->free_lists));
}

void fts_terms_begin_document(FtsTerms *terms, int64_t rowid)
{
    terms->rowid = rowid;
}

static uint8_t *allocate_doclist(FtsTerms *terms, uint8_t class)
{
    if (CLASS_BYTES(class) > LARGE_BYTES) {
        return g_malloc(CLASS_BYTES(class));
    }
    void **block = terms->free_lists[class];
    if (block == NULL) {
        return arena_allocate(&terms->doclists, CLASS_BYTES(class));
    }
    terms->free_lists[class] = *block;
    return (uint8_t *)block;
}

static void free_doclist(FtsTerms *terms, uint8_t *doclist, uint8_t class)
{
    if (CLASS_BYTES(class) > LARGE_BYTES) {
        g_free(doclist);
        return;
    }
    if (class == 0) {
        return;
    }
    void **block = (void **)(void *)doclist;
    *block = terms->free_lists[class];
    terms->free_lists[class] = block;
}

static void grow_doclist(FtsTerms *terms, Term *term, size_t n_bytes)
{
    uint8_t class = term->class;
    while (term->length + n_bytes > CLASS_BYTES(class)) {
        class ++;
    }
    uint8_t *doclist = allocate_doclist(terms, class);
    memcpy(doclist, term->doclist, term->length);
    free_doclist(terms, term->doclist, term->class);
    term->doclist = doclist;
    term->class = class;
}

/* Makes room for `n_bytes` more. */
static inline void reserve(FtsTerms *terms, Term *term, size_t n_bytes)
{
    if (term->length + n_bytes > CLASS_BYTES(term->class)) {
        grow_doclist(terms, term, n_bytes);
    }
}

/* Writes the size of the open position list, for which one byte is reserved. */
static void end_positions(FtsTerms *terms, Term *term)
{
    const size_t start = term->size_at + 1;
    const size_t n_positions = term->length - start;
    uint8_t size[FTS_VARINT_BYTES_MAX];
    const size_t n_size = fts_varint_put(size, (uint64_t)n_positions * 2);
    if (n_size > 1) {
        reserve(terms, term, n_size);
        memmove(term->doclist + term->size_at + n_size, term->doclist + start, n_positions);
        term->length += n_size - 1;
    }
    memcpy(term->doclist + term->size_at, size, n_size);
}

static void begin_positions(FtsTerms *terms, Term *term)
{
    uint64_t rowid = (uint64_t)terms->rowid;
    if (term->length > 0) {
        end_positions(terms, term);
        rowid -= (uint64_t)term->rowid;
    }
    reserve(terms, term, FTS_VARINT_BYTES_MAX + 1);
    term->length += fts_varint_put(term->doclist + term->length, rowid);
    term->size_at = term->length++;
    term->rowid = terms->rowid;
    term->column = 0;
    term->position = 0;
}

static inline uint64_t word_at(const char *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* All bytes of a text of at most eight, in a number; with the length it is the text. Of a
 * longer one, the last eight. */
static inline uint64_t last_word(const char *text, size_t length)
{
    if (length > sizeof(uint64_t)) {
        return word_at(text + length - sizeof(uint64_t));
    }
    if (length >= sizeof(uint32_t)) {
        uint32_t first = 0;
        uint32_t last = 0;
        memcpy(&first, text, sizeof(first));
        memcpy(&last, text + length - sizeof(last), sizeof(last));
        return first | (uint64_t)last << 32;
    }
    if (length == 0) {
        return 0;
    }
    return (uint8_t)text[0] | (uint32_t)(uint8_t)text[length / 2] << 8 |
           (uint32_t)(uint8_t)text[length - 1] << 16;
}

static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

static inline uint32_t hash_of(Slice token, uint64_t last)
{
    uint64_t hash = token.len;
    for (size_t at = 0; at + sizeof(uint64_t) < token.len; at += sizeof(uint64_t)) {
        hash = mix(hash, word_at(token.ptr + at));
    }
    return (uint32_t)mix(hash, last);
}

static inline bool equals(const Term *term, Slice token, uint64_t last)
{
    return term->text_length == token.len + 1 && last_word(term->text + 1, token.len) == last &&
           (token.len <= sizeof(uint64_t) ||
            memcmp(term->text + 1, token.ptr, token.len - sizeof(uint64_t)) == 0);
}

static void grow_slots(FtsTerms *terms)
{
    Slot *old = terms->slots;
    const size_t n_old = terms->n_slots;
    terms->n_slots *= 2;
    terms->slots = g_new0(Slot, terms->n_slots);
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].line != 0) {
            size_t at = old[i].hash & (terms->n_slots - 1);
            while (terms->slots[at].line != 0) {
                at = (at + 1) & (terms->n_slots - 1);
            }
            terms->slots[at] = old[i];
        }
    }
    g_free(old);
}

static Term *add_term(FtsTerms *terms, Slot *slot, uint32_t hash, Slice token)
{
    const size_t n_bytes = sizeof(Term) + 1 + token.len + CLASS_BYTES(0);
    const size_t n_lines = (n_bytes + LINE_BYTES - 1) / LINE_BYTES;
    Term *term = arena_allocate(&terms->terms, n_lines * LINE_BYTES);
    *term = (Term){.text_length = (uint16_t)(token.len + 1)};
    term->text[0] = MAIN_PREFIX;
    memcpy(term->text + 1, token.ptr, token.len);
    term->doclist = (uint8_t *)term->text + 1 + token.len;
    const size_t line =
        terms->terms.block * BLOCK_LINES + terms->terms.used / LINE_BYTES - n_lines;
    *slot = (Slot){hash, (uint32_t)line};
    g_array_append_val(terms->lines, slot->line);
    if (terms->lines->len > terms->n_slots / 2) {
        grow_slots(terms);
    }
    return term;
}

static Term *find_or_add(FtsTerms *terms, Slice token)
{
    const uint64_t last = last_word(token.ptr, token.len);
    const uint32_t hash = hash_of(token, last);
    size_t at = hash & (terms->n_slots - 1);
    for (; terms->slots[at].line != 0; at = (at + 1) & (terms->n_slots - 1)) {
        if (terms->slots[at].hash == hash) {
            Term *term = term_at(terms, terms->slots[at].line);
            if (equals(term, token, last)) {
                return term;
            }
        }
    }
    return add_term(terms, &terms->slots[at], hash, token);
}

void fts_terms_add(FtsTerms *terms, uint32_t column, uint32_t position, Slice token)
{
    Term *term = find_or_add(terms, token);
    if (term->rowid != terms->rowid || term->length == 0) {
        begin_positions(terms, term);
    }
    reserve(terms, term, TOKEN_BYTES_MAX);
    if (term->column != column) {
        term->doclist[term->length++] = 1;
        term->length += fts_varint_put(term->doclist + term->length, column);
        term->column = (uint8_t)column;
        term->position = 0;
    }
    term->length += fts_varint_put(term->doclist + term->length, position - term->position + 2);
    term->position = position;
}

static int compare_keys(const void *a, const void *b)
{
    const SortKey *first = a;
    const SortKey *second = b;
    if (first->head != second->head) {
        return first->head < second->head ? -1 : 1;
    }
    const size_t n_first = first->term->text_length;
    const size_t n_second = second->term->text_length;
    const int order = memcmp(first->term->text, second->term->text, MIN(n_first, n_second));
    return order != 0 ? order : (n_first > n_second) - (n_first < n_second);
}

static uint64_t head_of(const Term *term)
{
    uint64_t head = 0;
    memcpy(&head, term->text + 1, MIN(sizeof(head), term->text_length - (size_t)1));
    return GUINT64_FROM_BE(head);
}

void fts_terms_finish(FtsTerms *terms)
{
    const guint n_terms = terms->lines->len;
    terms->sorted = g_new(SortKey, MAX(n_terms, 1));
    for (guint i = 0; i < n_terms; i++) {
        Term *term = nth_term(terms, i);
        end_positions(terms, term);
        terms->sorted[i] = (SortKey){head_of(term), term};
    }
    qsort(terms->sorted, n_terms, sizeof(*terms->sorted), compare_keys);
}

size_t fts_terms_count(const FtsTerms *terms)
{
    return terms->lines->len;
}

void fts_terms_get(const FtsTerms *terms, size_t index, Slice *ret_term, Slice *ret_doclist)
{
    g_assert(terms->sorted != NULL && index < terms->lines->len);
    const Term *term = terms->sorted[index].term;
    *ret_term = slice_of(term->text, term->text_length);
    *ret_doclist = slice_of((const char *)term->doclist, term->length);
}
