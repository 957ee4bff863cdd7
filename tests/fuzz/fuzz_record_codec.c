/* SPDX-License-Identifier: MIT */
#include "schema/record_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes are no record, or the record that gives these bytes again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MailRecord record;
    mail_record_init(&record);
    if (record_decode(slice_of((const char *)data, size), false, &record)) {
        g_autofree char *again = g_malloc(size);
        g_assert(record_encode(&record, again, size) == size);
        g_assert(memcmp(again, data, size) == 0);
        g_assert(record_encode(&record, again, size - 1) == 0);
        g_assert(record.body.len == 0 ||
                 g_utf8_validate_len(record.body.ptr, record.body.len, NULL));
    }
    mail_record_destroy(&record);
    return 0;
}
