/* SPDX-License-Identifier: MIT */
#include "query/shown_field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Slice text = slice_of((const char *)data, size);
    const ShownFields fields = shown_fields_count(text);
    for (ShownField field = 0; field < SHOWN_FIELD_COUNT; field++) {
        g_assert(fields.present[field] >= 0 && (size_t)fields.present[field] <= size);
    }
    g_autofree char *signed_fields = slice_dup(text);
    g_assert(shown_field_signed(SHOWN_FROM, signed_fields) >= 0);
    return 0;
}
