/* SPDX-License-Identifier: MIT */
#include "indexer/flowed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) out = g_string_new(NULL);
    flowed_append(slice_of((const char *)data, size), size % 2 == 1, out);
    g_assert(out->len <= 3 * size + 3);
    return 0;
}
