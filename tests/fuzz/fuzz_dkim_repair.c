/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_repair.h"
#include "schema/occurrence.h"
#include "tests/fuzz/rfc_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_repaired(const RecordSignature *entry)
{
    const bool is_repaired = entry->repair != REPAIR_NONE;
    g_assert(((entry->caveats & CAVEAT_BIT(REPAIRED)) != 0) == is_repaired);
    g_assert(!is_repaired || entry->result == DKIM_RESULT_PASS ||
             entry->result == DKIM_RESULT_NOKEY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DkimVerifier *verifier;
    static DkimRepairer *repairer;
    static MailRecord record;
    if (verifier == NULL) {
        verifier = dkim_verifier_new(rfc_keys_new());
        repairer = dkim_repairer_new(verifier);
        mail_record_init(&record);
    }
    g_autofree char *bytes = g_memdup2(data, size);
    const size_t len = occurrence_unquote(bytes, size, QUOTING_MBOXRD);
    const RepairQuoting quoting = {
        .quoted = slice_of((const char *)data, len < size ? size : 0),
        .is_plain = len == size && size % 2 == 0, /* or not known */
    };
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(bytes, len));
    mail_record_clear(&record);
    dkim_verifier_check(verifier, &message, &record);
    dkim_repairer_run(repairer, &message, &quoting, &record);
    for (guint i = 0; i < record.signatures->len; i++) {
        check_repaired(&g_array_index(record.signatures, RecordSignature, i));
    }
    raw_message_clear(&message);
    return 0;
}
