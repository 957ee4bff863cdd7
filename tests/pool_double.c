/* SPDX-License-Identifier: MIT */
#include "pool_double.h"

#include "indexer/mail_processor.h"

void mail_processor_set_received_at(MailProcessor *processor G_GNUC_UNUSED,
                                    int64_t received_at G_GNUC_UNUSED)
{
}

void mail_processor_set_repair(MailProcessor *processor G_GNUC_UNUSED, bool is_on G_GNUC_UNUSED)
{
}

void mail_processor_keep_quoted(MailProcessor *processor G_GNUC_UNUSED,
                                Slice bytes G_GNUC_UNUSED)
{
}

void mail_processor_set_plain(MailProcessor *processor G_GNUC_UNUSED)
{
}

void mail_processor_hash(Slice bytes, uint8_t ret_sha256[SHA256_BYTES])
{
    memset(ret_sha256, (int)bytes.len, SHA256_BYTES);
}

void pool_double_add(JobSlot *slot, const char *text)
{
    const size_t length = strlen(text);
    const SourceSpan span = {.kind = SPAN_MESSAGE,
                             .length = length,
                             .bytes_at = slot->window.used,
                             .bytes_length = length};
    memcpy(slot->window.base + slot->window.used, text, length);
    slot->window.used += length;
    job_slot_add(slot, &span);
}
