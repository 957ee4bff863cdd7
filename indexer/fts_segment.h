/* fts_segment.h - one segment of an FTS5 index, written in FTS5's own format.
 *
 * Format (SQLite 3.40, ext/fts5/fts5_index.c; FTS5's integrity-check and, byte for byte, the
 * segments that FTS5 itself writes are the tests). A segment is a run of leaf pages, numbered
 * from 1, of about FTS_PAGE_BYTES:
 *   2 bytes  offset of the first rowid on the page that does not follow a term, 0 if none
 *   2 bytes  length of the page without the footer
 *   terms    varint: bytes shared with the term before (not for the first term of a page);
 *            varint: bytes that follow; those bytes; its doclist (fts_terms.h)
 *   footer   varints: offset of the first term; distance from each term to the next
 * A doclist goes on over as many pages as it needs, divided between varints; the first rowid
 * that begins on a page is written whole, not as a difference.
 *   For the first page, and each page that begins with a new term, %_idx has an entry: the
 * shortest prefix that is greater than the term before (empty for page 1), and page number * 2,
 * plus 1 if a doclist index follows for a doclist that fills FTS_DOCLIST_INDEX_PAGES_MIN pages
 * or more without a term. A doclist index is a tree of pages (flag bit and height in their
 * number): one byte, 1 when there is a level above; varint: the first page below; varint: the
 * first rowid of it; then for each page a varint: the difference to its first rowid, 0 if no
 * rowid begins on it.
 *
 * Memory: the object owns everything; what it hands out stays until the next
 * fts_segment_write. Errors: none. Threads: one at a time.
 */
#pragma once

#include "indexer/byte_buffer.h"
#include "indexer/fts_terms.h"

/* FTS5's `pgsz`. Two rows of %_data with so much fill a page of the archive's file. */
#ifndef FTS_PAGE_BYTES
#define FTS_PAGE_BYTES 8167
#endif

/* The two offsets at the start of a leaf page. */
#define FTS_PAGE_HEADER_BYTES 4

#define FTS_DOCLIST_INDEX_PAGES_MIN 4

/* Where a page is in its segment: the lower bits of its row in %_data. */
#define FTS_PAGE_HEIGHT_SHIFT 31
#define FTS_PAGE_INDEX_SHIFT  36

typedef struct {
    int64_t place; /* doclist-index bit << 36 | height << 31 | page number */
    size_t at;     /* in FtsRows.bytes */
    size_t length;
} FtsPage;

typedef struct {
    size_t term_at; /* in FtsRows.terms */
    size_t term_length;
    int64_t page; /* page number * 2 | has a doclist index */
} FtsIndexEntry;

/* Rows of both tables. */
typedef struct {
    ByteBuffer bytes; /* of the pages */
    GArray *pages;    /* FtsPage: rows of %_data, in no order */
    ByteBuffer terms;
    GArray *entries; /* FtsIndexEntry: rows of %_idx, in order */
} FtsRows;

void fts_rows_init(FtsRows *rows);
void fts_rows_clear(FtsRows *rows);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FtsRows, fts_rows_clear)

Slice fts_rows_page(const FtsRows *rows, size_t index, int64_t *ret_place);
Slice fts_rows_entry(const FtsRows *rows, size_t index, int64_t *ret_page);

typedef struct FtsSegmentWriter FtsSegmentWriter;

/* `page_bytes` is FTS_PAGE_BYTES but in tests. Returns: (transfer full). */
FtsSegmentWriter *fts_segment_writer_new(size_t page_bytes);

/* Accepts NULL. */
void fts_segment_writer_free(FtsSegmentWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsSegmentWriter, fts_segment_writer_free)

/* Writes all terms, after fts_terms_finish, as one segment in place of the one before.
 * Returns: as fts_segment_end. */
uint32_t fts_segment_write(FtsSegmentWriter *writer, const FtsTerms *terms);

/* The same term by term, which ascend: with the byte '0' in front, and a doclist that is not
 * empty. */
void fts_segment_begin(FtsSegmentWriter *writer);
void fts_segment_add(FtsSegmentWriter *writer, Slice term, Slice doclist);

/* Returns: the number of the segment's last leaf page, 0 when there are no terms and no
 * segment. */
uint32_t fts_segment_end(FtsSegmentWriter *writer);

/* After that, its rows. Returns: (transfer none) */
const FtsRows *fts_segment_rows(const FtsSegmentWriter *writer);

/* Before it: the bytes of the pages that are complete. */
size_t fts_segment_byte_count(const FtsSegmentWriter *writer);

/* Before or after it: moves the rows that are complete, in place of what is in `rows`. */
void fts_segment_take(FtsSegmentWriter *writer, FtsRows *rows);
