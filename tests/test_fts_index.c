/* SPDX-License-Identifier: MIT
 *
 * Segments are added to an archive and merged, and FTS5 finds in them what it found before. */
#include "indexer/fts_index.h"

#include <glib/gstdio.h>

#include "indexer/fts_structure.h"
#include "tests/fts_documents.h"

typedef struct {
    char *path;
    sqlite3 *db;
    FtsIndex *index;
} Fixture;

static void fixture_open(Fixture *fixture)
{
    fixture->db = archive_open_writable(fixture->path, NULL, NULL);
    g_assert_nonnull(fixture->db);
    g_assert_true(fts_index_configure(fixture->db, NULL));
    fixture->index = fts_index_new(fixture->db, NULL);
    g_assert_nonnull(fixture->index);
}

static void fixture_close(Fixture *fixture)
{
    fts_index_free(fixture->index);
    g_assert_cmpint(sqlite3_close(fixture->db), ==, SQLITE_OK);
}

static void fixture_init(Fixture *fixture)
{
    g_autofree char *folder = g_dir_make_tmp("waxseal-XXXXXX", NULL);
    fixture->path = g_build_filename(folder, "archive.db", NULL);
    fixture_open(fixture);
}

static void fixture_clear(Fixture *fixture)
{
    fixture_close(fixture);
    g_unlink(fixture->path);
    *strrchr(fixture->path, '/') = '\0';
    g_rmdir(fixture->path);
    g_free(fixture->path);
}

static void add_segment(Fixture *fixture, const GArray *documents)
{
    g_autoptr(FtsTerms) terms = fts_terms_new();
    g_autoptr(FtsSegmentWriter) writer = fts_segment_writer_new(FTS_PAGE_BYTES);
    fts_documents_collect(documents, terms);
    const uint32_t last_page = fts_segment_write(writer, terms);
    g_assert_true(
        fts_index_add_segment(fixture->index, fts_segment_rows(writer), last_page, NULL));
}

/* The numbers of segments of the levels, the lowest first. */
static char *levels_of(Fixture *fixture)
{
    g_auto(FtsStructure) structure = {0};
    fts_documents_structure(fixture->db, "message_fts", &structure);
    guint counts[4] = {0};
    for (guint i = 0; i < structure.segments->len; i++) {
        counts[g_array_index(structure.segments, FtsSegment, i).level]++;
    }
    return g_strdup_printf("%u %u %u", counts[0], counts[1], counts[2]);
}

static void assert_levels(Fixture *fixture, const char *expected)
{
    g_autofree char *levels = levels_of(fixture);
    g_assert_cmpstr(levels, ==, expected);
}

/* By a connection that has not seen the index before, as a query does. */
static char *all_hits(const Fixture *fixture)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &db), ==, SQLITE_OK);
    g_assert_true(archive_exec(
        db, "CREATE VIRTUAL TABLE temp.v USING fts5vocab (main, message_fts, instance)", NULL));
    char *hits = fts_documents_hits(db);
    sqlite3_close(db);
    return hits;
}

static void add_segments(Fixture *fixture, const GArray *documents, guint n_parts, guint from,
                         guint to)
{
    for (guint i = from; i < to; i++) {
        g_autoptr(GArray) some = fts_documents_part(documents, i, n_parts);
        add_segment(fixture, some);
    }
}

/* FTS5 finds afterwards what it found before. */
static void assert_merged(Fixture *fixture, const char *expected_levels)
{
    g_autofree char *before = all_hits(fixture);
    g_assert_true(fts_index_merge(fixture->index, NULL));
    assert_levels(fixture, expected_levels);
    g_autofree char *after = all_hits(fixture);
    g_assert_cmpstr(after, ==, before);
}

static void test_levels_are_merged_when_they_are_full(void)
{
    enum { N_PARTS = 2 * FTS_LEVEL_SEGMENTS + 3 };
    Fixture fixture;
    fixture_init(&fixture);
    g_autoptr(GArray) documents = fts_documents_random(1, 4 * N_PARTS, 200, 3000);
    add_segments(&fixture, documents, N_PARTS, 0, FTS_LEVEL_SEGMENTS - 1);
    g_assert_true(fts_index_merge(fixture.index, NULL));
    assert_levels(&fixture, "15 0 0");
    add_segments(&fixture, documents, N_PARTS, FTS_LEVEL_SEGMENTS - 1, FTS_LEVEL_SEGMENTS + 1);
    assert_merged(&fixture, "0 1 0");

    /* Another run adds to it. */
    fixture_close(&fixture);
    fixture_open(&fixture);
    add_segments(&fixture, documents, N_PARTS, FTS_LEVEL_SEGMENTS + 1, N_PARTS);
    assert_levels(&fixture, "18 1 0");
    assert_merged(&fixture, "0 2 0");
    fixture_clear(&fixture);
}

static void test_a_long_run_is_merged_while_it_goes_on(void)
{
    enum { N_PARTS = FTS_LEVEL_SEGMENTS_MAX + 3 };
    Fixture fixture;
    fixture_init(&fixture);
    g_autoptr(GArray) documents = fts_documents_random(4, 4 * N_PARTS, 200, 3000);
    add_segments(&fixture, documents, N_PARTS, 0, FTS_LEVEL_SEGMENTS_MAX - 1);
    g_assert_cmpuint(fts_index_merge_count(fixture.index), ==, 0);
    add_segments(&fixture, documents, N_PARTS, FTS_LEVEL_SEGMENTS_MAX - 1,
                 FTS_LEVEL_SEGMENTS_MAX);
    g_assert_cmpuint(fts_index_merge_count(fixture.index), ==, 1);
    assert_levels(&fixture, "0 1 0");
    add_segments(&fixture, documents, N_PARTS, FTS_LEVEL_SEGMENTS_MAX, N_PARTS);
    assert_levels(&fixture, "3 1 0");
    assert_merged(&fixture, "0 2 0");
    fixture_clear(&fixture);
}

/* Of the pages and terms of what was merged nothing stays. */
static void test_nothing_is_left_behind(void)
{
    Fixture fixture;
    fixture_init(&fixture);
    g_autoptr(GArray) documents = fts_documents_random(2, 200, 400, 20000);
    add_segments(&fixture, documents, FTS_LEVEL_SEGMENTS, 0, FTS_LEVEL_SEGMENTS);
    g_assert_true(fts_index_merge(fixture.index, NULL));
    sqlite3_stmt *rows = archive_prepare(
        fixture.db,
        "SELECT (SELECT count(DISTINCT id >> 37) FROM message_fts_data WHERE id > 10),"
        " (SELECT count(DISTINCT segid) FROM message_fts_idx),"
        " (SELECT max(id & 0x7FFFFFFF) = count(*) FROM message_fts_data WHERE id > 10)",
        NULL);
    g_assert_cmpint(sqlite3_step(rows), ==, SQLITE_ROW);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(sqlite3_column_int(rows, i), ==, 1);
    }
    sqlite3_finalize(rows);
    fixture_clear(&fixture);
}

static void assert_merge_fails(const char *sql, const char *message)
{
    Fixture fixture;
    fixture_init(&fixture);
    g_autoptr(GArray) documents = fts_documents_random(3, 64, 100, 500);
    add_segments(&fixture, documents, FTS_LEVEL_SEGMENTS, 0, FTS_LEVEL_SEGMENTS);
    g_assert_true(archive_exec(fixture.db, sql, NULL));
    g_assert_true(archive_exec(fixture.db, "BEGIN", NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(fts_index_merge(fixture.index, &error));
    g_assert_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_true(archive_exec(fixture.db, "ROLLBACK", NULL));
    fixture_clear(&fixture);
}

static void test_damage_is_an_error(void)
{
    assert_merge_fails("DELETE FROM message_fts_data WHERE id = (3 << 37) + 1",
                       "no such rowid");
    assert_merge_fails(
        "UPDATE message_fts_data SET block = zeroblob(300) WHERE id = (3 << 37) + 1",
        "the full-text index is damaged");
    assert_merge_fails("UPDATE message_fts_data SET block = x'' WHERE id = (3 << 37) + 1",
                       "the full-text index is damaged");
    assert_merge_fails("UPDATE message_fts_data SET block = x'00' WHERE id = 10",
                       "the full-text index is damaged");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fts_index/levels_are_merged_when_they_are_full",
                    test_levels_are_merged_when_they_are_full);
    g_test_add_func("/fts_index/a_long_run_is_merged_while_it_goes_on",
                    test_a_long_run_is_merged_while_it_goes_on);
    g_test_add_func("/fts_index/nothing_is_left_behind", test_nothing_is_left_behind);
    g_test_add_func("/fts_index/damage_is_an_error", test_damage_is_an_error);
    return g_test_run();
}
