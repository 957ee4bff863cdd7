/* SPDX-License-Identifier: MIT */
#include "indexer/arc.h"
#include "tests/fuzz/rfc_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ArcVerifier *verifier;
    static MailRecord record;
    if (verifier == NULL) {
        verifier = arc_verifier_new(rfc_keys_new());
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
