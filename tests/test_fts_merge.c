/* SPDX-License-Identifier: MIT
 *
 * Segments of parts of the documents are merged and compared with the segment of all of them:
 * byte for byte, on pages of the archive's size and on pages so small that every list goes over
 * many. FTS5's own segments, with deleted documents; and segments that are damaged. */
#include "indexer/fts_merge.h"

#include <glib/gstdio.h>

#include "indexer/fts_structure.h"
#include "tests/fts_documents.h"
#include "tests/fts_pages.h"

#define PARTS_MAX 40

/* Parts are every n-th document, or runs of documents. */
static GArray *part_of(const GArray *documents, guint part, guint n_parts, bool in_runs)
{
    return in_runs ? fts_documents_some(documents, documents->len * part / n_parts,
                                        documents->len * (part + 1) / n_parts, 1)
                   : fts_documents_part(documents, part, n_parts);
}

static void assert_merged(const GArray *documents, guint n_parts, bool in_runs,
                          size_t page_bytes, size_t step_bytes)
{
    FtsPages parts[PARTS_MAX] = {0};
    FtsPages *segments[PARTS_MAX];
    for (guint i = 0; i < n_parts; i++) {
        g_autoptr(GArray) some = part_of(documents, i, n_parts, in_runs);
        fts_pages_write(&parts[i], some, page_bytes);
        segments[i] = &parts[i];
    }
    g_auto(FtsPages) expected = {0};
    g_auto(FtsPages) merged = {0};
    fts_pages_write(&expected, documents, page_bytes);
    fts_pages_init(&merged);
    g_assert_cmpint(fts_pages_merge(segments, n_parts, page_bytes, step_bytes, &merged), ==,
                    FTS_READ_END);
    fts_pages_assert_same(&merged, &expected);
    for (guint i = 0; i < n_parts; i++) {
        fts_pages_clear(&parts[i]);
    }
}

static void test_parts_become_the_segment_of_all(void)
{
    static const size_t page_sizes[] = {32, 47, 100, 500, FTS_PAGE_BYTES};
    static const guint parts[] = {1, 2, 7, PARTS_MAX};
    for (guint32 seed = 0; seed < 4; seed++) {
        g_autoptr(GArray) documents =
            fts_documents_random(seed, 200, seed % 2 == 0 ? 20 : 100, seed < 2 ? 50 : 5000);
        for (size_t i = 0; i < G_N_ELEMENTS(page_sizes); i++) {
            for (size_t j = 0; j < G_N_ELEMENTS(parts); j++) {
                assert_merged(documents, parts[j], false, page_sizes[i], 1);
                assert_merged(documents, parts[j], true, page_sizes[i], 1 << 20);
            }
        }
    }
}

/* The lists of a word in every document: doclist indexes with pages above pages. */
static void test_long_doclists(void)
{
    g_autoptr(GArray) documents = fts_documents_random(7, 3000, 40, 3);
    assert_merged(documents, 5, false, 32, 1000);
    assert_merged(documents, 5, true, 32, 1000);
    assert_merged(documents, 5, false, FTS_PAGE_BYTES, 1000);
}

static void test_positions_over_many_pages(void)
{
    g_autoptr(GArray) documents = fts_documents_new();
    fts_documents_add_long(documents, 6, 20000);
    assert_merged(documents, 3, false, 32, 1);
    assert_merged(documents, 3, false, FTS_PAGE_BYTES, 1);
}

static void test_rowids_of_either_sign(void)
{
    g_autoptr(GArray) documents = fts_documents_new();
    static const int64_t rowids[] = {INT64_MIN, -7, -1, 0, 1, 5, INT64_C(1) << 40, INT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(rowids); i++) {
        fts_documents_add(documents, rowids[i], "word", "another", "third");
    }
    for (guint n_parts = 1; n_parts < 8; n_parts++) {
        assert_merged(documents, n_parts, false, FTS_PAGE_BYTES, 1);
        assert_merged(documents, n_parts, true, 32, 1);
    }
}

static void test_nothing(void)
{
    g_autoptr(GArray) documents = fts_documents_new();
    g_auto(FtsPages) empty = {0};
    g_auto(FtsPages) merged = {0};
    fts_documents_add(documents, 1, "", "", "");
    fts_pages_write(&empty, documents, 100);
    g_assert_cmpuint(empty.rows->len, ==, 0);
    fts_pages_init(&merged);
    g_assert_cmpint(fts_pages_merge(NULL, 0, 100, 1, &merged), ==, FTS_READ_END);
    g_assert_cmpuint(merged.rows->len, ==, 0);
}

/* The leaves of a segment in an FTS5 table. */
static void read_fts5(sqlite3 *db, uint32_t segment, FtsPages *pages)
{
    sqlite3_stmt *get = archive_prepare(
        db, "SELECT block FROM t_data WHERE id > ?1 AND id < ?1 + (1 << 31) ORDER BY id", NULL);
    sqlite3_bind_int64(get, 1, (int64_t)segment << FTS_SEGMENT_SHIFT);
    fts_pages_init(pages);
    while (sqlite3_step(get) == SQLITE_ROW) {
        g_ptr_array_add(pages->leaves, g_bytes_new(sqlite3_column_blob(get, 0),
                                                   (gsize)sqlite3_column_bytes(get, 0)));
    }
    sqlite3_finalize(get);
}

/* FTS5 divides lists over pages in another way when it merges; we read that, too. */
static void test_what_fts5_has_merged(void)
{
    g_autoptr(GArray) documents = fts_documents_random(11, 400, 60, 400);
    g_autoptr(GArray) half = fts_documents_part(documents, 0, 2);
    for (size_t page_bytes = 32; page_bytes < 2000; page_bytes *= 3) {
        sqlite3 *db = fts_documents_fts5(half, page_bytes);
        g_autoptr(GArray) other = fts_documents_part(documents, 1, 2);
        fts_documents_insert(db, other);
        g_assert_true(archive_exec(db, "INSERT INTO t (t) VALUES ('optimize')", NULL));
        g_auto(FtsStructure) structure = {0};
        fts_documents_structure(db, "t", &structure);
        g_assert_cmpuint(structure.segments->len, ==, 1);
        g_auto(FtsPages) optimized = {0};
        g_auto(FtsPages) merged = {0};
        g_auto(FtsPages) expected = {0};
        read_fts5(db, g_array_index(structure.segments, FtsSegment, 0).id, &optimized);
        fts_pages_write(&expected, documents, page_bytes);
        fts_pages_init(&merged);
        FtsPages *segments[] = {&optimized};
        g_assert_cmpint(fts_pages_merge(segments, 1, page_bytes, 1, &merged), ==, FTS_READ_END);
        fts_pages_assert_same(&merged, &expected);
        sqlite3_close(db);
    }
}

/* Puts one segment, made of all, in the place of all segments of the table. */
static void merge_fts5(sqlite3 *db, size_t page_bytes)
{
    g_auto(FtsStructure) structure = {0};
    fts_documents_structure(db, "t", &structure);
    const guint n_segments = structure.segments->len;
    g_assert_cmpuint(n_segments, >, 1);
    FtsPages pages[PARTS_MAX] = {0};
    FtsPages *segments[PARTS_MAX];
    for (guint i = 0; i < n_segments; i++) {
        const FtsSegment *segment = &g_array_index(structure.segments, FtsSegment, i);
        g_assert_cmpuint(segment->level, ==, 0);
        read_fts5(db, segment->id, &pages[i]);
        segments[i] = &pages[i];
    }
    g_auto(FtsPages) merged = {0};
    fts_pages_init(&merged);
    g_assert_cmpint(fts_pages_merge(segments, n_segments, page_bytes, SIZE_MAX, &merged), ==,
                    FTS_READ_END);
    g_assert_true(
        archive_exec(db, "DELETE FROM t_data WHERE id >= 1 << 37; DELETE FROM t_idx", NULL));
    sqlite3_stmt *page = archive_prepare(db, "INSERT INTO t_data VALUES (?1, ?2)", NULL);
    sqlite3_stmt *entry = archive_prepare(db, "INSERT INTO t_idx VALUES (1, ?2, ?1)", NULL);
    for (guint i = 0; i < merged.rows->len; i++) {
        gsize length = 0;
        const char *row = g_bytes_get_data(g_ptr_array_index(merged.rows, i), &length);
        char *end = NULL;
        const int64_t number = (int64_t)g_ascii_strtoull(row + 2, &end, 16);
        sqlite3_stmt *add = row[0] == 'd' ? page : entry;
        sqlite3_bind_int64(add, 1,
                           row[0] == 'd' ? INT64_C(1) << FTS_SEGMENT_SHIFT | number : number);
        sqlite3_bind_blob(add, 2, end + 1, (int)(row + length - end - 1), SQLITE_STATIC);
        g_assert_cmpint(sqlite3_step(add), ==, SQLITE_DONE);
        sqlite3_reset(add);
    }
    sqlite3_finalize(page);
    sqlite3_finalize(entry);
    g_autoptr(GArray) all = fts_structure_full_level(&structure, 0, n_segments);
    fts_structure_merge(&structure, all, 1, merged.leaves->len);
    g_auto(ByteBuffer) record = {0};
    fts_structure_append(&structure, &record);
    sqlite3_stmt *put = archive_prepare(db, "UPDATE t_data SET block = ?1 WHERE id = 10", NULL);
    sqlite3_bind_blob(put, 1, record.data, (int)record.length, SQLITE_STATIC);
    g_assert_cmpint(sqlite3_step(put), ==, SQLITE_DONE);
    sqlite3_finalize(put);
    for (guint i = 0; i < n_segments; i++) {
        fts_pages_clear(&pages[i]);
    }
}

static sqlite3 *reopen(sqlite3 *db, const char *path)
{
    sqlite3_close(db);
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    return db;
}

/* Documents that are deleted in a newer segment, and some that come again with other words. */
static void test_deleted_documents(void)
{
    g_autofree char *folder = g_dir_make_tmp("waxseal-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "t.db", NULL);
    g_autoptr(GArray) documents = fts_documents_random(3, 100, 30, 60);
    sqlite3 *memory = fts_documents_fts5(documents, 64);
    g_autofree char *vacuum = g_strdup_printf("VACUUM INTO '%s'", path);
    g_assert_true(archive_exec(memory, vacuum, NULL));
    sqlite3 *db = reopen(memory, path);
    g_assert_true(
        archive_exec(db, "CREATE VIRTUAL TABLE v USING fts5vocab (t, instance)", NULL));
    g_autoptr(GArray) gone = fts_documents_part(documents, 1, 3);
    fts_documents_delete(db, gone);
    g_autoptr(GArray) again = fts_documents_new();
    for (guint i = 0; i < gone->len; i += 2) {
        const int64_t rowid = g_array_index(gone, TestDocument, i).rowid;
        fts_documents_add(again, rowid, "w1 came", "back", "w2");
    }
    fts_documents_insert(db, again);
    db = reopen(db, path);
    g_autofree char *before = fts_documents_hits(db);
    merge_fts5(db, 64);
    db = reopen(db, path);
    g_autofree char *after = fts_documents_hits(db);
    g_assert_cmpstr(after, ==, before);
    g_assert_nonnull(strstr(after, "came "));
    g_assert_true(archive_exec(db, "INSERT INTO t (t) VALUES ('integrity-check')", NULL));
    sqlite3_close(db);
    g_unlink(path);
    g_rmdir(folder);
}

/* What is read of a damaged segment still holds together. */
static void assert_terms_ascend(FtsPages *pages)
{
    g_autoptr(FtsReader) reader = fts_pages_reader(pages);
    g_auto(ByteBuffer) last = {0};
    while (fts_reader_next(reader) == FTS_READ_TERM) {
        const Slice term = fts_reader_term(reader);
        g_assert_cmpint(slice_compare(byte_buffer_slice(&last), term), <, 0);
        g_assert_cmpuint(fts_reader_doclist(reader).len, >, 0);
        byte_buffer_set(&last, term);
    }
}

static void merge_with_page(FtsPages *const *segments, GPtrArray *leaves, guint index,
                            GBytes *page)
{
    GBytes *whole = g_ptr_array_index(leaves, index);
    g_auto(FtsPages) merged = {0};
    fts_pages_init(&merged);
    leaves->pdata[index] = page;
    assert_terms_ascend(segments[0]);
    if (fts_pages_merge(segments, 2, 64, 100, &merged) == FTS_READ_END) {
        assert_terms_ascend(&merged);
    }
    leaves->pdata[index] = whole;
}

static void test_damaged_segments(void)
{
    g_autoptr(GArray) documents = fts_documents_random(5, 40, 30, 40);
    FtsPages parts[2] = {0};
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GArray) some = fts_documents_part(documents, i, 2);
        fts_pages_write(&parts[i], some, 64);
    }
    FtsPages *const segments[] = {&parts[0], &parts[1]};
    GPtrArray *leaves = parts[0].leaves;
    for (guint i = 0; i < leaves->len; i++) {
        gsize length = 0;
        const uint8_t *bytes = g_bytes_get_data(g_ptr_array_index(leaves, i), &length);
        merge_with_page(segments, leaves, i, NULL);
        for (gsize at = 0; at < length; at++) {
            g_autofree uint8_t *copy = g_memdup2(bytes, length);
            static const uint8_t flips[] = {0x01, 0x80, 0xFF, 0x40};
            copy[at] ^= flips[at % G_N_ELEMENTS(flips)];
            g_autoptr(GBytes) changed = g_bytes_new(copy, length);
            g_autoptr(GBytes) cut = g_bytes_new(bytes, at);
            merge_with_page(segments, leaves, i, changed);
            merge_with_page(segments, leaves, i, cut);
        }
    }
    fts_pages_clear(&parts[0]);
    fts_pages_clear(&parts[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fts_merge/parts_become_the_segment_of_all",
                    test_parts_become_the_segment_of_all);
    g_test_add_func("/fts_merge/long_doclists", test_long_doclists);
    g_test_add_func("/fts_merge/positions_over_many_pages", test_positions_over_many_pages);
    g_test_add_func("/fts_merge/rowids_of_either_sign", test_rowids_of_either_sign);
    g_test_add_func("/fts_merge/nothing", test_nothing);
    g_test_add_func("/fts_merge/what_fts5_has_merged", test_what_fts5_has_merged);
    g_test_add_func("/fts_merge/deleted_documents", test_deleted_documents);
    g_test_add_func("/fts_merge/damaged_segments", test_damaged_segments);
    return g_test_run();
}
