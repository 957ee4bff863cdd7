/* SPDX-License-Identifier: MIT */
#include "indexer/dkim.h"

#include "indexer/dkim_alignment.h"
#include "indexer/dkim_finding.h"
#include "indexer/dkim_record_text.h"
#include "schema/dkim_header_hash.h"

_Static_assert(DKIM_SIGNATURE_MAX <= DKIM_BODY_HASH_MAX, "every signature may ask for a hash");

/* A signature that can be checked. */
typedef struct {
    DkimSignature signature;
    const RawField *field;
    guint record_index; /* in record->signatures */
    KeyRank rank;
} Checkable;

struct DkimVerifier {
    DkimAlignment *alignment;
    DkimDigest *digest;
    DkimHeaderIndex *index;
    DkimKeySearch *key_search;
    GArray *verdict_inputs; /* VerdictInput */
    Checkable scratch;
    Checkable checkable[DKIM_SIGNATURE_MAX];
    DkimBodyHash body_hashes[DKIM_SIGNATURE_MAX];
    size_t n_checkable;
    bool aligned;     /* the signature that was checked last */
    size_t n_authors; /* of the message */
};

DkimVerifier *dkim_verifier_new(const KeyStore *keys)
{
    DkimVerifier *verifier = g_new0(DkimVerifier, 1);
    verifier->alignment = dkim_alignment_new();
    verifier->digest = dkim_digest_new();
    verifier->index = dkim_header_index_new();
    verifier->verdict_inputs = g_array_new(false, false, sizeof(VerdictInput));
    verifier->key_search = dkim_key_search_new(keys);
    return verifier;
}

void dkim_verifier_free(DkimVerifier *verifier)
{
    if (verifier == NULL) {
        return;
    }
    dkim_alignment_free(verifier->alignment);
    dkim_digest_free(verifier->digest);
    dkim_header_index_free(verifier->index);
    g_array_unref(verifier->verdict_inputs);
    dkim_key_search_free(verifier->key_search);
    g_free(verifier);
}

static void add_signature(MailRecord *record, const DkimSignature *signature,
                          const RawMessage *message, const RawField *field)
{
    const RecordSignature entry = {
        .field = (uint32_t)(field - message->fields),
        .version = dkim_record_text(record, signature->version, DKIM_RECORD_TEXT_MAX),
        .algorithm = dkim_record_lower(record, signature->algorithm_text),
        .domain = dkim_record_domain(record, signature),
        .identity = dkim_record_text(record, signature->identity, DKIM_RECORD_TEXT_MAX),
        .selector = dkim_record_text(record, signature->selector, DKIM_RECORD_TEXT_MAX),
        .canonicalization = dkim_record_canonicalization(signature),
        .signed_fields = dkim_record_signed_fields(record, signature->signed_fields),
        .body_length =
            signature->body_length == UINT64_MAX ? -1 : (int64_t)signature->body_length,
        .signed_at = signature->signed_at,
        .expires_at = signature->expires_at,
        .signature = mail_record_keep(
            record, slice_of((const char *)signature->signature, signature->signature_len)),
        .result = DKIM_RESULT_PERMERROR,
        .reason = slice_of_string(signature->fault),
        .key = -1,
    };
    g_array_append_val(record->signatures, entry);
}

static void refuse(MailRecord *record, guint record_index, Slice reason)
{
    RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, record_index);
    entry->result = DKIM_RESULT_POLICY;
    entry->reason = reason;
}

/* Makes room for a signature when all places are taken: one of lower rank gives way, so that
 * any number of signatures without a key hides none that has one.
 * Returns: (transfer none) the place, NULL when none gives way. */
static Checkable *make_room(DkimVerifier *verifier, KeyRank rank, MailRecord *record)
{
    Checkable *worst = &verifier->checkable[0];
    for (size_t i = 1; i < verifier->n_checkable; i++) {
        if (verifier->checkable[i].rank <= worst->rank) {
            worst = &verifier->checkable[i];
        }
    }
    if (worst->rank >= rank) {
        return NULL;
    }
    refuse(record, worst->record_index, SLICE_LITERAL("too many signatures to check"));
    return worst;
}

/* Where the next signature is read: in its place if there is one left. */
static Checkable *next_checkable(DkimVerifier *verifier)
{
    return verifier->n_checkable < DKIM_SIGNATURE_MAX
               ? &verifier->checkable[verifier->n_checkable]
               : &verifier->scratch;
}

/* `checkable` is next_checkable. */
static void add_checkable(DkimVerifier *verifier, const Checkable *checkable,
                          MailRecord *record)
{
    if (verifier->n_checkable < DKIM_SIGNATURE_MAX) {
        verifier->n_checkable++;
        return;
    }
    problem_set_add(&record->problems, PROBLEM_TOO_MANY_SIGNATURES);
    Checkable *place = make_room(verifier, checkable->rank, record);
    if (place == NULL) {
        refuse(record, checkable->record_index, SLICE_LITERAL("too many signatures to check"));
    } else {
        *place = *checkable;
    }
}

/* Reads one DKIM-Signature field; what can be checked goes to verifier->checkable. */
static void take_field(DkimVerifier *verifier, const RawMessage *message, const RawField *field,
                       MailRecord *record)
{
    Checkable *checkable = next_checkable(verifier);
    const DkimSignature *signature = &checkable->signature;
    dkim_signature_parse(field->value, &checkable->signature);
    add_signature(record, signature, message, field);
    if (signature->fault != NULL) {
        return;
    }
    checkable->field = field;
    checkable->record_index = record->signatures->len - 1;
    if (problem_set_has(message->problems, PROBLEM_TOO_MANY_HEADERS)) {
        /* The fields below the limit are not known, and h= counts from the bottom. */
        refuse(record, checkable->record_index,
               SLICE_LITERAL("too many header fields to check"));
        return;
    }
    checkable->rank = dkim_key_search_rank(verifier->key_search, signature->selector_name,
                                           signature->domain_name);
    add_checkable(verifier, checkable, record);
}

static void take_other_end(DkimBodyHash *hash)
{
    if (hash->limit == UINT64_MAX) {
        memcpy(hash->digest, hash->other_end, sizeof hash->digest);
    }
}

static void hash_body(DkimVerifier *verifier, Slice body, DkimBodyEnd body_end)
{
    for (size_t i = 0; i < verifier->n_checkable; i++) {
        verifier->body_hashes[i] = dkim_body_hash_wanted(&verifier->checkable[i].signature);
    }
    dkim_body_hash_compute(verifier->digest, body, verifier->body_hashes,
                           verifier->n_checkable);
    for (size_t i = 0; body_end == DKIM_BODY_END_OTHER && i < verifier->n_checkable; i++) {
        take_other_end(&verifier->body_hashes[i]);
    }
}

/* x= against the time of receipt, as well as that is known; never against today. */
static bool was_expired(const DkimSignature *signature, const MailRecord *record)
{
    if (signature->expires_at < 0) {
        return false;
    }
    if (record->has_received_at) {
        return record->received_at > signature->expires_at;
    }
    return signature->signed_at < 0 && record->has_date && record->date > signature->expires_at;
}

static void check_signature(DkimVerifier *verifier, size_t at, MailRecord *record)
{
    const Checkable *checkable = &verifier->checkable[at];
    const DkimSignature *signature = &checkable->signature;
    const DkimBodyHash *body = &verifier->body_hashes[at];
    RecordSignature *entry =
        &g_array_index(record->signatures, RecordSignature, checkable->record_index);

    const DkimSignature *before = at == 0 ? NULL : &verifier->checkable[at - 1].signature;
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    dkim_header_hash(verifier->digest, verifier->index, before, signature, checkable->field,
                     digest);
    const Slice header_digest = slice_of(
        (const char *)digest, dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm)));
    const DkimKeyTerms terms = {.has_date = record->has_date, .date = record->date};
    const DkimFinding finding =
        dkim_finding_make(verifier->key_search, signature, header_digest, body, &terms);

    if (before == NULL || strcmp(before->domain_name, signature->domain_name) != 0) {
        verifier->aligned = dkim_alignment_check_authors(
            verifier->alignment, signature->domain_name, record, &verifier->n_authors);
    }
    entry->aligned = verifier->aligned;
    entry->header_digest = mail_record_keep(record, header_digest);
    entry->body_bytes = body->body_bytes;
    entry->header_ok = finding.header_ok;
    entry->body_ok = finding.body_ok;
    entry->key = finding.key;
    entry->result = finding.result;
    entry->reason = slice_of_string(finding.reason);
    entry->caveats = finding.caveats | dkim_header_caveats(verifier->index);
    entry->caveats |= entry->aligned ? 0 : CAVEAT_BIT(UNALIGNED);
    entry->caveats |= verifier->n_authors > 1 ? CAVEAT_BIT(MULTIPLE_FROM) : 0;
    if (signature->algorithm == DKIM_ALGORITHM_RSA_SHA1) {
        entry->caveats |= CAVEAT_BIT(SHA1);
    }
    if (was_expired(signature, record)) {
        entry->caveats |= CAVEAT_BIT(EXPIRED);
    }
}

void dkim_verifier_combine(DkimVerifier *verifier, MailRecord *record)
{
    GArray *inputs = verifier->verdict_inputs;
    g_array_set_size(inputs, 0);
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        const VerdictInput input = {.result = entry->result, .caveats = entry->caveats};
        g_array_append_val(inputs, input);
    }
    record->verdict = verdict_of((const VerdictInput *)(const void *)inputs->data, inputs->len);
}

void dkim_verifier_check_end(DkimVerifier *verifier, const RawMessage *message,
                             DkimBodyEnd body_end, MailRecord *record)
{
    g_array_set_size(record->signatures, 0);
    verifier->n_checkable = 0;
    for (size_t i = 0; i < message->n_fields; i++) {
        if (slice_equal_nocase(message->fields[i].name, SLICE_LITERAL("DKIM-Signature"))) {
            take_field(verifier, message, &message->fields[i], record);
        }
    }
    if (verifier->n_checkable > 0) {
        dkim_header_index_build(verifier->index, message);
        hash_body(verifier, message->body, body_end);
        for (size_t i = 0; i < verifier->n_checkable; i++) {
            check_signature(verifier, i, record);
        }
    }
    dkim_verifier_combine(verifier, record);
}

void dkim_verifier_check(DkimVerifier *verifier, const RawMessage *message, MailRecord *record)
{
    dkim_verifier_check_end(verifier, message, DKIM_BODY_END_CANONICAL, record);
}

bool dkim_verifier_fits_other_end(const DkimVerifier *verifier)
{
    for (size_t i = 0; i < verifier->n_checkable; i++) {
        const DkimSignature *signature = &verifier->checkable[i].signature;
        const DkimBodyHash *hash = &verifier->body_hashes[i];
        if (hash->limit == UINT64_MAX &&
            signature->body_hash_len == dkim_hash_bytes(hash->hash) &&
            memcmp(signature->body_hash, hash->other_end, signature->body_hash_len) == 0) {
            return true;
        }
    }
    return false;
}
