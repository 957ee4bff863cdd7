/* fts_terms.h - the terms of a batch and where they occur, in memory: from tokens to doclists.
 *
 * A doclist has an entry for each document that holds the term, in the order of rowids: the
 * rowid (varint; a difference after the first), twice the bytes of the position list (varint),
 * and the position list: positions in the columns, each as varint of the difference to the one
 * before plus 2; 01 and the column's number before the positions of another column than the
 * first (SQLite 3.40, ext/fts5/fts5_index.c, "Doclist format").
 *
 * Memory: the object owns everything; what it hands out stays until the next
 * fts_terms_clear. It grows with the text of the batch, at about its size.
 * Errors: none. Threads: one at a time.
 */
#pragma once

#include "schema/slice.h"

typedef struct FtsTerms FtsTerms;

/* Returns: (transfer full). */
FtsTerms *fts_terms_new(void);

/* Accepts NULL. */
void fts_terms_free(FtsTerms *terms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FtsTerms, fts_terms_free)

/* Forgets all terms and keeps some memory for the next batch. */
void fts_terms_clear(FtsTerms *terms);

/* The tokens that follow are in document `rowid`, greater than that of the document before. */
void fts_terms_begin_document(FtsTerms *terms, int64_t rowid);

/* A token; columns ascend within a document and positions within a column. */
void fts_terms_add(FtsTerms *terms, uint32_t column, uint32_t position, Slice token);

/* Ends the last document and sorts the terms by their bytes, as FTS5 does. */
void fts_terms_finish(FtsTerms *terms);

/* After fts_terms_finish: the number of terms. */
size_t fts_terms_count(const FtsTerms *terms);

/* After fts_terms_finish: a term, with the byte '0' in front that FTS5 gives the terms of the
 * main index, and its doclist. */
void fts_terms_get(const FtsTerms *terms, size_t index, Slice *ret_term, Slice *ret_doclist);
