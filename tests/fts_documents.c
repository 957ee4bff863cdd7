/* SPDX-License-Identifier: MIT */
#include "tests/fts_documents.h"

#include "indexer/tokenizer.h"

static void clear_document(gpointer data)
{
    TestDocument *document = data;
    for (size_t i = 0; i < FTS_DOCUMENT_COLUMNS; i++) {
        g_free(document->columns[i]);
    }
}

GArray *fts_documents_new(void)
{
    GArray *documents = g_array_new(false, false, sizeof(TestDocument));
    g_array_set_clear_func(documents, clear_document);
    return documents;
}

void fts_documents_add(GArray *documents, int64_t rowid, const char *first, const char *second,
                       const char *third)
{
    const TestDocument document = {rowid, {g_strdup(first), g_strdup(second), g_strdup(third)}};
    g_array_append_val(documents, document);
}

void fts_documents_add_long(GArray *documents, int n_documents, int n_words)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < n_words; i++) {
        g_string_append(text, i % 300 == 0 ? "rare " : "often ");
    }
    for (int64_t rowid = 1; rowid <= n_documents; rowid++) {
        fts_documents_add(documents, rowid, "often", text->str, "rare");
    }
}

/* `sql` takes a rowid and the columns; all in one transaction. */
static void run_for_all(sqlite3 *db, const char *sql, const GArray *documents)
{
    g_assert_true(archive_exec(db, "BEGIN", NULL));
    sqlite3_stmt *run = archive_prepare(db, sql, NULL);
    for (guint i = 0; i < documents->len; i++) {
        const TestDocument *document = &g_array_index(documents, TestDocument, i);
        sqlite3_bind_int64(run, 1, document->rowid);
        for (int column = 0; column < FTS_DOCUMENT_COLUMNS; column++) {
            sqlite3_bind_text(run, column + 2, document->columns[column], -1, SQLITE_STATIC);
        }
        g_assert_cmpint(sqlite3_step(run), ==, SQLITE_DONE);
        sqlite3_reset(run);
    }
    sqlite3_finalize(run);
    g_assert_true(archive_exec(db, "COMMIT", NULL));
}

void fts_documents_insert(sqlite3 *db, const GArray *documents)
{
    run_for_all(db, "INSERT INTO t (rowid, a, b, c) VALUES (?1, ?2, ?3, ?4)", documents);
}

void fts_documents_delete(sqlite3 *db, const GArray *documents)
{
    run_for_all(db, "INSERT INTO t (t, rowid, a, b, c) VALUES ('delete', ?1, ?2, ?3, ?4)",
                documents);
}

sqlite3 *fts_documents_fts5(const GArray *documents, size_t page_bytes)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_autofree char *setup = g_strdup_printf(
        "CREATE VIRTUAL TABLE t USING fts5 (a, b, c, content = '',"
        " tokenize = 'unicode61 remove_diacritics 2');"
        "INSERT INTO t (t, rank) VALUES ('automerge', 0), ('crisismerge', 1999),"
        " ('hashsize', 1000000000), ('pgsz', %zu)",
        page_bytes);
    g_assert_true(archive_exec(db, setup, NULL));
    fts_documents_insert(db, documents);
    return db;
}

char *fts_documents_hits(sqlite3 *db)
{
    GString *hits = g_string_new(NULL);
    sqlite3_stmt *rows = archive_prepare(
        db, "SELECT term, doc, col, offset FROM v ORDER BY term, doc, col, offset", NULL);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 0; i < 4; i++) {
            g_string_append_printf(hits, "%s ", sqlite3_column_text(rows, i));
        }
    }
    sqlite3_finalize(rows);
    return g_string_free(hits, false);
}

typedef struct {
    FtsTerms *terms;
    uint32_t column;
    uint32_t position;
} Tokens;

static void add_token(void *data, Slice token)
{
    Tokens *tokens = data;
    fts_terms_add(tokens->terms, tokens->column, tokens->position++, token);
}

static void collect_document(const TestDocument *document, Tokenizer *tokenizer,
                             FtsTerms *terms)
{
    fts_terms_begin_document(terms, document->rowid);
    for (uint32_t column = 0; column < FTS_DOCUMENT_COLUMNS; column++) {
        Tokens tokens = {terms, column, 0};
        g_assert_true(tokenizer_run(tokenizer, slice_of_string(document->columns[column]),
                                    add_token, &tokens));
    }
}

void fts_documents_collect(const GArray *documents, FtsTerms *terms)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    Tokenizer *tokenizer = tokenizer_new(db, NULL);
    g_assert_nonnull(tokenizer);
    for (guint i = 0; i < documents->len; i++) {
        collect_document(&g_array_index(documents, TestDocument, i), tokenizer, terms);
    }
    fts_terms_finish(terms);
    tokenizer_free(tokenizer);
    sqlite3_close(db);
}

static void append_words(GString *text, GRand *random, int n_words, int vocabulary)
{
    for (int i = 0; i < n_words; i++) {
        /* Few words are frequent, most are rare. */
        const double draw = g_rand_double(random);
        g_string_append_printf(text, "w%x ", (unsigned)(draw * draw * draw * vocabulary));
    }
}

GArray *fts_documents_random(guint32 seed, int n_documents, int n_words, int vocabulary)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    GArray *documents = fts_documents_new();
    int64_t rowid = 1;
    for (int i = 0; i < n_documents; i++) {
        GString *columns[FTS_DOCUMENT_COLUMNS];
        for (size_t column = 0; column < FTS_DOCUMENT_COLUMNS; column++) {
            columns[column] = g_string_new(NULL);
            append_words(columns[column], random, g_rand_int_range(random, 0, n_words),
                         vocabulary);
        }
        fts_documents_add(documents, rowid, columns[0]->str, columns[1]->str, columns[2]->str);
        for (size_t column = 0; column < FTS_DOCUMENT_COLUMNS; column++) {
            g_string_free(columns[column], true);
        }
        rowid += g_rand_int_range(random, 1, 100000);
    }
    return documents;
}

GArray *fts_documents_some(const GArray *documents, guint from, guint to, guint step)
{
    GArray *some = fts_documents_new();
    for (guint i = from; i < to; i += step) {
        const TestDocument *document = &g_array_index(documents, TestDocument, i);
        fts_documents_add(some, document->rowid, document->columns[0], document->columns[1],
                          document->columns[2]);
    }
    return some;
}

GArray *fts_documents_part(const GArray *documents, guint part, guint n_parts)
{
    return fts_documents_some(documents, part, documents->len, n_parts);
}

void fts_documents_structure(sqlite3 *db, const char *table, FtsStructure *structure)
{
    g_autofree char *sql = g_strdup_printf("SELECT block FROM %s_data WHERE id = 10", table);
    sqlite3_stmt *get = archive_prepare(db, sql, NULL);
    g_assert_cmpint(sqlite3_step(get), ==, SQLITE_ROW);
    fts_structure_init(structure);
    g_assert_true(
        fts_structure_parse(structure, slice_of(sqlite3_column_blob(get, 0),
                                                (size_t)sqlite3_column_bytes(get, 0))));
    sqlite3_finalize(get);
}
