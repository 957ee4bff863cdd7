/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_signature.h"

#include "indexer/dkim_base64.h"
#include "indexer/dkim_domain.h"

/* Longest t= and x= of the ABNF, 1*12DIGIT. */
#define TIME_DIGITS_MAX 12

/* Longest l= of the ABNF, 1*76DIGIT. */
#define LENGTH_DIGITS_MAX 76

/* Base64 of the longest signature and hash, with as much white space again. */
#define SIGNATURE_TEXT_MAX ((size_t)DKIM_SIGNATURE_BYTES_MAX * 3)
#define HASH_TEXT_MAX      ((size_t)DKIM_HASH_BYTES_MAX * 4)

/* Longest i=, as written; an address has at most 320 bytes. */
#define IDENTITY_TEXT_MAX 1024

typedef const char *(*TagReader)(const DkimTag *tag, DkimSignature *signature);

static const struct {
    const char *name;
    DkimAlgorithm algorithm;
} algorithms[] = {
    {"rsa-sha256", DKIM_ALGORITHM_RSA_SHA256},
    {"rsa-sha1", DKIM_ALGORITHM_RSA_SHA1},
    {"ed25519-sha256", DKIM_ALGORITHM_ED25519_SHA256},
};

DkimHash dkim_algorithm_hash(DkimAlgorithm algorithm)
{
    return algorithm == DKIM_ALGORITHM_RSA_SHA1 ? DKIM_HASH_SHA1 : DKIM_HASH_SHA256;
}

size_t dkim_hash_bytes(DkimHash hash)
{
    return hash == DKIM_HASH_SHA1 ? 20 : 32;
}

/* sig-v-tag = %x76 [FWS] "=" [FWS] 1*DIGIT; "this document: 1" */
static const char *read_version(const DkimTag *tag, DkimSignature *signature)
{
    signature->version = tag->value;
    return slice_equal(tag->value, SLICE_LITERAL("1")) ? NULL
                                                       : "unknown signature version (v=)";
}

/* sig-a-tag = %x61 [FWS] "=" [FWS] sig-a-tag-alg */
static const char *read_algorithm(const DkimTag *tag, DkimSignature *signature)
{
    signature->algorithm_text = tag->value;
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (slice_equal_nocase(tag->value, slice_of_string(algorithms[i].name))) {
            signature->algorithm = algorithms[i].algorithm;
            return NULL;
        }
    }
    return "unknown algorithm (a=)";
}

/* sig-b-tag = %x62 [FWS] "=" [FWS] sig-b-tag-data */
static const char *read_signature(const DkimTag *tag, DkimSignature *signature)
{
    signature->signature_hole = tag->raw;
    uint8_t bytes[DKIM_BASE64_MAX(SIGNATURE_TEXT_MAX)];
    if (tag->value.len > SIGNATURE_TEXT_MAX) {
        return "the signature is too long (b=)";
    }
    size_t len = 0;
    if (!dkim_base64_decode(tag->value, bytes, &len)) {
        return "the signature is not base64 (b=)";
    }
    if (len == 0) {
        return "the signature is empty (b=)";
    }
    if (len > sizeof signature->signature) {
        return "the signature is too long (b=)";
    }
    memcpy(signature->signature, bytes, len);
    signature->signature_len = len;
    return NULL;
}

/* sig-bh-tag = %x62 %x68 [FWS] "=" [FWS] sig-bh-tag-data */
static const char *read_body_hash(const DkimTag *tag, DkimSignature *signature)
{
    uint8_t bytes[DKIM_BASE64_MAX(HASH_TEXT_MAX)];
    size_t len = 0;
    if (tag->value.len > HASH_TEXT_MAX) {
        return "the body hash is too long (bh=)";
    }
    if (!dkim_base64_decode(tag->value, bytes, &len)) {
        return "the body hash is not base64 (bh=)";
    }
    if (len == 0) {
        return "the body hash is empty (bh=)";
    }
    if (len > sizeof signature->body_hash) {
        return "the body hash is too long (bh=)";
    }
    memcpy(signature->body_hash, bytes, len);
    signature->body_hash_len = len;
    return NULL;
}

static bool read_canon_word(Slice word, DkimCanon *ret_canon)
{
    if (slice_equal_nocase(word, SLICE_LITERAL("simple"))) {
        *ret_canon = DKIM_CANON_SIMPLE;
        return true;
    }
    if (slice_equal_nocase(word, SLICE_LITERAL("relaxed"))) {
        *ret_canon = DKIM_CANON_RELAXED;
        return true;
    }
    return false;
}

/* sig-c-tag = %x63 [FWS] "=" [FWS] sig-c-tag-alg ["/" sig-c-tag-alg] */
static const char *read_canonicalization(const DkimTag *tag, DkimSignature *signature)
{
    const Slice value = tag->value;
    const char *slash = value.len == 0 ? NULL : memchr(value.ptr, '/', value.len);
    const size_t len = slash == NULL ? value.len : (size_t)(slash - value.ptr);
    if (!read_canon_word(slice_of(value.ptr, len), &signature->header_canon) ||
        (slash != NULL &&
         !read_canon_word(slice_from(value, len + 1), &signature->body_canon))) {
        return "unknown canonicalization (c=)";
    }
    return NULL;
}

/* sig-d-tag = %x64 [FWS] "=" [FWS] domain-name */
static const char *read_domain(const DkimTag *tag, DkimSignature *signature)
{
    signature->domain = tag->value;
    return dkim_domain_normalize(tag->value, signature->domain_name) ? NULL : "bad domain (d=)";
}

/* sig-s-tag = %x73 [FWS] "=" [FWS] selector ; selector = sub-domain *( "." sub-domain ) */
static const char *read_selector(const DkimTag *tag, DkimSignature *signature)
{
    signature->selector = tag->value;
    return dkim_domain_normalize(tag->value, signature->selector_name) ? NULL
                                                                       : "bad selector (s=)";
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

/* sig-h-tag = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name ). "The From header
 * field MUST be signed". */
static const char *read_signed_fields(const DkimTag *tag, DkimSignature *signature)
{
    signature->signed_fields = tag->value;
    bool has_from = false;
    Slice rest = tag->value;
    Slice name;
    while (dkim_list_next(&rest, &name)) {
        if (!is_field_name(name)) {
            return "not a list of field names (h=)";
        }
        if (++signature->n_names > DKIM_SIGNED_NAMES_MAX) {
            return "too many field names (h=)";
        }
        has_from = has_from || slice_equal_nocase(name, SLICE_LITERAL("from"));
    }
    return has_from ? NULL : "From is not signed (h=)";
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

/* 1*nDIGIT; larger numbers than an int64_t holds become the largest. */
static bool read_number(Slice text, size_t digits_max, int64_t *ret_number)
{
    int64_t number = 0;
    if (text.len == 0 || text.len > digits_max) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!g_ascii_isdigit(text.ptr[i])) {
            return false;
        }
        const int digit = text.ptr[i] - '0';
        number = number > (INT64_MAX - digit) / 10 ? INT64_MAX : number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

/* sig-l-tag = %x6c [FWS] "=" [FWS] 1*76DIGIT */
static const char *read_body_length(const DkimTag *tag, DkimSignature *signature)
{
    int64_t length = 0;
    if (!read_number(tag->value, LENGTH_DIGITS_MAX, &length)) {
        return "not a length (l=)";
    }
    signature->body_length = (uint64_t)length;
    return NULL;
}

/* sig-t-tag = %x74 [FWS] "=" [FWS] 1*12DIGIT */
static const char *read_signed_at(const DkimTag *tag, DkimSignature *signature)
{
    return read_number(tag->value, TIME_DIGITS_MAX, &signature->signed_at) ? NULL
                                                                           : "not a time (t=)";
}

/* sig-x-tag = %x78 [FWS] "=" [FWS] 1*12DIGIT */
static const char *read_expires_at(const DkimTag *tag, DkimSignature *signature)
{
    return read_number(tag->value, TIME_DIGITS_MAX, &signature->expires_at) ? NULL
                                                                            : "not a time (x=)";
}

/* sig-q-tag = %x71 [FWS] "=" [FWS] sig-q-tag-method *([FWS] ":" [FWS] sig-q-tag-method);
 * "Verifiers MUST ignore methods they do not know". */
static const char *read_query(const DkimTag *tag, DkimSignature *signature)
{
    (void)signature;
    Slice rest = tag->value;
    Slice method;
    while (dkim_list_next(&rest, &method)) {
        if (slice_equal_nocase(method, SLICE_LITERAL("dns/txt"))) {
            return NULL;
        }
    }
    return "unknown key query method (q=)";
}

/* In the order in which faults are told. z= and unknown tags are for people. */
static const struct {
    const char *name;
    const char *missing; /* NULL: the tag is optional */
    TagReader read;
} readers[] = {
    {"v", "no version (v=)", read_version},
    {"a", "no algorithm (a=)", read_algorithm},
    {"d", "no domain (d=)", read_domain},
    {"s", "no selector (s=)", read_selector},
    {"h", "no list of signed fields (h=)", read_signed_fields},
    {"bh", "no body hash (bh=)", read_body_hash},
    {"b", "no signature (b=)", read_signature},
    {"c", NULL, read_canonicalization},
    {"i", NULL, read_identity},
    {"l", NULL, read_body_length},
    {"q", NULL, read_query},
    {"t", NULL, read_signed_at},
    {"x", NULL, read_expires_at},
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

/* "The domain part of the address MUST be the same as, or a subdomain of, the value of the
 * "d=" tag." */
static const char *check_identity(DkimSignature *signature)
{
    char address[IDENTITY_TEXT_MAX];
    char domain[DKIM_DOMAIN_BYTES_MAX + 1];
    const size_t len = decode_quoted_printable(signature->identity, address);
    const char *at = memrchr(address, '@', len);
    if (at == NULL) {
        return "no address (i=)";
    }
    const size_t begin = (size_t)(at - address) + 1;
    if (!dkim_domain_normalize(slice_of(address + begin, len - begin), domain)) {
        return "bad domain (i=)";
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
    if (fault != NULL) {
        return fault;
    }
    if (signature->body_hash_len !=
        dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm))) {
        return "the body hash has the wrong length (bh=)";
    }
    if (signature->signed_at >= 0 && signature->expires_at >= 0 &&
        signature->expires_at <= signature->signed_at) {
        return "expires before it was made (x=)";
    }
    return NULL;
}

static void reset(DkimSignature *signature)
{
    signature->fault = NULL;
    signature->version = signature->algorithm_text = signature->domain = SLICE_EMPTY;
    signature->identity = signature->selector = signature->signed_fields = SLICE_EMPTY;
    signature->algorithm = DKIM_ALGORITHM_RSA_SHA256;
    signature->header_canon = signature->body_canon = DKIM_CANON_SIMPLE;
    signature->body_length = UINT64_MAX;
    signature->signed_at = signature->expires_at = -1;
    signature->n_names = signature->signature_len = signature->body_hash_len = 0;
    signature->identity_is_domain = true;
    signature->signature_hole = SLICE_EMPTY;
    signature->selector_name[0] = signature->domain_name[0] = '\0';
}

void dkim_signature_parse(Slice value, DkimSignature *signature)
{
    DkimTagList tags;
    reset(signature);
    const DkimTagFault tag_fault = dkim_tag_list_parse(value, &tags);
    if (tag_fault != DKIM_TAG_OK) {
        signature->fault = dkim_tag_fault_reason(tag_fault);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        const DkimTag *tag = dkim_tag_list_find(&tags, readers[i].name);
        const char *fault = tag == NULL ? readers[i].missing : readers[i].read(tag, signature);
        if (signature->fault == NULL) {
            signature->fault = fault;
        }
    }
    if (signature->fault == NULL) {
        signature->fault = check_together(signature);
    }
}
