/* fts_structure.h - the two records by which FTS5 knows its segments, read and written.
 *
 * Format (SQLite 3.40, ext/fts5/fts5_index.c; unchanged since FTS5's first release):
 *   %_data row 10, the structure: 4 bytes cookie; varints: number of levels, number of
 * segments, write counter; for each level: segments being merged, segments; for each segment,
 * oldest first: id, first leaf page, last leaf page.
 *   %_data row 1, the totals: varints: number of rows, then tokens of each column.
 *   %_data row of a page: segment id << 37 | doclist-index bit << 36 | height << 31 | page.
 * A varint has at most 9 bytes, the highest bit of each but the ninth says that more follow.
 * The variant with "origins" that SQLite 3.44 writes for contentless_delete tables is no
 * structure of ours.
 *
 * Memory: a FtsStructure owns its array. Errors: bool; a record that cannot be read changes
 * nothing. Bytes are not trusted: the archive may be somebody else's.
 */
#pragma once

#include <glib.h>

#include "indexer/byte_buffer.h"

#define FTS_TOTALS_ROW    1
#define FTS_STRUCTURE_ROW 10
#define FTS_SEGMENT_SHIFT 37

/* FTS5_MAX_SEGMENT: FTS5 stops working at it. */
#define FTS_SEGMENT_ID_MAX 2000

typedef struct {
    uint32_t level;
    uint32_t id;
    uint32_t first_page;
    uint32_t last_page;
} FtsSegment;

typedef struct {
    uint8_t cookie[4];
    uint64_t write_counter;
    GArray *merging;  /* uint32_t a level: segments that a merge is reading */
    GArray *segments; /* FtsSegment, level by level, oldest first */
} FtsStructure;

void fts_structure_init(FtsStructure *structure);

/* Accepts a zeroed structure. */
void fts_structure_clear(FtsStructure *structure);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FtsStructure, fts_structure_clear)

/* Reads a structure record into an initialised structure. Returns: false when it is none. */
bool fts_structure_parse(FtsStructure *structure, Slice record);

/* Appends the record's bytes to `out`. */
void fts_structure_append(const FtsStructure *structure, ByteBuffer *out);

/* The smallest id that no segment has; 0 when there is none left. */
uint32_t fts_structure_free_id(const FtsStructure *structure);

/* Adds a segment of leaf pages 1 to `last_page` as the newest of level 0, under the smallest id
 * that is free. Returns: that id, 0 when there is none left. */
uint32_t fts_structure_add(FtsStructure *structure, uint32_t last_page);

/* Returns: (transfer full) the segments of a level, FtsSegment, oldest first; NULL when it has
 * not `n_segments`, or cannot be merged: all must be whole, and not being merged by FTS5. */
GArray *fts_structure_full_level(const FtsStructure *structure, uint32_t level,
                                 size_t n_segments);

/* Puts one segment, of leaf pages 1 to `last_page`, as the newest of the next level in place of
 * `merged`, all of one level. There is none when `last_page` is 0. */
void fts_structure_merge(FtsStructure *structure, const GArray *merged, uint32_t id,
                         uint32_t last_page);

/* Adds the totals of `record` to `totals` (uint64_t: rows, then a column each), which grows as
 * needed. Returns: false when the record is none. */
bool fts_totals_add(GArray *totals, Slice record);

/* Appends the record's bytes to `out`. */
void fts_totals_append(const GArray *totals, ByteBuffer *out);
