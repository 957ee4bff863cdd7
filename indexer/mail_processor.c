/* SPDX-License-Identifier: MIT */
#include "indexer/mail_processor.h"

#include <openssl/evp.h>

#include "indexer/arc.h"
#include "indexer/claims.h"
#include "indexer/dkim_repair.h"
#include "indexer/domainkeys.h"
#include "indexer/language_finder.h"
#include "indexer/mime.h"

struct MailProcessor {
    RawMessage message;
    MimeParser *mime;
    DkimVerifier *dkim;             /* NULL when signatures are not looked at */
    ArcVerifier *arc;               /* the same */
    DomainKeysVerifier *domainkeys; /* the same */
    DkimRepairer *repairer;         /* NULL when nothing is repaired */
    LanguageFinder *languages;
    GByteArray *quoted; /* the message as it lies in its mbox; empty if that is no other */
    bool is_plain;      /* as in RepairQuoting */
    bool has_received_at;
    int64_t received_at;
};

/* Libraries load some things when they are first needed: GMime the charset that it guesses in,
 * libcrypto its configuration. A worker cannot open files any more when it gets its first mail.
 */
static void load_all(MailProcessor *processor)
{
    static const char mail[] = "Content-Disposition: attachment; filename=\"\xE9\"\n\n";
    MailRecord record;
    mail_record_init(&record);
    mail_processor_run(processor, slice_of(mail, strlen(mail)), SLICE_EMPTY, CARE_FULL,
                       &record);
    mail_record_destroy(&record);
}

MailProcessor *mail_processor_new(const KeyStore *keys)
{
    MailProcessor *processor = g_new0(MailProcessor, 1);
    processor->mime = mime_parser_new();
    processor->quoted = g_byte_array_new();
    processor->languages = language_finder_new();
    if (keys != NULL) {
        processor->dkim = dkim_verifier_new(keys);
        processor->repairer = dkim_repairer_new(processor->dkim);
        processor->arc = arc_verifier_new(keys);
        processor->domainkeys = domainkeys_verifier_new(keys);
    }
    load_all(processor);
    return processor;
}

void mail_processor_free(MailProcessor *processor)
{
    if (processor == NULL) {
        return;
    }
    raw_message_clear(&processor->message);
    mime_parser_free(processor->mime);
    g_byte_array_unref(processor->quoted);
    language_finder_free(processor->languages);
    dkim_repairer_free(processor->repairer);
    dkim_verifier_free(processor->dkim);
    arc_verifier_free(processor->arc);
    domainkeys_verifier_free(processor->domainkeys);
    g_free(processor);
}

void mail_processor_set_received_at(MailProcessor *processor, int64_t received_at)
{
    processor->has_received_at = true;
    processor->received_at = received_at;
}

void mail_processor_set_repair(MailProcessor *processor, bool is_on)
{
    g_clear_pointer(&processor->repairer, dkim_repairer_free);
    if (is_on && processor->dkim != NULL) {
        processor->repairer = dkim_repairer_new(processor->dkim);
    }
}

void mail_processor_keep_quoted(MailProcessor *processor, Slice bytes)
{
    if (processor->repairer != NULL && bytes.len <= DKIM_REPAIR_BYTES_MAX) {
        g_byte_array_append(processor->quoted, (const guint8 *)bytes.ptr, (guint)bytes.len);
    }
}

void mail_processor_set_plain(MailProcessor *processor)
{
    processor->is_plain = true;
}

static void forget_quoting(MailProcessor *processor)
{
    g_byte_array_set_size(processor->quoted, 0);
    processor->is_plain = false;
}

/* Checks what is signed; a repair knows the message as it was before quoting was undone. */
static void check_signatures(MailProcessor *processor, MailRecord *record)
{
    dkim_verifier_check(processor->dkim, &processor->message, record);
    if (processor->repairer != NULL) {
        const RepairQuoting quoting = {
            slice_of((const char *)processor->quoted->data, processor->quoted->len),
            processor->is_plain,
        };
        dkim_repairer_run(processor->repairer, &processor->message, &quoting, record);
    }
    arc_verifier_check(processor->arc, &processor->message, record);
    domainkeys_verifier_check(processor->domainkeys, &processor->message, record);
}

void mail_processor_hash(Slice bytes, uint8_t ret_sha256[SHA256_BYTES])
{
    int ok = EVP_Digest(bytes.len == 0 ? "" : bytes.ptr, bytes.len, ret_sha256, NULL,
                        EVP_sha256(), NULL);
    g_assert(ok == 1);
}

void mail_processor_run(MailProcessor *processor, Slice bytes, Slice envelope, Care care,
                        MailRecord *record)
{
    mail_processor_hash(bytes, record->sha256);
    record->size = bytes.len;
    if (care == CARE_HASH_ONLY) {
        problem_set_add(&record->problems, PROBLEM_UNREADABLE);
        forget_quoting(processor);
        return;
    }
    raw_message_parse(&processor->message, bytes);
    record->problems |= processor->message.problems;
    if (care == CARE_FULL) {
        mime_parser_read(processor->mime, &processor->message, envelope, record);
        record->language =
            language_finder_run(processor->languages, record->subject, record->body);
    } else {
        mime_parser_read_header(processor->mime, &processor->message, envelope, record);
    }
    if (processor->has_received_at) {
        record->has_received_at = true;
        record->received_at = processor->received_at;
    }
    claims_read(&processor->message, record);
    if (processor->dkim != NULL) {
        check_signatures(processor, record);
    }
    forget_quoting(processor);
}
