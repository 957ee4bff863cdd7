/* SPDX-License-Identifier: MIT */
#include "indexer/slot_record.h"

#include "indexer/mail_processor.h"
#include "schema/record_codec.h"

/* The record of a message that no worker survived: its hash, which is no parsing. */
static void make_unreadable(const JobSlot *slot, const SourceSpan *span, MailRecord *record)
{
    mail_record_clear(record);
    /* The worker may have died before it undid the quoting, or after: do it on a copy. */
    g_autofree char *copy = g_malloc(MAX(span->bytes_length, 1));
    memcpy(copy, slot->window.base + span->bytes_at, span->bytes_length);
    size_t length = occurrence_unquote(copy, span->bytes_length, span->quoting);
    mail_processor_hash(slice_of(copy, length), record->sha256);
    record->size = length;
    if (span->has_sha256) {
        memcpy(record->sha256, span->sha256, SHA256_BYTES);
        record->size = span->unquoted_length;
    }
    problem_set_add(&record->problems, PROBLEM_UNREADABLE);
}

static bool key_is_valid(int64_t key, int64_t n_keys)
{
    return key >= -1 && key < n_keys;
}

static bool key_indexes_are_valid(const MailRecord *record, const KeyStore *keys)
{
    const int64_t n_keys = keys == NULL ? 0 : (int64_t)key_store_size(keys);
    bool are_valid = true;
    for (guint i = 0; i < record->signatures->len; i++) {
        are_valid &=
            key_is_valid(g_array_index(record->signatures, RecordSignature, i).key, n_keys);
    }
    for (guint i = 0; i < record->arc_sets->len; i++) {
        const RecordArcSet *set = &g_array_index(record->arc_sets, RecordArcSet, i);
        are_valid &=
            key_is_valid(set->seal.key, n_keys) && key_is_valid(set->message.key, n_keys);
    }
    for (guint i = 0; i < record->domainkeys->len; i++) {
        are_valid &=
            key_is_valid(g_array_index(record->domainkeys, RecordDomainKeys, i).key, n_keys);
    }
    return are_valid;
}

bool slot_record_read(const JobSlot *slot, const ReaderEvent *event, const KeyStore *keys,
                      MailRecord *record, Slice *ret_flat)
{
    mail_record_clear(record);
    const Slice flat = mail_record_keep(record, job_slot_result(slot, event->item));
    bool decoded = flat.len > 0 && record_decode(flat, false, record) &&
                   key_indexes_are_valid(record, keys);
    if (!decoded) {
        make_unreadable(slot, &event->span, record);
    }
    record->problems |= event->span.problems;
    if (ret_flat != NULL) {
        *ret_flat = decoded ? flat : SLICE_EMPTY;
    }
    return decoded;
}
