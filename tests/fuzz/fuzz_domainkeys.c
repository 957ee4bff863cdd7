/* SPDX-License-Identifier: MIT */
#include "indexer/domainkeys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The key of the seeds, which Mail::DKIM signed. */
#define KEY                                                                                    \
    "k=rsa; g=j*; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDeqeTJ1PrYu/"                        \
    "ZRMJgsZ8UGZz5YWBIkSKHUAJUWpQMLKWbVwiww5O1hOuy1PJ/6k0yJxs9WNpY85O5rLQwHCsJf+F7sZzQPoLwoO"  \
    "QrZ4ni4Na+0O96ofIhj3J6WGyAmB1x3fdanq79UYAIRph9gkBWeVqTLkHbW726sh1RONFgtIQIDAQAB"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DomainKeysVerifier *verifier;
    static MailRecord record;
    if (verifier == NULL) {
        KeyStore *keys = key_store_new();
        key_store_add(keys, "old", "example.com", KEY, NULL);
        verifier = domainkeys_verifier_new(keys);
        mail_record_init(&record);
    }
    RawMessage message = {0};
    raw_message_parse(&message, slice_of((const char *)data, size));
    mail_record_clear(&record);
    domainkeys_verifier_check(verifier, &message, &record);
    for (guint i = 0; i < record.domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record.domainkeys, RecordDomainKeys, i);
        g_assert(entry->result != DKIM_RESULT_PASS ||
                 (entry->digest.len == 20 && entry->sender.len > 0 && entry->key == 0));
    }
    raw_message_clear(&message);
    return 0;
}
