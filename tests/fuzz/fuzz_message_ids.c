/* SPDX-License-Identifier: MIT */
#include "schema/message_ids.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) out = g_string_new(NULL);
    message_ids_append(slice_of((const char *)data, size), 100, out);
    g_assert(g_utf8_validate_len(out->str, out->len, NULL));
    return 0;
}
