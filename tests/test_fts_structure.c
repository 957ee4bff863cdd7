/* SPDX-License-Identifier: MIT
 *
 * FTS5's own records, read and written; and records that are none. */
#include "indexer/fts_structure.h"

#define RECORD(text) slice_of(text, sizeof(text) - 1)

static void assert_round_trip(Slice record)
{
    g_autofree char *copy = g_memdup2(record.ptr, record.len);
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    g_assert_true(fts_structure_parse(&structure, slice_of(copy, record.len)));
    g_auto(ByteBuffer) written = {0};
    fts_structure_append(&structure, &written);
    g_assert_cmpmem(written.data, written.length, record.ptr, record.len);
}

static void test_records_are_written_as_they_were_read(void)
{
    /* An empty index; two levels, the lower with a merge of two of its three segments. */
    assert_round_trip(RECORD("\0\0\0\1\0\0\0"));
    assert_round_trip(RECORD("\0\0\0\7\2\4\x81\x00"
                             "\2\3\1\1\5\2\1\6\4\1\x7F"
                             "\0\1\x8F\x50\1\x82\x2C"));
}

static void test_what_is_no_record(void)
{
    static const Slice records[] = {
        SLICE_LITERAL(""),
        SLICE_LITERAL("\0\0\0\1"),
        SLICE_LITERAL("\0\0\0\1\1\1\0"),                 /* a level is missing */
        SLICE_LITERAL("\0\0\0\1\1\2\0\0\1\1\1\2"),       /* a segment is missing */
        SLICE_LITERAL("\0\0\0\1\1\1\0\2\1\1\1\2"),       /* more merging than there are */
        SLICE_LITERAL("\0\0\0\1\1\1\0\0\1\1\3\2"),       /* the last page before the first */
        SLICE_LITERAL("\0\0\0\1\1\1\0\0\1\0\1\2"),       /* segment 0 */
        SLICE_LITERAL("\0\0\0\1\1\1\0\0\1\x8F\x51\1\2"), /* segment 2001 */
        SLICE_LITERAL("\0\0\0\1\xFF\xFF\xFF\xFF\x7F\0\0"),
        SLICE_LITERAL("\0\0\0\1\1\1\0\0\1\x81\x81\x81\x81\x81\x81\x81\x81"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        g_autofree char *copy = g_memdup2(records[i].ptr, records[i].len);
        g_auto(FtsStructure) structure = {0};
        fts_structure_init(&structure);
        g_assert_false(fts_structure_parse(&structure, slice_of(copy, records[i].len)));
    }
}

/* Two levels: segment 3 on level 0, segments 1 and 4 on level 1. */
#define TWO_LEVELS "\0\0\0\1\2\3\0\0\1\3\1\1\0\2\1\1\1\4\1\1"

static void assert_record(const FtsStructure *structure, Slice expected)
{
    g_auto(ByteBuffer) written = {0};
    fts_structure_append(structure, &written);
    g_assert_cmpmem(written.data, written.length, expected.ptr, expected.len);
}

static void test_a_segment_is_the_newest_and_gets_the_smallest_free_id(void)
{
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    g_assert_true(fts_structure_parse(&structure, RECORD(TWO_LEVELS)));
    g_assert_cmpuint(fts_structure_free_id(&structure), ==, 2);
    g_assert_cmpuint(fts_structure_add(&structure, 9), ==, 2);
    g_assert_cmpuint(fts_structure_add(&structure, 1), ==, 5);
    assert_record(&structure, RECORD("\0\0\0\1\2\5\12\0\3\3\1\1\2\1\11\5\1\1\0\2\1\1\1\4\1\1"));
}

static void test_ids_run_out(void)
{
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    g_assert_true(fts_structure_parse(&structure, RECORD("\0\0\0\1\0\0\0")));
    for (uint32_t id = 1; id <= FTS_SEGMENT_ID_MAX; id++) {
        g_assert_cmpuint(fts_structure_add(&structure, 1), ==, id);
    }
    g_assert_cmpuint(fts_structure_add(&structure, 1), ==, 0);
}

static void test_a_level_becomes_one_segment_of_the_next(void)
{
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    g_assert_true(fts_structure_parse(&structure, RECORD(TWO_LEVELS)));
    g_assert_null(fts_structure_full_level(&structure, 0, 2));
    g_assert_null(fts_structure_full_level(&structure, 1, 3));
    g_assert_null(fts_structure_full_level(&structure, 2, 1));
    g_autoptr(GArray) upper = fts_structure_full_level(&structure, 1, 2);
    g_assert_cmpuint(upper->len, ==, 2);
    g_assert_cmpuint(g_array_index(upper, FtsSegment, 0).id, ==, 1);
    g_autoptr(GArray) lower = fts_structure_full_level(&structure, 0, 1);
    g_assert_cmpuint(g_array_index(lower, FtsSegment, 0).id, ==, 3);

    fts_structure_merge(&structure, lower, 5, 7);
    g_assert_cmpuint(fts_structure_add(&structure, 2), ==, 2);
    assert_record(&structure, RECORD("\0\0\0\1\2\4\11\0\1\2\1\2\0\3\1\1\1\4\1\1\5\1\7"));
    fts_structure_merge(&structure, upper, 7, 3);
    assert_record(&structure, RECORD("\0\0\0\1\3\3\14\0\1\2\1\2\0\1\5\1\7\0\1\7\1\3"));
    g_autoptr(GArray) last = fts_structure_full_level(&structure, 0, 1);
    fts_structure_merge(&structure, last, 8, 0);
    assert_record(&structure, RECORD("\0\0\0\1\3\2\14\0\0\0\1\5\1\7\0\1\7\1\3"));
}

static void test_what_fts5_is_merging_is_left_to_it(void)
{
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    g_assert_true(fts_structure_parse(&structure, RECORD("\0\0\0\1\1\2\0\2\2\1\1\1\2\1\1")));
    g_assert_null(fts_structure_full_level(&structure, 0, 2));
    g_assert_true(fts_structure_parse(&structure, RECORD("\0\0\0\1\1\2\0\0\2\1\2\3\2\1\1")));
    g_assert_null(fts_structure_full_level(&structure, 0, 2));
}

static void test_totals_are_added_column_by_column(void)
{
    g_autoptr(GArray) totals = g_array_new(false, false, sizeof(uint64_t));
    g_assert_true(fts_totals_add(totals, SLICE_EMPTY));
    g_assert_true(fts_totals_add(totals, RECORD("\2\5\x81\x00")));
    g_assert_true(fts_totals_add(totals, RECORD("\1\1\1\1")));
    g_assert_true(fts_totals_add(totals, RECORD("\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF9\0")));
    g_auto(ByteBuffer) written = {0};
    fts_totals_append(totals, &written);
    const Slice expected = RECORD("\3\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x81\1\1");
    g_assert_cmpmem(written.data, written.length, expected.ptr, expected.len);
    g_assert_false(fts_totals_add(totals, RECORD("\1\x81")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fts_structure/records_are_written_as_they_were_read",
                    test_records_are_written_as_they_were_read);
    g_test_add_func("/fts_structure/what_is_no_record", test_what_is_no_record);
    g_test_add_func("/fts_structure/a_segment_is_the_newest_and_gets_the_smallest_free_id",
                    test_a_segment_is_the_newest_and_gets_the_smallest_free_id);
    g_test_add_func("/fts_structure/a_level_becomes_one_segment_of_the_next",
                    test_a_level_becomes_one_segment_of_the_next);
    g_test_add_func("/fts_structure/what_fts5_is_merging_is_left_to_it",
                    test_what_fts5_is_merging_is_left_to_it);
    g_test_add_func("/fts_structure/ids_run_out", test_ids_run_out);
    g_test_add_func("/fts_structure/totals_are_added_column_by_column",
                    test_totals_are_added_column_by_column);
    return g_test_run();
}
