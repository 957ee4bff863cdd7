/* SPDX-License-Identifier: MIT */
#include "tests/fts_pages.h"

#include "tests/fts_documents.h"

static void free_bytes(gpointer bytes)
{
    if (bytes != NULL) {
        g_bytes_unref(bytes);
    }
}

void fts_pages_init(FtsPages *pages)
{
    *pages = (FtsPages){
        .leaves = g_ptr_array_new_with_free_func(free_bytes),
        .rows = g_ptr_array_new_with_free_func(free_bytes),
    };
}

void fts_pages_clear(FtsPages *pages)
{
    g_clear_pointer(&pages->leaves, g_ptr_array_unref);
    g_clear_pointer(&pages->rows, g_ptr_array_unref);
}

static void take_row(FtsPages *pages, char table, int64_t number, Slice bytes)
{
    g_autoptr(GString) row = g_string_new(NULL);
    g_string_append_printf(row, "%c %020" G_GINT64_MODIFIER "x ", table, number);
    g_string_append_len(row, bytes.ptr, (gssize)bytes.len);
    g_ptr_array_add(pages->rows, g_string_free_to_bytes(g_steal_pointer(&row)));
}

void fts_pages_add(FtsPages *pages, const FtsRows *rows)
{
    for (size_t i = 0; i < rows->pages->len; i++) {
        int64_t place = 0;
        const Slice page = fts_rows_page(rows, i, &place);
        take_row(pages, 'd', place, page);
        if (place >> FTS_PAGE_INDEX_SHIFT == 0) {
            g_assert_cmpint(place, ==, pages->leaves->len + 1);
            g_ptr_array_add(pages->leaves, g_bytes_new(page.ptr, page.len));
        }
    }
    for (size_t i = 0; i < rows->entries->len; i++) {
        int64_t page = 0;
        const Slice term = fts_rows_entry(rows, i, &page);
        take_row(pages, 'i', page, term);
    }
}

static gint compare_rows(gconstpointer a, gconstpointer b)
{
    return g_bytes_compare(*(GBytes *const *)a, *(GBytes *const *)b);
}

void fts_pages_end(FtsPages *pages, uint32_t last_page)
{
    g_assert_cmpuint(last_page, ==, pages->leaves->len);
    g_ptr_array_sort(pages->rows, compare_rows);
}

void fts_pages_write(FtsPages *pages, const GArray *documents, size_t page_bytes)
{
    g_autoptr(FtsTerms) terms = fts_terms_new();
    fts_documents_collect(documents, terms);
    g_autoptr(FtsSegmentWriter) writer = fts_segment_writer_new(page_bytes);
    const uint32_t last_page = fts_segment_write(writer, terms);
    fts_pages_init(pages);
    fts_pages_add(pages, fts_segment_rows(writer));
    fts_pages_end(pages, last_page);
}

void fts_pages_assert_same(const FtsPages *pages, const FtsPages *expected)
{
    g_assert_cmpuint(pages->rows->len, ==, expected->rows->len);
    for (guint i = 0; i < pages->rows->len; i++) {
        g_assert_true(g_bytes_equal(g_ptr_array_index(pages->rows, i),
                                    g_ptr_array_index(expected->rows, i)));
    }
}

static bool read_page(void *data, uint32_t number, Slice *ret_page)
{
    const FtsPages *pages = data;
    GBytes *page = number <= pages->leaves->len
                       ? (GBytes *)g_ptr_array_index(pages->leaves, number - 1)
                       : NULL;
    if (page == NULL) {
        return false;
    }
    gsize length = 0;
    const char *bytes = g_bytes_get_data(page, &length);
    *ret_page = slice_of(bytes, length);
    return true;
}

FtsReader *fts_pages_reader(FtsPages *pages)
{
    return fts_reader_new(pages->leaves->len, read_page, pages);
}

FtsRead fts_pages_merge(FtsPages *const *segments, size_t n_segments, size_t page_bytes,
                        size_t n_bytes, FtsPages *merged)
{
    g_autoptr(GPtrArray) readers =
        g_ptr_array_new_with_free_func((GDestroyNotify)fts_reader_free);
    for (size_t i = 0; i < n_segments; i++) {
        g_ptr_array_add(readers, fts_pages_reader(segments[i]));
    }
    g_auto(FtsRows) rows = {0};
    fts_rows_init(&rows);
    FtsSegmentWriter *writer = fts_segment_writer_new(page_bytes);
    FtsMerge *merge = fts_merge_new((FtsReader *const *)readers->pdata, n_segments, writer);
    FtsRead read = FTS_READ_TERM;
    while ((read = fts_merge_step(merge, n_bytes)) == FTS_READ_TERM) {
        fts_segment_take(writer, &rows);
        fts_pages_add(merged, &rows);
    }
    if (read == FTS_READ_END) {
        const uint32_t last_page = fts_segment_end(writer);
        fts_segment_take(writer, &rows);
        fts_pages_add(merged, &rows);
        fts_pages_end(merged, last_page);
    }
    fts_merge_free(merge);
    fts_segment_writer_free(writer);
    return read;
}
