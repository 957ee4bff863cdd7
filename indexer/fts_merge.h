/* fts_merge.h - merges segments of an FTS5 index into one, in steps.
 *
 * What comes out is what fts_segment_write would have made of all documents at once. Where
 * segments have the same document under the same term, the newest counts (FTS5 deletes a
 * document by an entry in a newer segment that says so; such entries are kept).
 *
 * Memory: the doclists of one term, twice. Errors: FtsRead. Threads: one at a time.
 */
#pragma once

#include "indexer/fts_reader.h"
#include "indexer/fts_segment.h"

typedef struct FtsMerge FtsMerge;

/* Begins to merge the segments of `readers`, the oldest first, into a new segment of `writer`.
 * They are borrowed, but for the array, and must outlive the merge. Returns: (transfer full).
 */
FtsMerge *fts_merge_new(FtsReader *const *readers, size_t n_readers, FtsSegmentWriter *writer);

/* Accepts NULL. */
void fts_merge_free(FtsMerge *merge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsMerge, fts_merge_free)

/* Goes on until the writer has `n_bytes` of complete pages, which the caller then takes
 * (fts_segment_take). Returns: FTS_READ_TERM when there is more to do;
 * FTS_READ_END when all terms are written, and fts_segment_end is to be called. */
FtsRead fts_merge_step(FtsMerge *merge, size_t n_bytes);
