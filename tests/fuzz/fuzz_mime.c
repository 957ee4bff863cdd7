/* SPDX-License-Identifier: MIT */
#include "indexer/mime.h"
#include "schema/record_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static MimeParser *parser;
    if (parser == NULL) {
        parser = mime_parser_new();
    }
    RawMessage message = {0};
    MailRecord record;
    mail_record_init(&record);
    raw_message_parse(&message, slice_of((const char *)data, size));
    mime_parser_read(parser, &message, SLICE_EMPTY, &record);
    g_assert(record.body.len == 0 ||
             g_utf8_validate_len(record.body.ptr, record.body.len, NULL));
    g_assert(record.subject.len == 0 ||
             g_utf8_validate_len(record.subject.ptr, record.subject.len, NULL));
    mail_record_destroy(&record);
    raw_message_clear(&message);
    return 0;
}
