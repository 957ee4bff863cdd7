/* fts_pages.h - segments in memory, for tests: what fts_segment.h writes, as fts_reader.h reads
 * it.
 */
#pragma once

#include "indexer/fts_merge.h"

typedef struct {
    GPtrArray *leaves; /* GBytes, page 1 first; NULL for a page that is missing */
    GPtrArray *rows;   /* GBytes: all of %_data and %_idx, with their places, in order */
} FtsPages;

void fts_pages_init(FtsPages *pages);

/* Accepts a zeroed FtsPages. */
void fts_pages_clear(FtsPages *pages);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FtsPages, fts_pages_clear)

/* Adds rows of a segment. */
void fts_pages_add(FtsPages *pages, const FtsRows *rows);

/* After the last rows of a segment that has ended with `last_page`. */
void fts_pages_end(FtsPages *pages, uint32_t last_page);

/* Initialises `pages` as the segment of documents (fts_documents.h). */
void fts_pages_write(FtsPages *pages, const GArray *documents, size_t page_bytes);

void fts_pages_assert_same(const FtsPages *pages, const FtsPages *expected);

/* Returns: (transfer full) a reader, which `pages` must outlive. */
FtsReader *fts_pages_reader(FtsPages *pages);

/* Merges segments in steps of `n_bytes`; `merged` is initialised. Returns: FTS_READ_END when
 * all is in `merged`. */
FtsRead fts_pages_merge(FtsPages *const *segments, size_t n_segments, size_t page_bytes,
                        size_t n_bytes, FtsPages *merged);
