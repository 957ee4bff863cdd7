/* fts_documents.h - documents for tests of the full-text index: made up, put into an FTS5
 * table, and collected as terms.
 */
#pragma once

#include "indexer/fts_structure.h"
#include "indexer/fts_terms.h"
#include "schema/archive.h"

#define FTS_DOCUMENT_COLUMNS 3

typedef struct {
    int64_t rowid;
    char *columns[FTS_DOCUMENT_COLUMNS];
} TestDocument;

/* Returns: (transfer full) an empty array of TestDocument. */
GArray *fts_documents_new(void);

/* Rowids ascend. */
void fts_documents_add(GArray *documents, int64_t rowid, const char *first, const char *second,
                       const char *third);

/* Adds documents with the rowids from 1 on, of `n_words` words: of one, and now and then
 * another. */
void fts_documents_add_long(GArray *documents, int n_documents, int n_words);

/* Returns: (transfer full) documents of up to `n_words` words a column. */
GArray *fts_documents_random(guint32 seed, int n_documents, int n_words, int vocabulary);

/* Every `step`-th document, from `from` on and before `to`. Returns: (transfer full). */
GArray *fts_documents_some(const GArray *documents, guint from, guint to, guint step);

/* Every `n_parts`-th document, from `part` on. Returns: (transfer full). */
GArray *fts_documents_part(const GArray *documents, guint part, guint n_parts);

/* Returns: (transfer full) a database with the FTS5 table t of one segment. */
sqlite3 *fts_documents_fts5(const GArray *documents, size_t page_bytes);

/* Adds documents to that table, or takes them out, as a segment of its own. */
void fts_documents_insert(sqlite3 *db, const GArray *documents);
void fts_documents_delete(sqlite3 *db, const GArray *documents);

/* Returns: (transfer full) what the table v, an fts5vocab of instances, holds: every word with
 * its rowids, columns and positions. */
char *fts_documents_hits(sqlite3 *db);

/* Reads the segments of an FTS5 table into `structure`, which it initialises. */
void fts_documents_structure(sqlite3 *db, const char *table, FtsStructure *structure);

/* Fills `terms`, and finishes them. */
void fts_documents_collect(const GArray *documents, FtsTerms *terms);
