/* SPDX-License-Identifier: MIT
 *
 * Segments are compared with those that FTS5 itself writes for the same documents: byte for
 * byte, on pages of the archive's size and on pages so small that every list goes over many. */
#include "indexer/fts_segment.h"

#include "indexer/fts_structure.h"
#include "tests/fts_documents.h"

static void assert_blob(sqlite3_stmt *row, int column, Slice bytes)
{
    g_assert_cmpmem(sqlite3_column_blob(row, column), sqlite3_column_bytes(row, column),
                    bytes.ptr, bytes.len);
}

static void assert_pages(sqlite3 *db, const FtsRows *rows)
{
    sqlite3_stmt *get = archive_prepare(db, "SELECT block FROM t_data WHERE id = ?1", NULL);
    for (size_t i = 0; i < rows->pages->len; i++) {
        int64_t place = 0;
        const Slice page = fts_rows_page(rows, i, &place);
        sqlite3_bind_int64(get, 1, INT64_C(1) << FTS_SEGMENT_SHIFT | place);
        g_assert_cmpint(sqlite3_step(get), ==, SQLITE_ROW);
        assert_blob(get, 0, page);
        sqlite3_reset(get);
    }
    sqlite3_finalize(get);
    sqlite3_stmt *count =
        archive_prepare(db, "SELECT count(*) FROM t_data WHERE id >= 1 << 37", NULL);
    g_assert_cmpint(sqlite3_step(count), ==, SQLITE_ROW);
    g_assert_cmpint(sqlite3_column_int64(count, 0), ==, rows->pages->len);
    sqlite3_finalize(count);
}

static void assert_entries(sqlite3 *db, const FtsRows *rows)
{
    sqlite3_stmt *get = archive_prepare(db, "SELECT term, pgno FROM t_idx ORDER BY term", NULL);
    for (size_t i = 0; i < rows->entries->len; i++) {
        int64_t page = 0;
        const Slice term = fts_rows_entry(rows, i, &page);
        g_assert_cmpint(sqlite3_step(get), ==, SQLITE_ROW);
        assert_blob(get, 0, term);
        g_assert_cmpint(sqlite3_column_int64(get, 1), ==, page);
    }
    g_assert_cmpint(sqlite3_step(get), ==, SQLITE_DONE);
    sqlite3_finalize(get);
}

/* Returns: whether the segment has a doclist index of the height. */
static bool has_index(const FtsRows *rows, int64_t height)
{
    for (size_t i = 0; i < rows->pages->len; i++) {
        int64_t place = 0;
        fts_rows_page(rows, i, &place);
        if (place >> FTS_PAGE_HEIGHT_SHIFT ==
            (INT64_C(1) << (FTS_PAGE_INDEX_SHIFT - FTS_PAGE_HEIGHT_SHIFT) | height)) {
            return true;
        }
    }
    return false;
}

/* Returns: the height of the doclist indexes, -1 without any. */
static int assert_same(const GArray *documents, size_t page_bytes)
{
    sqlite3 *db = fts_documents_fts5(documents, page_bytes);
    g_autoptr(FtsTerms) terms = fts_terms_new();
    g_autoptr(FtsSegmentWriter) writer = fts_segment_writer_new(page_bytes);
    /* The second time with what the first one left behind. */
    for (int i = 0; i < 2; i++) {
        fts_documents_collect(documents, terms);
        g_assert_cmpuint(fts_segment_write(writer, terms), >, 0);
        assert_pages(db, fts_segment_rows(writer));
        assert_entries(db, fts_segment_rows(writer));
        fts_terms_clear(terms);
    }
    int height = -1;
    while (has_index(fts_segment_rows(writer), height + 1)) {
        height++;
    }
    sqlite3_close(db);
    return height;
}

static void test_known_documents(void)
{
    g_autoptr(GArray) documents = fts_documents_new();
    fts_documents_add(documents, 1, "Hello world", "", "hello again, hello");
    fts_documents_add(documents, 2, "", "", "world");
    fts_documents_add(documents, INT64_C(1494201600), "\xC3\x89lection", "x",
                      "d\xC3\xA9j\xC3\xA0 vu");
    fts_documents_add(documents, INT64_C(9007199254740993), "a", "b", "c");
    g_assert_cmpint(assert_same(documents, FTS_PAGE_BYTES), ==, -1);
    assert_same(documents, 32);
}

static void test_random_documents(void)
{
    static const size_t page_sizes[] = {32, 33, 47, 64, 100, 500, FTS_PAGE_BYTES, 60000};
    for (guint32 seed = 0; seed < 6; seed++) {
        g_autoptr(GArray) documents =
            fts_documents_random(seed, 400, seed % 2 == 0 ? 20 : 200, seed < 3 ? 50 : 5000);
        for (size_t i = 0; i < G_N_ELEMENTS(page_sizes); i++) {
            assert_same(documents, page_sizes[i]);
        }
    }
}

/* A word in every document: its doclist index has pages above pages. */
static void test_a_doclist_index_of_several_levels(void)
{
    g_autoptr(GArray) documents = fts_documents_random(7, 3000, 40, 3);
    g_assert_cmpint(assert_same(documents, 32), >=, 2);
    g_assert_cmpint(assert_same(documents, FTS_PAGE_BYTES), ==, 0);
}

/* One document's positions fill pages on which no rowid begins. */
static void test_a_position_list_over_many_pages(void)
{
    g_autoptr(GArray) documents = fts_documents_new();
    fts_documents_add_long(documents, 4, 60000);
    fts_documents_add(documents, 77, "x", "often", "z");
    assert_same(documents, 32);
    assert_same(documents, 1000);
    g_assert_cmpint(assert_same(documents, FTS_PAGE_BYTES), ==, 0);
}

static void test_terms_as_long_as_they_get(void)
{
    g_autoptr(GArray) documents = fts_documents_new();
    for (gsize length = 1; length < 50000; length = length * 3 / 2 + 1) {
        g_autofree char *word = g_strnfill(length, 'q');
        fts_documents_add(documents, (int64_t)length, word, "x", word);
    }
    assert_same(documents, 32);
    assert_same(documents, FTS_PAGE_BYTES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fts_segment/known_documents", test_known_documents);
    g_test_add_func("/fts_segment/random_documents", test_random_documents);
    g_test_add_func("/fts_segment/a_doclist_index_of_several_levels",
                    test_a_doclist_index_of_several_levels);
    g_test_add_func("/fts_segment/a_position_list_over_many_pages",
                    test_a_position_list_over_many_pages);
    g_test_add_func("/fts_segment/terms_as_long_as_they_get", test_terms_as_long_as_they_get);
    return g_test_run();
}
