/* SPDX-License-Identifier: MIT
 *
 * What is merged in a thread is what is merged without one; and a caller that fails at any
 * moment, or a segment that is damaged, ends it. */
#include "indexer/fts_merge_thread.h"

#include "tests/fts_documents.h"
#include "tests/fts_pages.h"

#define PARTS_MAX 30

/* The caller: segments in memory. */
typedef struct {
    FtsPages parts[PARTS_MAX];
    FtsPages *segments[PARTS_MAX];
    uint32_t last_pages[PARTS_MAX];
    uint32_t n_read[PARTS_MAX];
    size_t n_parts;
    FtsPages merged;
    uint32_t merged_last_page;
    GThread *thread;
    unsigned n_calls;
    unsigned fails_at; /* this call; 0: none */
} Fixture;

static void fixture_init(Fixture *fixture, size_t n_parts, int n_words)
{
    g_autoptr(GArray) documents = fts_documents_random(9, 1500, n_words, 3000);
    *fixture = (Fixture){.n_parts = n_parts, .thread = g_thread_self()};
    for (guint i = 0; i < n_parts; i++) {
        g_autoptr(GArray) some = fts_documents_part(documents, i, (guint)n_parts);
        fts_pages_write(&fixture->parts[i], some, FTS_PAGE_BYTES);
        fixture->segments[i] = &fixture->parts[i];
        fixture->last_pages[i] = fixture->parts[i].leaves->len;
    }
}

static void fixture_clear(Fixture *fixture)
{
    for (size_t i = 0; i < fixture->n_parts; i++) {
        fts_pages_clear(&fixture->parts[i]);
    }
    fts_pages_clear(&fixture->merged);
}

/* After a call that failed there is no other. */
static bool count_call(Fixture *fixture)
{
    g_assert_true(fixture->thread == g_thread_self());
    g_assert_true(fixture->fails_at == 0 || fixture->n_calls < fixture->fails_at);
    fixture->n_calls++;
    return fixture->n_calls != fixture->fails_at;
}

static bool read_page(void *data, size_t source, uint32_t number, ByteBuffer *page)
{
    Fixture *fixture = data;
    g_assert_cmpuint(number, ==, ++fixture->n_read[source]);
    g_assert_cmpuint(number, <=, fixture->last_pages[source]);
    gsize length = 0;
    const char *bytes =
        g_bytes_get_data(g_ptr_array_index(fixture->parts[source].leaves, number - 1), &length);
    byte_buffer_set(page, slice_of(bytes, length));
    return count_call(fixture);
}

static bool write_rows(void *data, const FtsRows *rows)
{
    Fixture *fixture = data;
    fts_pages_add(&fixture->merged, rows);
    return count_call(fixture);
}

static FtsRead run(Fixture *fixture, unsigned fails_at)
{
    static const FtsMergeFuncs funcs = {.read_page = read_page, .write_rows = write_rows};
    fixture->n_calls = 0;
    fixture->fails_at = fails_at;
    memset(fixture->n_read, 0, sizeof(fixture->n_read));
    fts_pages_clear(&fixture->merged);
    fts_pages_init(&fixture->merged);
    return fts_merge_thread_run(fixture->last_pages, fixture->n_parts, &funcs, fixture,
                                &fixture->merged_last_page);
}

static void test_same_as_without_a_thread(void)
{
    static const size_t parts[] = {1, 2, 7, PARTS_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        Fixture fixture;
        fixture_init(&fixture, parts[i], 400);
        g_assert_cmpint(run(&fixture, 0), ==, FTS_READ_END);
        fts_pages_end(&fixture.merged, fixture.merged_last_page);
        /* In more steps, and of more pages than are kept ahead. */
        g_assert_cmpuint((size_t)fixture.merged.leaves->len * FTS_PAGE_BYTES, >,
                         FTS_STEPS_AHEAD * FTS_STEP_BYTES);
        g_assert_cmpuint(fixture.last_pages[0], >, FTS_PAGES_AHEAD);
        g_auto(FtsPages) expected = {0};
        fts_pages_init(&expected);
        g_assert_cmpint(fts_pages_merge(fixture.segments, fixture.n_parts, FTS_PAGE_BYTES,
                                        SIZE_MAX, &expected),
                        ==, FTS_READ_END);
        fts_pages_assert_same(&fixture.merged, &expected);
        fixture_clear(&fixture);
    }
}

static void test_a_caller_that_fails(void)
{
    Fixture fixture;
    fixture_init(&fixture, 7, 20);
    g_assert_cmpint(run(&fixture, 0), ==, FTS_READ_END);
    const unsigned n_calls = fixture.n_calls;
    for (unsigned at = 1; at <= n_calls; at++) {
        g_assert_cmpint(run(&fixture, at), ==, FTS_READ_FAILED);
        g_assert_cmpuint(fixture.n_calls, ==, at);
    }
    g_assert_cmpint(run(&fixture, 0), ==, FTS_READ_END);
    fixture_clear(&fixture);
}

static void test_damaged_segments(void)
{
    Fixture fixture;
    fixture_init(&fixture, 3, 20);
    for (size_t source = 0; source < fixture.n_parts; source++) {
        GPtrArray *leaves = fixture.parts[source].leaves;
        for (guint page = 0; page < leaves->len; page++) {
            GBytes *whole = g_ptr_array_index(leaves, page);
            g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, 3);
            leaves->pdata[page] = cut;
            g_assert_cmpint(run(&fixture, 0), ==, FTS_READ_DAMAGED);
            leaves->pdata[page] = whole;
        }
        const uint32_t last_page = fixture.last_pages[source];
        fixture.last_pages[source] = 0;
        g_assert_cmpint(run(&fixture, 0), ==, FTS_READ_DAMAGED);
        fixture.last_pages[source] = last_page;
    }
    g_assert_cmpint(run(&fixture, 0), ==, FTS_READ_END);
    fixture_clear(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fts_merge_thread/same_as_without_a_thread",
                    test_same_as_without_a_thread);
    g_test_add_func("/fts_merge_thread/a_caller_that_fails", test_a_caller_that_fails);
    g_test_add_func("/fts_merge_thread/damaged_segments", test_damaged_segments);
    return g_test_run();
}
