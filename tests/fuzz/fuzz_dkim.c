/* SPDX-License-Identifier: MIT */
#include "indexer/dkim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static KeyStore *make_keys(void)
{
    /* RFC 6376 appendix C, RFC 8463 appendix A.2. */
    KeyStore *keys = key_store_new();
    key_store_add(
        keys, "brisbane", "example.com",
        "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7"
        "/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto"
        "/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB",
        NULL);
    key_store_add(keys, "brisbane", "football.example.com",
                  "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", NULL);
    return keys;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DkimVerifier *verifier;
    static MailRecord record;
    if (verifier == NULL) {
        verifier = dkim_verifier_new(make_keys());
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
