/* SPDX-License-Identifier: MIT */
#include "indexer/domainkeys.h"

#include "indexer/dkim_alignment.h"
#include "indexer/dkim_finding.h"
#include "indexer/dkim_record_text.h"
#include "indexer/mail_address.h"
#include "schema/dkim_header_hash.h"
#include "schema/domainkeys_fields.h"
#include "schema/domainkeys_signature.h"

/* A field that can be checked. */
typedef struct {
    const RawField *field;
    guint record_index; /* in record->domainkeys */
    KeyRank rank;
} Checkable;

struct DomainKeysVerifier {
    DkimAlignment *alignment;
    DkimDigest *digest;
    DkimHeaderIndex *index;
    DkimKeySearch *key_search;
    CharsetDecoder *charsets;
    EncodedWordDecoder *words;
    MailAddressReader *addresses;
    MailRecord sender; /* only its addresses are used */
    DomainKeysFields fields;
    DomainKeysSignature parsed;
    GArray *checkable; /* Checkable */
};

/* Who sent the message, as the signature has it. */
typedef struct {
    const char *fault; /* constant words; NULL when the sender is in the signing domain */
    Slice address;     /* in the record's memory */
    Slice local_part;
    bool is_domain; /* the address is of d= itself */
} Sender;

DomainKeysVerifier *domainkeys_verifier_new(const KeyStore *keys)
{
    DomainKeysVerifier *verifier = g_new0(DomainKeysVerifier, 1);
    verifier->alignment = dkim_alignment_new();
    verifier->digest = dkim_digest_new();
    verifier->index = dkim_header_index_new();
    verifier->key_search = dkim_key_search_new(keys);
    verifier->charsets = charset_decoder_new();
    verifier->words = encoded_word_decoder_new(verifier->charsets);
    verifier->addresses = mail_address_reader_new(verifier->words, verifier->charsets);
    verifier->checkable = g_array_new(false, false, sizeof(Checkable));
    mail_record_init(&verifier->sender);
    domainkeys_fields_init(&verifier->fields);
    return verifier;
}

void domainkeys_verifier_free(DomainKeysVerifier *verifier)
{
    if (verifier == NULL) {
        return;
    }
    dkim_alignment_free(verifier->alignment);
    dkim_digest_free(verifier->digest);
    dkim_header_index_free(verifier->index);
    dkim_key_search_free(verifier->key_search);
    mail_address_reader_free(verifier->addresses);
    encoded_word_decoder_free(verifier->words);
    charset_decoder_free(verifier->charsets);
    mail_record_destroy(&verifier->sender);
    domainkeys_fields_clear(&verifier->fields);
    g_array_unref(verifier->checkable);
    g_free(verifier);
}

static void set_result(RecordDomainKeys *entry, DkimResult result, const char *reason)
{
    entry->result = result;
    entry->reason = slice_of_string(reason);
}

static void add_record(MailRecord *record, const DomainKeysSignature *parsed,
                       const RawMessage *message, const RawField *field)
{
    const DkimSignature *signature = &parsed->signature;
    const RecordDomainKeys entry = {
        .field = (uint32_t)(field - message->fields),
        .algorithm = dkim_record_lower(record, signature->algorithm_text),
        .domain = dkim_record_domain(record, signature),
        .selector = dkim_record_text(record, signature->selector, DKIM_RECORD_TEXT_MAX),
        .canonicalization = slice_of_string(domainkeys_canon_word(parsed->canon)),
        .signed_fields = dkim_record_signed_fields(record, signature->signed_fields),
        .signature = mail_record_keep(
            record, slice_of((const char *)signature->signature, signature->signature_len)),
        .result = DKIM_RESULT_PERMERROR,
        .reason = slice_of_string(signature->fault),
        .key = -1,
    };
    g_array_append_val(record->domainkeys, entry);
}

/* Reads one DomainKey-Signature field; what can be checked goes to verifier->checkable. */
static void take_field(DomainKeysVerifier *verifier, const RawMessage *message,
                       const RawField *field, MailRecord *record)
{
    const DkimSignature *signature = &verifier->parsed.signature;
    domainkeys_signature_parse(field->value, &verifier->parsed);
    add_record(record, &verifier->parsed, message, field);
    if (signature->fault != NULL) {
        return;
    }
    const Checkable checkable = {
        .field = field,
        .record_index = record->domainkeys->len - 1,
        .rank = dkim_key_search_rank(verifier->key_search, signature->selector_name,
                                     signature->domain_name),
    };
    g_array_append_val(verifier->checkable, checkable);
}

/* "subdomain matching": the sending address is in d= or in a domain below it (3.3). */
static void match_domain(Sender *sender, Slice address, const char *domain_name)
{
    char name[DKIM_DOMAIN_BYTES_MAX + 1];
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    const size_t len = at == NULL ? 0 : (size_t)(at - address.ptr);
    if (at == NULL || !dkim_domain_normalize(slice_from(address, len + 1), name)) {
        sender->fault = "the sender has no address";
        return;
    }
    sender->local_part = slice_of(address.ptr, len);
    sender->is_domain = strcmp(name, domain_name) == 0;
    if (!dkim_domain_is_within(name, domain_name)) {
        sender->fault = "the sender is not in the signing domain (d=)";
    }
}

/* The sending address, of the fields that are covered: an added Sender is not the signer's. */
static Sender find_sender(DomainKeysVerifier *verifier, MailRecord *record)
{
    const DomainKeysFields *fields = &verifier->fields;
    const RawField *field = domainkeys_fields_first(fields, SLICE_LITERAL("Sender"));
    if (field == NULL) {
        field = domainkeys_fields_first(fields, SLICE_LITERAL("From"));
    }
    if (field == NULL) {
        return (Sender){.fault = "neither From nor Sender is signed"};
    }
    mail_record_clear(&verifier->sender);
    mail_address_reader_append(verifier->addresses, field->value, ADDRESS_SENDER,
                               &verifier->sender);
    Sender sender = {0};
    if (verifier->sender.addresses->len > 0) {
        const RecordAddress *first =
            &g_array_index(verifier->sender.addresses, RecordAddress, 0);
        sender.address = mail_record_keep(record, first->address);
    }
    match_domain(&sender, sender.address, verifier->parsed.signature.domain_name);
    return sender;
}

/* Returns: the digest, in the record's memory. */
static Slice hash_message(DomainKeysVerifier *verifier, const GPtrArray *fields, Slice body,
                          MailRecord *record)
{
    const DomainKeysCanon canon = verifier->parsed.canon;
    uint8_t bytes[DKIM_HASH_BYTES_MAX];
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, dkim_digest_write, verifier->digest);
    dkim_digest_begin(verifier->digest, DKIM_HASH_SHA1);
    domainkeys_fields_write(&writer, canon, fields, body);
    dkim_digest_end(verifier->digest, bytes);
    return mail_record_keep(record,
                            slice_of((const char *)bytes, dkim_hash_bytes(DKIM_HASH_SHA1)));
}

/* What the signature leaves open. The fields of a name that are covered are the lowest ones. */
static CaveatSet find_caveats(DomainKeysVerifier *verifier, const RawField *self,
                              const MailRecord *record, bool *ret_aligned)
{
    const GPtrArray *fields = verifier->fields.as_found;
    dkim_header_index_begin(verifier->index, self);
    for (guint i = 0; i < fields->len; i++) {
        const RawField *field = g_ptr_array_index(fields, i);
        dkim_header_index_take(verifier->index, field->name);
    }
    size_t n_authors = 0;
    *ret_aligned = dkim_alignment_check_authors(
        verifier->alignment, verifier->parsed.signature.domain_name, record, &n_authors);
    CaveatSet caveats = dkim_header_caveats(verifier->index) | CAVEAT_BIT(SHA1);
    caveats |= *ret_aligned ? 0 : CAVEAT_BIT(UNALIGNED);
    caveats |= n_authors > 1 ? CAVEAT_BIT(MULTIPLE_FROM) : 0;
    return caveats;
}

/* Asks the keys about both orders of the fields. */
static DkimKeyAnswer ask_keys(DomainKeysVerifier *verifier, const MailRecord *record,
                              const RecordDomainKeys *entry, const Sender *sender)
{
    const DkimSignature *signature = &verifier->parsed.signature;
    DkimKeyQuestion question = {
        .selector = signature->selector_name,
        .domain = signature->domain_name,
        .algorithm = signature->algorithm,
        .terms = {.has_date = record->has_date, .date = record->date},
        .identity_is_domain = sender->is_domain,
        .digest = entry->digest,
        .signature = entry->signature,
        .has_granularity = true,
        .local_part = sender->local_part,
    };
    const DkimKeyAnswer answer = dkim_key_search_run(verifier->key_search, &question);
    if (answer.outcome == DKIM_KEYS_GOOD || entry->listed_digest.len == 0) {
        return answer;
    }
    question.digest = entry->listed_digest;
    return dkim_key_search_run(verifier->key_search, &question);
}

static void check_signature(DomainKeysVerifier *verifier, const RawMessage *message,
                            const Checkable *checkable, MailRecord *record)
{
    const DomainKeysSignature *parsed = &verifier->parsed;
    const DomainKeysFields *fields = &verifier->fields;
    RecordDomainKeys *entry =
        &g_array_index(record->domainkeys, RecordDomainKeys, checkable->record_index);
    domainkeys_signature_parse(checkable->field->value, &verifier->parsed);
    domainkeys_fields_find(&verifier->fields, message, checkable->field,
                           parsed->has_signed_fields ? &parsed->signature.signed_fields : NULL);
    const Sender sender = find_sender(verifier, record);
    entry->sender = sender.address;
    entry->caveats = find_caveats(verifier, checkable->field, record, &entry->aligned);
    entry->digest = hash_message(verifier, fields->as_found, message->body, record);
    if (fields->as_listed->len > 0) {
        entry->listed_digest = hash_message(verifier, fields->as_listed, message->body, record);
    }
    if (sender.fault != NULL) {
        set_result(entry, DKIM_RESULT_PERMERROR, sender.fault);
        return;
    }
    const DkimKeyAnswer answer = ask_keys(verifier, record, entry, &sender);
    const DkimFinding finding = dkim_finding_of_answer(&answer, TRI_UNKNOWN, false);
    entry->key = finding.key;
    entry->caveats |= finding.caveats;
    set_result(entry, finding.result, finding.reason);
}

/* Checks those whose keys are of that rank, as far as the limit reaches. */
static void check_rank(DomainKeysVerifier *verifier, const RawMessage *message, KeyRank rank,
                       size_t *n_checked, MailRecord *record)
{
    for (guint i = 0; i < verifier->checkable->len; i++) {
        const Checkable *checkable = &g_array_index(verifier->checkable, Checkable, i);
        RecordDomainKeys *entry =
            &g_array_index(record->domainkeys, RecordDomainKeys, checkable->record_index);
        if (checkable->rank != rank) {
            continue;
        }
        if (problem_set_has(message->problems, PROBLEM_TOO_MANY_HEADERS)) {
            /* The fields below the limit are not known. */
            set_result(entry, DKIM_RESULT_POLICY, "too many header fields to check");
        } else if (*n_checked == DOMAINKEYS_SIGNATURE_MAX) {
            problem_set_add(&record->problems, PROBLEM_TOO_MANY_SIGNATURES);
            set_result(entry, DKIM_RESULT_POLICY, "too many signatures to check");
        } else {
            ++*n_checked;
            check_signature(verifier, message, checkable, record);
        }
    }
}

void domainkeys_verifier_check(DomainKeysVerifier *verifier, const RawMessage *message,
                               MailRecord *record)
{
    static const KeyRank ranks[] = {KEY_RANK_OWN, KEY_RANK_SHARED, KEY_RANK_NONE};
    g_array_set_size(record->domainkeys, 0);
    g_array_set_size(verifier->checkable, 0);
    for (size_t i = 0; i < message->n_fields; i++) {
        if (slice_equal_nocase(message->fields[i].name, SLICE_LITERAL("DomainKey-Signature"))) {
            take_field(verifier, message, &message->fields[i], record);
        }
    }
    if (verifier->checkable->len == 0) {
        return;
    }
    size_t n_checked = 0;
    dkim_header_index_build(verifier->index, message);
    for (size_t i = 0; i < G_N_ELEMENTS(ranks); i++) {
        check_rank(verifier, message, ranks[i], &n_checked, record);
    }
}
