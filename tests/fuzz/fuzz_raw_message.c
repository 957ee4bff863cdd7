/* SPDX-License-Identifier: MIT */
#include "schema/raw_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    RawMessage message = {0};
    raw_message_parse(&message, slice_of((const char *)data, size));
    size_t n_bytes = message.body.len;
    for (size_t i = 0; i < message.n_fields; i++) {
        const RawField *field = &message.fields[i];
        g_assert(field->name.len > 0 && field->name.len < field->whole.len);
        g_assert(field->value.ptr >= field->name.ptr + field->name.len);
        n_bytes += field->whole.len;
    }
    g_assert(n_bytes <= size);
    raw_message_clear(&message);
    return 0;
}
