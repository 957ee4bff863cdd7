/* SPDX-License-Identifier: MIT */
#include "indexer/fts_terms.h"

#include <stdlib.h>

#include "indexer/fts_varint.h"

/* In front of every term that is not one of a prefix index. */
#define MAIN_PREFIX '0'

#define SLOTS_FIRST ((size_t)1 << 16)

/* The arena's blocks; what is larger is allocated by itself. */
#define BLOCK_BYTES ((size_t)1 << 20)

/* A doclist of class c has room for 16 << c bytes, up to LARGE_BYTES in the arena. */
#define CLASS_BYTES(class) ((size_t)16 << (class))
#define LARGE_BYTES        ((size_t)1 << 16)
#define CLASSES            13

/* What one token adds at most: a mark, a column below 128, and a position of 32 bits. */
#define TOKEN_BYTES_MAX 7

/* Blocks that stay for the next batch. */
#define BLOCKS_KEPT 64

typedef struct {
    int64_t rowid; /* of the document whose position list is open */
    uint8_t *doclist;
    size_t length;
    size_t size_at; /* in the doclist, of the open position list's size */
    uint32_t position;
    uint16_t text_length; /* FTS5 cuts at 32,768 */
    uint8_t column;
    uint8_t class;
    char text[]; /* with MAIN_PREFIX */
} Term;

typedef struct {
    uint32_t hash;
    uint32_t number; /* of the term, from 1; 0 is free */
} Slot;

/* What sorting looks at first: eight bytes of the term behind the prefix. */
typedef struct {
    uint64_t head;
    const Term *term;
} SortKey;

struct FtsTerms {
    int64_t rowid;
    Slot *slots;
    size_t n_slots; /* a power of two */
    GPtrArray *terms;
    GPtrArray *blocks;
    size_t block; /* the one in use */
    size_t block_used;
    GPtrArray *large; /* what is beyond a block */
    void *free_lists[CLASSES];
    SortKey *sorted;
};

FtsTerms *fts_terms_new(void)
{
    FtsTerms *terms = g_new0(FtsTerms, 1);
    terms->n_slots = SLOTS_FIRST;
    terms->slots = g_new0(Slot, terms->n_slots);
    terms->terms = g_ptr_array_new();
    terms->blocks = g_ptr_array_new_with_free_func(g_free);
    terms->large = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(terms->blocks, g_malloc(BLOCK_BYTES));
    return terms;
}

void fts_terms_free(FtsTerms *terms)
{
    if (terms == NULL) {
        return;
    }
    fts_terms_clear(terms);
    g_free(terms->slots);
    g_ptr_array_unref(terms->terms);
    g_ptr_array_unref(terms->blocks);
    g_ptr_array_unref(terms->large);
    g_free(terms);
}

void fts_terms_clear(FtsTerms *terms)
{
    for (guint i = 0; i < terms->terms->len; i++) {
        const Term *term = g_ptr_array_index(terms->terms, i);
        if (CLASS_BYTES(term->class) > LARGE_BYTES) {
            g_free(term->doclist);
        }
    }
    g_ptr_array_set_size(terms->terms, 0);
    g_ptr_array_set_size(terms->large, 0);
    g_ptr_array_set_size(terms->blocks, (gint)MIN(terms->blocks->len, BLOCKS_KEPT));
    g_clear_pointer(&terms->sorted, g_free);
    memset(terms->slots, 0, terms->n_slots * sizeof(*terms->slots));
    memset(terms->free_lists, 0, sizeof(terms->free_lists));
    terms->block = 0;
    terms->block_used = 0;
}

void fts_terms_begin_document(FtsTerms *terms, int64_t rowid)
{
    terms->rowid = rowid;
}

static void *allocate(FtsTerms *terms, size_t n_bytes)
{
    n_bytes = (n_bytes + 15) & ~(size_t)15;
    if (n_bytes > LARGE_BYTES) {
        void *large = g_malloc(n_bytes);
        g_ptr_array_add(terms->large, large);
        return large;
    }
    if (terms->block_used + n_bytes > BLOCK_BYTES) {
        terms->block++;
        terms->block_used = 0;
        if (terms->block == terms->blocks->len) {
            g_ptr_array_add(terms->blocks, g_malloc(BLOCK_BYTES));
        }
    }
    uint8_t *block = g_ptr_array_index(terms->blocks, terms->block);
    terms->block_used += n_bytes;
    return block + terms->block_used - n_bytes;
}

static uint8_t *allocate_doclist(FtsTerms *terms, uint8_t class)
{
    if (CLASS_BYTES(class) > LARGE_BYTES) {
        return g_malloc(CLASS_BYTES(class));
    }
    void **block = terms->free_lists[class];
    if (block == NULL) {
        return allocate(terms, CLASS_BYTES(class));
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
    void **block = (void **)(void *)doclist;
    *block = terms->free_lists[class];
    terms->free_lists[class] = block;
}

/* Makes room for `n_bytes` more. */
static void reserve(FtsTerms *terms, Term *term, size_t n_bytes)
{
    if (term->length + n_bytes <= CLASS_BYTES(term->class)) {
        return;
    }
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

static uint32_t hash_of(Slice token)
{
    uint64_t hash = token.len;
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= token.len; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, token.ptr + at, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    uint64_t rest = 0;
    for (; at < token.len; at++) {
        rest = rest << 8 | (uint8_t)token.ptr[at];
    }
    hash = (hash ^ rest) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

static void grow_slots(FtsTerms *terms)
{
    Slot *old = terms->slots;
    const size_t n_old = terms->n_slots;
    terms->n_slots *= 2;
    terms->slots = g_new0(Slot, terms->n_slots);
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].number != 0) {
            size_t at = old[i].hash & (terms->n_slots - 1);
            while (terms->slots[at].number != 0) {
                at = (at + 1) & (terms->n_slots - 1);
            }
            terms->slots[at] = old[i];
        }
    }
    g_free(old);
}

static Term *add_term(FtsTerms *terms, Slot *slot, uint32_t hash, Slice token)
{
    Term *term = allocate(terms, sizeof(Term) + 1 + token.len);
    *term = (Term){.text_length = (uint16_t)(token.len + 1)};
    term->doclist = allocate_doclist(terms, 0);
    term->text[0] = MAIN_PREFIX;
    memcpy(term->text + 1, token.ptr, token.len);
    g_ptr_array_add(terms->terms, term);
    *slot = (Slot){hash, terms->terms->len};
    if (terms->terms->len > terms->n_slots / 2) {
        grow_slots(terms);
    }
    return term;
}

static Term *find_or_add(FtsTerms *terms, Slice token)
{
    const uint32_t hash = hash_of(token);
    size_t at = hash & (terms->n_slots - 1);
    for (; terms->slots[at].number != 0; at = (at + 1) & (terms->n_slots - 1)) {
        if (terms->slots[at].hash == hash) {
            Term *term = g_ptr_array_index(terms->terms, terms->slots[at].number - 1);
            if (term->text_length == token.len + 1 &&
                memcmp(term->text + 1, token.ptr, token.len) == 0) {
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
    const guint n_terms = terms->terms->len;
    terms->sorted = g_new(SortKey, MAX(n_terms, 1));
    for (guint i = 0; i < n_terms; i++) {
        Term *term = g_ptr_array_index(terms->terms, i);
        end_positions(terms, term);
        terms->sorted[i] = (SortKey){head_of(term), term};
    }
    qsort(terms->sorted, n_terms, sizeof(*terms->sorted), compare_keys);
}

size_t fts_terms_count(const FtsTerms *terms)
{
    return terms->terms->len;
}

void fts_terms_get(const FtsTerms *terms, size_t index, Slice *ret_term, Slice *ret_doclist)
{
    g_assert(terms->sorted != NULL && index < terms->terms->len);
    const Term *term = terms->sorted[index].term;
    *ret_term = slice_of(term->text, term->text_length);
    *ret_doclist = slice_of((const char *)term->doclist, term->length);
}
