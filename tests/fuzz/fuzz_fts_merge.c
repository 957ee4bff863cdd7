/* SPDX-License-Identifier: MIT
 *
 * Pages of up to four segments of a full-text index: a byte that says which segment, two bytes
 * of length, the page. They are merged; what comes out is a segment, and merging it alone
 * changes no entry. (Its bytes may change: FTS5 writes no number longer than it must be, but
 * whoever made the segments may have.) */
#include "indexer/fts_varint.h"
#include "tests/fts_pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEGMENTS_MAX     4
#define PAGE_BYTES       64
#define PAGE_HEAD_LENGTH 3

/* A position list that never ends makes a page longer than its offsets can say. */
#define INPUT_BYTES_MAX 60000

static void take_page(FtsPages *segments, Slice *rest)
{
    const uint8_t *head = (const uint8_t *)rest->ptr;
    const size_t length = MIN((size_t)head[1] << 8 | head[2], rest->len - PAGE_HEAD_LENGTH);
    g_ptr_array_add(segments[head[0] % SEGMENTS_MAX].leaves,
                    g_bytes_new(head + PAGE_HEAD_LENGTH, length));
    *rest = slice_from(*rest, PAGE_HEAD_LENGTH + length);
}

/* Takes an entry off a doclist: its positions. */
static Slice take_entry(Slice *doclist, uint64_t *ret_difference)
{
    uint64_t size = 0;
    size_t length = fts_varint_get((const uint8_t *)doclist->ptr, doclist->len, ret_difference);
    g_assert_cmpuint(length, >, 0);
    *doclist = slice_from(*doclist, length);
    length = fts_varint_get((const uint8_t *)doclist->ptr, doclist->len, &size);
    g_assert_cmpuint(length, >, 0);
    *doclist = slice_from(*doclist, length);
    const Slice positions = slice_of(doclist->ptr, (size_t)(size / 2));
    *doclist = slice_from(*doclist, positions.len);
    return positions;
}

static void assert_same_entries(Slice first, Slice second)
{
    while (first.len > 0) {
        uint64_t differences[2] = {0};
        const Slice positions = take_entry(&first, &differences[0]);
        g_assert_true(slice_equal(positions, take_entry(&second, &differences[1])));
        g_assert_cmpuint(differences[0], ==, differences[1]);
    }
    g_assert_cmpuint(second.len, ==, 0);
}

static void assert_same_terms(FtsPages *first, FtsPages *second)
{
    g_autoptr(FtsReader) a = fts_pages_reader(first);
    g_autoptr(FtsReader) b = fts_pages_reader(second);
    while (fts_reader_next(a) == FTS_READ_TERM) {
        g_assert_cmpint(fts_reader_next(b), ==, FTS_READ_TERM);
        g_assert_true(slice_equal(fts_reader_term(a), fts_reader_term(b)));
        assert_same_entries(fts_reader_doclist(a), fts_reader_doclist(b));
    }
    g_assert_cmpint(fts_reader_next(b), ==, FTS_READ_END);
}

static void check_merged(FtsPages *merged)
{
    g_auto(FtsPages) again = {0};
    fts_pages_init(&again);
    FtsPages *segments[] = {merged};
    if (merged->leaves->len > 0) {
        g_assert_cmpint(fts_pages_merge(segments, 1, PAGE_BYTES, SIZE_MAX, &again), ==,
                        FTS_READ_END);
        assert_same_terms(merged, &again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_BYTES_MAX) {
        return 0;
    }
    FtsPages pages[SEGMENTS_MAX];
    FtsPages *segments[SEGMENTS_MAX];
    size_t n_segments = 0;
    for (size_t i = 0; i < SEGMENTS_MAX; i++) {
        fts_pages_init(&pages[i]);
    }
    for (Slice rest = slice_of((const char *)data, size); rest.len >= PAGE_HEAD_LENGTH;) {
        take_page(pages, &rest);
    }
    for (size_t i = 0; i < SEGMENTS_MAX; i++) {
        if (pages[i].leaves->len > 0) {
            segments[n_segments++] = &pages[i];
        }
    }
    g_auto(FtsPages) merged = {0};
    fts_pages_init(&merged);
    if (fts_pages_merge(segments, n_segments, PAGE_BYTES, PAGE_BYTES, &merged) ==
        FTS_READ_END) {
        check_merged(&merged);
    }
    for (size_t i = 0; i < SEGMENTS_MAX; i++) {
        fts_pages_clear(&pages[i]);
    }
    return 0;
}
