/* SPDX-License-Identifier: MIT */
#include "indexer/arc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static KeyStore *make_keys(void)
{
    /* RFC 8463 appendix A.2 and A.3: the seeds are sealed with both. */
    KeyStore *keys = key_store_new();
    key_store_add(keys, "brisbane", "football.example.com",
                  "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", NULL);
    key_store_add(
        keys, "test", "football.example.com",
        "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bd"
        "OKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5"
        "QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
        NULL);
    return keys;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ArcVerifier *verifier;
    static MailRecord record;
    if (verifier == NULL) {
        verifier = arc_verifier_new(make_keys());
        mail_record_init(&record);
    }
    RawMessage message = {0};
    raw_message_parse(&message, slice_of((const char *)data, size));
    mail_record_clear(&record);
    arc_verifier_check(verifier, &message, &record);
    g_assert((record.arc == ARC_RESULT_NONE) == (record.arc_reason.len == 0));
    g_assert(record.arc != ARC_RESULT_PASS || record.arc_sets->len > 0);
    raw_message_clear(&message);
    return 0;
}
