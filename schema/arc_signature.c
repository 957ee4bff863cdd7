/* SPDX-License-Identifier: MIT */
#include "schema/arc_signature.h"

#include "schema/arc_instance.h"
#include "schema/dkim_signature_tag.h"

/* RFC 8617 takes the algorithms of DKIM as they are in RFC 8301, which ended rsa-sha1 the year
 * before. */
static const char *read_algorithm(const DkimTag *tag, DkimSignature *signature)
{
    const char *fault = dkim_read_algorithm(tag, signature);
    if (fault == NULL && signature->algorithm == DKIM_ALGORITHM_RSA_SHA1) {
        return "rsa-sha1 is no algorithm of ARC (a=)";
    }
    return fault;
}

/* "ARC-related header fields [...] MUST NOT be included in the list". Sealers do include the
 * other two, and no harm comes of it; seals of later sets make the list mean another thing. */
static const char *read_signed_fields(const DkimTag *tag, DkimSignature *signature)
{
    Slice rest = tag->value;
    Slice name;
    const char *fault = dkim_read_signed_fields(tag, signature);
    while (fault == NULL && dkim_list_next(&rest, &name)) {
        if (slice_equal_nocase(name, SLICE_LITERAL("ARC-Seal"))) {
            fault = "seals are signed (h=)";
        }
    }
    return fault;
}

/* 'The DKIM "h" tag is NOT allowed and, if found, MUST result in a cv status of "fail"'. */
static const char *refuse_signed_fields(const DkimTag *tag, DkimSignature *signature)
{
    (void)tag;
    (void)signature;
    return "a seal has no list of signed fields (h=)";
}

/* In the order in which faults are told. */
static const DkimTagRule message_rules[] = {
    {"a", "no algorithm (a=)", read_algorithm},
    {"d", "no domain (d=)", dkim_read_domain},
    {"s", "no selector (s=)", dkim_read_selector},
    {"h", "no list of signed fields (h=)", read_signed_fields},
    {"bh", "no body hash (bh=)", dkim_read_body_hash},
    {"b", "no signature (b=)", dkim_read_signature},
    {"c", NULL, dkim_read_canonicalization},
    {"l", NULL, dkim_read_body_length},
    {"q", NULL, dkim_read_query},
    {"t", NULL, dkim_read_signed_at},
    {"x", NULL, dkim_read_expires_at},
};

static const DkimTagRule seal_rules[] = {
    {"a", "no algorithm (a=)", read_algorithm},
    {"d", "no domain (d=)", dkim_read_domain},
    {"s", "no selector (s=)", dkim_read_selector},
    {"b", "no signature (b=)", dkim_read_signature},
    {"h", NULL, refuse_signed_fields},
    {"t", NULL, dkim_read_signed_at},
};

/* seal-cv-tag = %s"cv" [FWS] "=" [FWS] ("none" / "fail" / "pass") */
static ArcCv read_cv(const DkimTagList *tags)
{
    const DkimTag *tag = dkim_tag_list_find(tags, "cv");
    for (ArcCv cv = ARC_CV_NONE; tag != NULL && cv < ARC_CV_COUNT; cv++) {
        if (slice_equal_nocase(tag->value, slice_of_string(arc_cv_word(cv)))) {
            return cv;
        }
    }
    return ARC_CV_UNKNOWN;
}

/* The tags behind a leading instance, or all with i= among them. */
static const char *read_tags(Slice value, DkimTagList *tags, ArcSignature *signature)
{
    signature->has_instance = arc_instance_take(&value, &signature->instance);
    const DkimTagFault fault = dkim_tag_list_parse(value, tags);
    const DkimTag *tag = dkim_tag_list_find(tags, "i");
    if (tag != NULL && signature->has_instance) {
        return dkim_tag_fault_reason(DKIM_TAG_FAULT_DUPLICATE);
    }
    if (tag != NULL) {
        signature->has_instance = arc_instance_parse(tag->value, &signature->instance);
    }
    return fault == DKIM_TAG_OK ? NULL : dkim_tag_fault_reason(fault);
}

static void parse(Slice value, const DkimTagRule *rules, size_t n_rules,
                  ArcSignature *signature)
{
    DkimTagList tags;
    const char *list_fault = read_tags(value, &tags, signature);
    const char *fault = dkim_signature_read(&tags, rules, n_rules, &signature->signature);
    signature->signature.fault = list_fault != NULL ? list_fault : fault;
    signature->cv = read_cv(&tags);
    signature->has_canonicalization = dkim_tag_list_find(&tags, "c") != NULL;
}

void arc_message_signature_parse(Slice value, ArcSignature *signature)
{
    parse(value, message_rules, G_N_ELEMENTS(message_rules), signature);
    if (signature->signature.fault == NULL) {
        signature->signature.fault = dkim_signature_check_hash(&signature->signature);
    }
}

void arc_seal_parse(Slice value, ArcSignature *signature)
{
    parse(value, seal_rules, G_N_ELEMENTS(seal_rules), signature);
    if (signature->signature.fault == NULL && signature->cv == ARC_CV_UNKNOWN) {
        signature->signature.fault = "no chain state, or an unknown one (cv=)";
    }
}
