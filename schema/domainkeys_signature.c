/* SPDX-License-Identifier: MIT */
#include "schema/domainkeys_signature.h"

#include "schema/dkim_signature_tag.h"

/* "The default is "rsa-sha1"", and there is no other. */
static const char *read_algorithm(const DkimTag *tag, DkimSignature *signature)
{
    signature->algorithm_text = tag->value;
    return slice_equal_nocase(tag->value, SLICE_LITERAL("rsa-sha1")) ? NULL
                                                                     : "unknown algorithm (a=)";
}

/* Returns: DOMAINKEYS_CANON_COUNT when it is none. */
static DomainKeysCanon canon_of(Slice word)
{
    DomainKeysCanon canon = 0;
    while (canon < DOMAINKEYS_CANON_COUNT &&
           !slice_equal_nocase(word, slice_of_string(domainkeys_canon_word(canon)))) {
        canon++;
    }
    return canon;
}

/* "Verifiers MUST support "simple" and "nofws"." */
static const char *check_canonicalization(const DkimTag *tag, DkimSignature *signature)
{
    (void)signature;
    return canon_of(tag->value) == DOMAINKEYS_CANON_COUNT ? "unknown canonicalization (c=)"
                                                          : NULL;
}

/* "A colon-separated list of header field names"; "this tag can never contain an empty
 * value". A name that no field has is no harm. */
static const char *read_signed_fields(const DkimTag *tag, DkimSignature *signature)
{
    return tag->value.len == 0 ? "no field is signed (h=)"
                               : dkim_read_signed_fields(tag, signature);
}

/* "This tag MUST be present", but many signatures have none: docs/dkim-conformance.md.
 * "Currently, the only valid value is "dns"". */
static const char *check_query(const DkimTag *tag, DkimSignature *signature)
{
    (void)signature;
    return slice_equal_nocase(tag->value, SLICE_LITERAL("dns")) ? NULL
                                                                : "unknown key query (q=)";
}

/* In the order in which faults are told. */
static const DkimTagRule rules[] = {
    {"a", NULL, read_algorithm},
    {"d", "no domain (d=)", dkim_read_domain},
    {"s", "no selector (s=)", dkim_read_selector},
    {"c", "no canonicalization (c=)", check_canonicalization},
    {"q", NULL, check_query},
    {"b", "no signature (b=)", dkim_read_signature},
    {"h", NULL, read_signed_fields},
};

static DomainKeysCanon read_canon(const DkimTagList *tags)
{
    const DkimTag *tag = dkim_tag_list_find(tags, "c");
    const DomainKeysCanon canon = tag == NULL ? DOMAINKEYS_CANON_COUNT : canon_of(tag->value);
    return canon == DOMAINKEYS_CANON_COUNT ? DOMAINKEYS_CANON_SIMPLE : canon;
}

void domainkeys_signature_parse(Slice value, DomainKeysSignature *signature)
{
    DkimTagList tags;
    DkimSignature *common = &signature->signature;
    const DkimTagFault tag_fault = dkim_tag_list_parse(value, &tags);
    const char *fault = dkim_signature_read(&tags, rules, G_N_ELEMENTS(rules), common);
    common->fault = tag_fault == DKIM_TAG_OK ? fault : dkim_tag_fault_reason(tag_fault);
    common->algorithm = DKIM_ALGORITHM_RSA_SHA1;
    if (dkim_tag_list_find(&tags, "a") == NULL) {
        common->algorithm_text = SLICE_LITERAL("rsa-sha1");
    }
    signature->has_signed_fields = dkim_tag_list_find(&tags, "h") != NULL;
    signature->canon = read_canon(&tags);
}
