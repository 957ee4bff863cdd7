/* fts_reader.h - reads one segment of an FTS5 index: its terms in order, each with its doclist.
 *
 * The format is in fts_segment.h and fts_terms.h. A doclist that goes over pages is put
 * together again, so that all its rowids but the first are differences. Position lists are not
 * looked into. An entry of a document that was deleted (the lowest bit of its size is 1) stays
 * one.
 *
 * Bytes are not trusted, as the archive may be somebody else's: what is handed out is a
 * doclist that holds together, terms ascend, and rowids ascend within a doclist.
 *
 * Memory: the object owns everything but the page; what it hands out stays until the next
 * fts_reader_next.
 * Errors: FtsRead. Threads: one at a time.
 */
#pragma once

#include "schema/slice.h"

typedef enum {
    FTS_READ_TERM,
    FTS_READ_END,
    FTS_READ_DAMAGED, /* the segment is none */
    FTS_READ_FAILED   /* a page could not be had */
} FtsRead;

/* Gives leaf page `number` of the reader's segment, which stays until the next call. Returns:
 * false when it cannot be had. */
typedef bool (*FtsPageFunc)(void *data, uint32_t number, Slice *ret_page);

typedef struct FtsReader FtsReader;

/* Of a segment with leaf pages 1 to `last_page`. `data` must outlive the reader.
 * Returns: (transfer full). */
FtsReader *fts_reader_new(uint32_t last_page, FtsPageFunc page_func, void *data);

/* Accepts NULL. */
void fts_reader_free(FtsReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsReader, fts_reader_free)

/* Reads the next term and its doclist. After anything but FTS_READ_TERM no more. */
FtsRead fts_reader_next(FtsReader *reader);

/* After FTS_READ_TERM; the term with the byte '0' in front. */
Slice fts_reader_term(const FtsReader *reader);
Slice fts_reader_doclist(const FtsReader *reader);
