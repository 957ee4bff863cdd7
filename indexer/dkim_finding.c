/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_finding.h"

static void decide(DkimFinding *finding, const DkimKeyAnswer *answer, bool body_is_short)
{
    finding->result = DKIM_RESULT_PASS;
    finding->reason = "the signature verifies";
    if (answer->outcome == DKIM_KEYS_UNUSABLE) {
        finding->result = DKIM_RESULT_PERMERROR;
        finding->reason = answer->reason;
    } else if (body_is_short) {
        finding->result = DKIM_RESULT_PERMERROR;
        finding->reason = "the body is shorter than its signed length (l=)";
    } else if (answer->outcome == DKIM_KEYS_NO_ANSWER) {
        finding->result = DKIM_RESULT_TEMPERROR;
        finding->reason = answer->reason;
    } else if (answer->outcome == DKIM_KEYS_BAD) {
        finding->result = DKIM_RESULT_FAIL;
        finding->reason = DKIM_REASON_BAD_SIGNATURE;
    } else if (finding->body_ok == TRI_NO) {
        finding->result = DKIM_RESULT_FAIL;
        finding->reason = "the body hash does not verify";
    } else if (answer->outcome == DKIM_KEYS_NONE) {
        finding->result = DKIM_RESULT_NOKEY;
        finding->reason = "no key is known";
    } else if (answer->outcome == DKIM_KEYS_OTHER_TIME) {
        finding->result = DKIM_RESULT_NOKEY;
        finding->reason = "the known keys are of another time, and none verifies";
    } else if (answer->outcome == DKIM_KEYS_RECOVERED) {
        finding->result = DKIM_RESULT_NOKEY;
        finding->reason = "only recovered keys are known, and none verifies";
    }
}

/* Looks at bh= and l=. Returns: whether l= is larger than the body. */
static bool look_at_body(DkimFinding *finding, const DkimSignature *signature,
                         const DkimBodyHash *body)
{
    const size_t hash_len = dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm));
    const bool has_length = signature->body_length != UINT64_MAX;
    const bool is_short = has_length && signature->body_length > body->body_bytes;
    const bool matches = signature->body_hash_len == hash_len &&
                         memcmp(signature->body_hash, body->digest, hash_len) == 0;
    finding->body_ok = matches && !is_short ? TRI_YES : TRI_NO;
    if (has_length && signature->body_length < body->body_bytes) {
        finding->caveats |= CAVEAT_BIT(PARTIAL_BODY);
    }
    return is_short;
}

/* What the keys say. */
static DkimFinding begin(const DkimKeyAnswer *answer)
{
    return (DkimFinding){
        .header_ok = answer->outcome == DKIM_KEYS_GOOD  ? TRI_YES
                     : answer->outcome == DKIM_KEYS_BAD ? TRI_NO
                                                        : TRI_UNKNOWN,
        .key = answer->key == NULL ? -1 : answer->key->index,
        .caveats = answer->caveats,
    };
}

DkimFinding dkim_finding_make(DkimKeySearch *keys, const DkimSignature *signature,
                              Slice header_digest, const DkimBodyHash *body,
                              const DkimKeyTerms *terms)
{
    const DkimKeyQuestion question = {
        .selector = signature->selector_name,
        .domain = signature->domain_name,
        .algorithm = signature->algorithm,
        .terms = *terms,
        .identity_is_domain = signature->identity_is_domain,
        .digest = header_digest,
        .signature = slice_of((const char *)signature->signature, signature->signature_len),
    };
    const DkimKeyAnswer answer = dkim_key_search_run(keys, &question);
    DkimFinding finding = begin(&answer);
    const bool body_is_short = body != NULL && look_at_body(&finding, signature, body);
    decide(&finding, &answer, body_is_short);
    return finding;
}

DkimFinding dkim_finding_of_answer(const DkimKeyAnswer *answer, Tri body_ok, bool body_is_short)
{
    DkimFinding finding = begin(answer);
    finding.body_ok = body_ok;
    decide(&finding, answer, body_is_short);
    return finding;
}
