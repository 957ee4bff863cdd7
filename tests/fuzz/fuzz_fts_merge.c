/* SPDX-License-Identifier: MIT
 *
 * Pages of up to four segments of a full-text index: a byte that says which segment, two bytes
 * of length, the page. They are merged; what comes out is a segment, and merging it alone
 * changes nothing. */
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

static void check_merged(FtsPages *merged)
{
    g_auto(FtsPages) again = {0};
    fts_pages_init(&again);
    FtsPages *segments[] = {merged};
    if (merged->leaves->len > 0) {
        g_assert_cmpint(fts_pages_merge(segments, 1, PAGE_BYTES, SIZE_MAX, &again), ==,
                        FTS_READ_END);
        fts_pages_assert_same(&again, merged);
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
