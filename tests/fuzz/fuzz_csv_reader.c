/* SPDX-License-Identifier: MIT */
#include "query/csv_reader.h"
#include "query/csv_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reading ends, and what was read stays the same when it is written and read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CsvReader reader = csv_reader_on(slice_of((const char *)data, size));
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const char *fault = NULL;
    size_t n_records = 0;
    while (csv_reader_next(&reader, cells, &fault)) {
        g_assert(cells->len > 0 && cells->len <= CSV_READER_CELLS_MAX);
        g_assert(++n_records <= size);
        g_autoptr(GString) out = g_string_new(NULL);
        CsvWriter writer = csv_writer_on(out, reader.separator);
        for (guint i = 0; i < cells->len; i++) {
            csv_writer_text(&writer, slice_of_string(g_ptr_array_index(cells, i)));
        }
        csv_writer_end(&writer);
        CsvReader again = csv_reader_on(slice_of(out->str, out->len));
        again.separator = reader.separator;
        g_autoptr(GPtrArray) same = g_ptr_array_new_with_free_func(g_free);
        g_assert(csv_reader_next(&again, same, &fault) && fault == NULL);
        g_assert(same->len == cells->len && again.rest.len == 0);
    }
    g_assert(reader.rest.len == 0);
    return 0;
}
