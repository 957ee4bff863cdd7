/* fts_merge_thread.h - merges segments of an FTS5 index in a thread of its own (fts_merge.h),
 * while its caller, who alone may use the archive's connection, reads and writes their rows.
 *
 * Memory: FTS_PAGES_AHEAD pages of each segment, and FTS_STEPS_AHEAD times FTS_STEP_BYTES of
 * rows, beside what fts_merge takes. Errors: FtsRead. Threads: the functions are called in that
 * of the caller.
 */
#pragma once

#include "indexer/fts_merge.h"

/* So many pages of a segment are there before they are needed. */
#define FTS_PAGES_AHEAD 8

/* Rows are written when their pages have so many bytes, */
#define FTS_STEP_BYTES ((size_t)256 << 10)

/* and so many times so many bytes may wait for it: caller and thread are not equally fast at
 * every moment. */
#define FTS_STEPS_AHEAD 16

/* What the caller does. Each returns: whether to go on. */
typedef struct {
    /* Reads leaf page `number` of the segment with the index `source`, in place of what is in
     * `page`. Of each segment the pages are read once and in order. */
    bool (*read_page)(void *data, size_t source, uint32_t number, ByteBuffer *page);

    /* Writes rows of the new segment. */
    bool (*write_rows)(void *data, const FtsRows *rows);
} FtsMergeFuncs;

/* Merges segments, the oldest first, of which the last pages are given. Returns: FTS_READ_END
 * when all is written; `ret_last_page` is as that of fts_segment_end. FTS_READ_FAILED when a
 * function failed; FTS_READ_DAMAGED when one of the segments is none. */
FtsRead fts_merge_thread_run(const uint32_t *last_pages, size_t n_segments,
                             const FtsMergeFuncs *funcs, void *data, uint32_t *ret_last_page);
