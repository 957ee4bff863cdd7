/* SPDX-License-Identifier: MIT */
#include "indexer/mail_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static CharsetDecoder *charsets;
    if (charsets == NULL) {
        charsets = charset_decoder_new();
    }
    g_autoptr(EncodedWordDecoder) words = encoded_word_decoder_new(charsets);
    g_autoptr(MailAddressReader) reader = mail_address_reader_new(words, charsets);
    MailRecord record;
    mail_record_init(&record);
    mail_address_reader_append(reader, slice_of((const char *)data, size), ADDRESS_TO, &record);
    for (guint i = 0; i < record.addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(record.addresses, RecordAddress, i);
        g_assert(entry->name.len + entry->address.len > 0);
        g_assert(entry->name.len == 0 ||
                 g_utf8_validate_len(entry->name.ptr, entry->name.len, NULL));
        g_assert(entry->address.len == 0 ||
                 g_utf8_validate_len(entry->address.ptr, entry->address.len, NULL));
    }
    mail_record_destroy(&record);
    return 0;
}
