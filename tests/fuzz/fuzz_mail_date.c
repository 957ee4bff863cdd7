/* SPDX-License-Identifier: MIT */
#include "indexer/mail_date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Slice text = slice_of((const char *)data, size);
    MailDate date = {.time = 31536000};
    mail_date_parse(text, &date);
    mail_date_parse_received(text, &date);
    mail_date_parse_envelope(text, &date);
    g_assert(date.time >= 31536000 && date.time < INT64_C(4102444800));
    return 0;
}
