/* SPDX-License-Identifier: MIT */
#include "indexer/arc.h"

#include "indexer/dkim_finding.h"
#include "indexer/dkim_record_text.h"
#include "schema/arc_seal.h"
#include "schema/auth_results.h"
#include "schema/dkim_header_hash.h"

_Static_assert(ARC_SET_MAX <= DKIM_BODY_HASH_MAX, "every message signature asks for a hash");

static const char *const missing_field = "the field is missing";
static const char *const unsealable = "a set under the seal is not complete";

struct ArcVerifier {
    DkimDigest *digest;
    DkimHeaderIndex *index;
    DkimKeySearch *key_search;
    ArcSets sets;
    DkimBodyHash body_hashes[ARC_SET_MAX]; /* of the message signatures that can be checked */
    size_t hash_of[ARC_SET_MAX];           /* by instance - 1: index in body_hashes */
    DkimKeyTerms terms;                    /* of the message that is being checked */
};

ArcVerifier *arc_verifier_new(const KeyStore *keys)
{
    ArcVerifier *verifier = g_new0(ArcVerifier, 1);
    verifier->digest = dkim_digest_new();
    verifier->index = dkim_header_index_new();
    verifier->key_search = dkim_key_search_new(keys);
    return verifier;
}

void arc_verifier_free(ArcVerifier *verifier)
{
    if (verifier == NULL) {
        return;
    }
    dkim_digest_free(verifier->digest);
    dkim_header_index_free(verifier->index);
    dkim_key_search_free(verifier->key_search);
    g_free(verifier);
}

/* Results as one line: every run of white space is one space. */
static Slice keep_results(MailRecord *record, Slice payload)
{
    g_autoptr(GString) line = g_string_sized_new(MIN(payload.len, ARC_RESULTS_TEXT_MAX));
    for (size_t i = 0; i < payload.len && line->len < ARC_RESULTS_TEXT_MAX; i++) {
        const char c = payload.ptr[i];
        if (!dkim_is_space(c)) {
            g_string_append_c(line, c);
        } else if (line->len > 0 && line->str[line->len - 1] != ' ') {
            g_string_append_c(line, ' ');
        }
    }
    return dkim_record_text(record, slice_of(line->str, line->len), ARC_RESULTS_TEXT_MAX);
}

static RecordArcSignature record_signature(MailRecord *record, const DkimSignature *signature)
{
    return (RecordArcSignature){
        .algorithm = dkim_record_lower(record, signature->algorithm_text),
        .domain = dkim_record_domain(record, signature),
        .selector = dkim_record_text(record, signature->selector, DKIM_RECORD_TEXT_MAX),
        .signed_at = signature->signed_at,
        .signature = mail_record_keep(
            record, slice_of((const char *)signature->signature, signature->signature_len)),
        .result = DKIM_RESULT_PERMERROR,
        .reason = slice_of_string(signature->fault),
        .key = -1,
    };
}

static Slice keep_authserv_id(MailRecord *record, Slice payload)
{
    g_autoptr(GString) id = g_string_new(NULL);
    auth_results_read_authserv_id(payload, id);
    return dkim_record_text(record, slice_of(id->str, id->len), DKIM_RECORD_TEXT_MAX);
}

/* What the fields say, before anything is checked. */
static void add_set(MailRecord *record, const ArcSet *set, uint32_t instance)
{
    const DkimSignature *message = &set->message.signature;
    const RecordArcSignature none = {.signed_at = -1,
                                     .result = DKIM_RESULT_PERMERROR,
                                     .reason = slice_of_string(missing_field),
                                     .key = -1};
    RecordArcSet entry = {
        .instance = instance, .seal = none, .message = none, .body_length = -1};
    if (set->fields[ARC_FIELD_RESULTS] != NULL) {
        entry.authserv_id = keep_authserv_id(record, set->results.payload);
        entry.results = keep_results(record, set->results.payload);
    }
    if (set->fields[ARC_FIELD_SEAL] != NULL) {
        entry.cv = set->seal.cv;
        entry.seal = record_signature(record, &set->seal.signature);
    }
    if (set->fields[ARC_FIELD_MESSAGE] != NULL) {
        entry.message = record_signature(record, message);
        entry.canonicalization = dkim_record_canonicalization(message);
        entry.signed_fields = dkim_record_signed_fields(record, message->signed_fields);
        entry.body_length =
            message->body_length == UINT64_MAX ? -1 : (int64_t)message->body_length;
    }
    g_array_append_val(record->arc_sets, entry);
}

static void take_finding(MailRecord *record, RecordArcSignature *entry, Slice digest,
                         const DkimFinding *finding)
{
    entry->digest = mail_record_keep(record, digest);
    entry->result = finding->result;
    entry->reason = slice_of_string(finding->reason);
    entry->caveats = finding->caveats;
    entry->key = finding->key;
}

static void check_seal(ArcVerifier *verifier, MailRecord *record, RecordArcSet *entry)
{
    const ArcSets *sets = &verifier->sets;
    const DkimSignature *signature = &sets->sets[entry->instance - 1].seal.signature;
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    if (sets->sets[entry->instance - 1].fields[ARC_FIELD_SEAL] == NULL ||
        signature->fault != NULL) {
        return;
    }
    for (size_t i = arc_seal_first_instance(sets, entry->instance); i <= entry->instance; i++) {
        if (!arc_set_is_complete(sets, i)) {
            entry->seal.reason = slice_of_string(unsealable);
            return;
        }
    }
    arc_seal_hash(verifier->digest, sets, entry->instance, digest);
    const Slice bytes = slice_of((const char *)digest,
                                 dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm)));
    const DkimFinding finding =
        dkim_finding_make(verifier->key_search, signature, bytes, NULL, &verifier->terms);
    take_finding(record, &entry->seal, bytes, &finding);
}

static bool has_message(const ArcSet *set)
{
    return set->fields[ARC_FIELD_MESSAGE] != NULL && set->message.signature.fault == NULL;
}

static DkimFinding find_message(ArcVerifier *verifier, const ArcSet *set,
                                const DkimBodyHash *body, uint8_t *digest)
{
    const DkimSignature *signature = &set->message.signature;
    const size_t len = dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm));
    dkim_header_hash(verifier->digest, verifier->index, NULL, signature,
                     set->fields[ARC_FIELD_MESSAGE], digest);
    return dkim_finding_make(verifier->key_search, signature,
                             slice_of((const char *)digest, len), body, &verifier->terms);
}

/* RFC 8617 has no other default for c= than DKIM's simple/simple; its drafts, and sealers made
 * by them, have relaxed/relaxed. */
static void find_relaxed(ArcVerifier *verifier, const RawMessage *message, ArcSet *set,
                         DkimFinding *finding, DkimBodyHash *body, uint8_t *digest)
{
    DkimSignature *signature = &set->message.signature;
    uint8_t relaxed_digest[DKIM_HASH_BYTES_MAX] = {0};
    signature->header_canon = signature->body_canon = DKIM_CANON_RELAXED;
    DkimBodyHash relaxed_body = dkim_body_hash_wanted(signature);
    dkim_body_hash_compute(verifier->digest, message->body, &relaxed_body, 1);
    const DkimFinding relaxed = find_message(verifier, set, &relaxed_body, relaxed_digest);
    if (relaxed.result == DKIM_RESULT_FAIL) {
        signature->header_canon = signature->body_canon = DKIM_CANON_SIMPLE;
        return;
    }
    *finding = relaxed;
    *body = relaxed_body;
    memcpy(digest, relaxed_digest, sizeof relaxed_digest);
}

static void check_message(ArcVerifier *verifier, const RawMessage *message, MailRecord *record,
                          RecordArcSet *entry)
{
    ArcSet *set = &verifier->sets.sets[entry->instance - 1];
    uint8_t digest[DKIM_HASH_BYTES_MAX] = {0};
    if (!has_message(set)) {
        return;
    }
    const DkimSignature *signature = &set->message.signature;
    DkimBodyHash body = verifier->body_hashes[verifier->hash_of[entry->instance - 1]];
    DkimFinding finding = find_message(verifier, set, &body, digest);
    if (finding.result == DKIM_RESULT_FAIL && !set->message.has_canonicalization) {
        find_relaxed(verifier, message, set, &finding, &body, digest);
    }
    const size_t len = dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm));
    take_finding(record, &entry->message, slice_of((const char *)digest, len), &finding);
    entry->canonicalization = dkim_record_canonicalization(signature);
    entry->body_ok = finding.body_ok;
    entry->body_bytes = body.body_bytes;
}

static void hash_body(ArcVerifier *verifier, Slice body)
{
    size_t n_hashes = 0;
    for (size_t i = 0; i < verifier->sets.n_sets; i++) {
        const ArcSet *set = &verifier->sets.sets[i];
        if (has_message(set)) {
            verifier->hash_of[i] = n_hashes;
            verifier->body_hashes[n_hashes++] = dkim_body_hash_wanted(&set->message.signature);
        }
    }
    dkim_body_hash_compute(verifier->digest, body, verifier->body_hashes, n_hashes);
}

static void check_sets(ArcVerifier *verifier, const RawMessage *message, MailRecord *record)
{
    verifier->terms = (DkimKeyTerms){
        .demand = DKIM_KEY_DEMAND_STRICT, .has_date = record->has_date, .date = record->date};
    dkim_header_index_build(verifier->index, message);
    hash_body(verifier, message->body);
    for (guint i = 0; i < record->arc_sets->len; i++) {
        RecordArcSet *entry = &g_array_index(record->arc_sets, RecordArcSet, i);
        check_seal(verifier, record, entry);
        check_message(verifier, message, record, entry);
    }
}

/* Why nothing can be checked. Returns: NULL when all can. */
static const char *limit_fault(const RawMessage *message, const ArcSets *sets)
{
    if (problem_set_has(message->problems, PROBLEM_TOO_MANY_HEADERS)) {
        /* The fields below the limit are not known, and h= counts from the bottom. */
        return "too many header fields to check";
    }
    return sets->n_bytes > ARC_BYTES_MAX ? "the ARC fields are too large to check" : NULL;
}

static void refuse(MailRecord *record, const char *reason)
{
    for (guint i = 0; i < record->arc_sets->len; i++) {
        RecordArcSet *entry = &g_array_index(record->arc_sets, RecordArcSet, i);
        entry->seal.result = entry->message.result = DKIM_RESULT_POLICY;
        entry->seal.reason = entry->message.reason = slice_of_string(reason);
    }
}

static ArcVerdict judge(const MailRecord *record)
{
    ArcVerdictInput inputs[ARC_SET_MAX];
    const guint n_sets = record->arc_sets->len;
    for (guint i = 0; i < n_sets; i++) {
        const RecordArcSet *entry = &g_array_index(record->arc_sets, RecordArcSet, i);
        inputs[i] = (ArcVerdictInput){
            .cv = entry->cv, .seal = entry->seal.result, .message = entry->message.result};
    }
    return arc_verdict_of(inputs, n_sets);
}

void arc_verifier_check(ArcVerifier *verifier, const RawMessage *message, MailRecord *record)
{
    g_array_set_size(record->arc_sets, 0);
    record->arc = ARC_RESULT_NONE;
    record->arc_reason = SLICE_EMPTY;
    if (!arc_is_present(message)) {
        return;
    }
    ArcSets *sets = &verifier->sets;
    arc_sets_collect(message, sets);
    for (size_t instance = 1; instance <= sets->n_sets; instance++) {
        if (arc_set_exists(sets, instance)) {
            add_set(record, &sets->sets[instance - 1], (uint32_t)instance);
        }
    }
    const char *fault = limit_fault(message, sets);
    if (fault != NULL) {
        refuse(record, fault);
    } else {
        check_sets(verifier, message, record);
        fault = sets->fault;
    }
    const ArcVerdict verdict =
        fault != NULL ? (ArcVerdict){ARC_RESULT_FAIL, fault} : judge(record);
    record->arc = verdict.result;
    record->arc_reason = slice_of_string(verdict.reason);
}
