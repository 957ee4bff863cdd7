/* SPDX-License-Identifier: MIT */
#include "schema/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int is_whole = 0; is_whole < 2; is_whole++) {
        const char *type = sniff_type(slice_of((const char *)data, size), is_whole == 1);
        g_assert(type == NULL || strchr(type, '/') != NULL);
    }
    return 0;
}
