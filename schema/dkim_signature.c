/* SPDX-License-Identifier: MIT */
#include "schema/dkim_signature_tag.h"

/* Longest i=, as written; an address has at most 320 bytes. */
#define IDENTITY_TEXT_MAX 1024

/* sig-v-tag = %x76 [FWS] "=" [FWS] 1*DIGIT; "this document: 1" */
static const char *read_version(const DkimTag *tag, DkimSignature *signature)
{
    signature->version = tag->value;
    return slice_equal(tag->value, SLICE_LITERAL("1")) ? NULL
                                                       : "unknown signature version (v=)";
}

/* ftext of RFC 5322 3.6.8; ";" cannot come here. */
static bool is_field_name(Slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] <= ' ' || name.ptr[i] >= 127) {
            return false;
        }
    }
    return name.len > 0;
}

/* "The From header field MUST be signed" (5.4). */
static const char *read_signed_fields(const DkimTag *tag, DkimSignature *signature)
{
    bool has_from = false;
    Slice rest = tag->value;
    Slice name;
    const char *fault = dkim_read_signed_fields(tag, signature);
    while (fault == NULL && dkim_list_next(&rest, &name)) {
        fault = is_field_name(name) ? NULL : "not a list of field names (h=)";
        has_from = has_from || slice_equal_nocase(name, SLICE_LITERAL("from"));
    }
    if (fault == NULL && !has_from) {
        fault = "From is not signed (h=)";
    }
    return fault;
}

/* sig-i-tag = %x69 [FWS] "=" [FWS] [ Local-part ] "@" domain-name; looked into when d= is read
 * as well. */
static const char *read_identity(const DkimTag *tag, DkimSignature *signature)
{
    signature->identity = tag->value;
    if (tag->value.len == 0) {
        return "no address (i=)";
    }
    return tag->value.len > IDENTITY_TEXT_MAX ? "the identity is too long (i=)" : NULL;
}

/* In the order in which faults are told. z= and unknown tags are for people. */
static const DkimTagRule rules[] = {
    {"v", "no version (v=)", read_version},
    {"a", "no algorithm (a=)", dkim_read_algorithm},
    {"d", "no domain (d=)", dkim_read_domain},
    {"s", "no selector (s=)", dkim_read_selector},
    {"h", "no list of signed fields (h=)", read_signed_fields},
    {"bh", "no body hash (bh=)", dkim_read_body_hash},
    {"b", "no signature (b=)", dkim_read_signature},
    {"c", NULL, dkim_read_canonicalization},
    {"i", NULL, read_identity},
    {"l", NULL, dkim_read_body_length},
    {"q", NULL, dkim_read_query},
    {"t", NULL, dkim_read_signed_at},
    {"x", NULL, dkim_read_expires_at},
};

/* dkim-quoted-printable (2.11): "=" and two hexadecimal digits are a byte, white space is
 * nothing. `out` has room for text.len bytes. Returns: the length. */
static size_t decode_quoted_printable(Slice text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const bool is_encoded = text.ptr[i] == '=' && text.len - i > 2 &&
                                g_ascii_isxdigit(text.ptr[i + 1]) &&
                                g_ascii_isxdigit(text.ptr[i + 2]);
        if (is_encoded) {
            out[len++] = (char)(g_ascii_xdigit_value(text.ptr[i + 1]) << 4 |
                                g_ascii_xdigit_value(text.ptr[i + 2]));
            i += 2;
        } else if (!dkim_is_space(text.ptr[i])) {
            out[len++] = text.ptr[i];
        }
    }
    return len;
}

/* The domain of an identity that is not too long. Returns: NULL, or why it has none. */
static const char *read_identity_domain(Slice identity, char *domain)
{
    char address[IDENTITY_TEXT_MAX];
    const size_t len = decode_quoted_printable(identity, address);
    const char *at = memrchr(address, '@', len);
    if (at == NULL) {
        return "no address (i=)";
    }
    const size_t begin = (size_t)(at - address) + 1;
    return dkim_domain_normalize(slice_of(address + begin, len - begin), domain)
               ? NULL
               : "bad domain (i=)";
}

bool dkim_identity_is_domain(Slice identity, const char *domain)
{
    char name[DKIM_DOMAIN_BYTES_MAX + 1];
    return identity.len == 0 ||
           (identity.len <= IDENTITY_TEXT_MAX && read_identity_domain(identity, name) == NULL &&
            strcmp(name, domain) == 0);
}

/* "The domain part of the address MUST be the same as, or a subdomain of, the value of the
 * "d=" tag." */
static const char *check_identity(DkimSignature *signature)
{
    char domain[DKIM_DOMAIN_BYTES_MAX + 1];
    const char *fault = read_identity_domain(signature->identity, domain);
    if (fault != NULL) {
        return fault;
    }
    if (!dkim_domain_is_within(domain, signature->domain_name)) {
        return "the identity is not in the signing domain (i=)";
    }
    signature->identity_is_domain = strcmp(domain, signature->domain_name) == 0;
    return NULL;
}

/* i= against d=, bh= against a=, and x= against t= ("The value of the "x=" tag MUST be
 * greater"). */
static const char *check_together(DkimSignature *signature)
{
    const char *fault = signature->identity.len > 0 ? check_identity(signature) : NULL;
    if (fault == NULL) {
        fault = dkim_signature_check_hash(signature);
    }
    if (fault != NULL) {
        return fault;
    }
    if (signature->signed_at >= 0 && signature->expires_at >= 0 &&
        signature->expires_at <= signature->signed_at) {
        return "expires before it was made (x=)";
    }
    return NULL;
}

void dkim_signature_parse(Slice value, DkimSignature *signature)
{
    DkimTagList tags;
    const DkimTagFault tag_fault = dkim_tag_list_parse(value, &tags);
    const char *fault = dkim_signature_read(&tags, rules, G_N_ELEMENTS(rules), signature);
    if (tag_fault != DKIM_TAG_OK) {
        fault = dkim_tag_fault_reason(tag_fault);
    }
    signature->fault = fault != NULL ? fault : check_together(signature);
}
