/* SPDX-License-Identifier: MIT */
#include "indexer/dkim.h"
#include "tests/fuzz/rfc_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DkimVerifier *verifier;
    static MailRecord record;
    if (verifier == NULL) {
        verifier = dkim_verifier_new(rfc_keys_new());
        mail_record_init(&record);
    }
    RawMessage message = {0};
    raw_message_parse(&message, slice_of((const char *)data, size));
    mail_record_clear(&record);
    dkim_verifier_check(verifier, &message, &record);
    g_assert((record.verdict.best == SIZE_MAX) == (record.signatures->len == 0));
    raw_message_clear(&message);
    return 0;
}
