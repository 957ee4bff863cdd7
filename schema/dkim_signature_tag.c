/* SPDX-License-Identifier: MIT */
#include "schema/dkim_signature_tag.h"

#include "schema/dkim_base64.h"

/* Longest t= and x= of the ABNF, 1*12DIGIT. */
#define TIME_DIGITS_MAX 12

/* Longest l= of the ABNF, 1*76DIGIT. */
#define LENGTH_DIGITS_MAX 76

/* Base64 of the longest signature and hash, with as much white space again. */
#define SIGNATURE_TEXT_MAX ((size_t)DKIM_SIGNATURE_BYTES_MAX * 3)
#define HASH_TEXT_MAX      ((size_t)DKIM_HASH_BYTES_MAX * 4)

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

bool dkim_algorithm_of_word(Slice word, DkimAlgorithm *ret_algorithm)
{
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (slice_equal_nocase(word, slice_of_string(algorithms[i].name))) {
            *ret_algorithm = algorithms[i].algorithm;
            return true;
        }
    }
    return false;
}

/* sig-a-tag = %x61 [FWS] "=" [FWS] sig-a-tag-alg */
const char *dkim_read_algorithm(const DkimTag *tag, DkimSignature *signature)
{
    signature->algorithm_text = tag->value;
    if (dkim_algorithm_of_word(tag->value, &signature->algorithm)) {
        return NULL;
    }
    return "unknown algorithm (a=)";
}

/* sig-b-tag = %x62 [FWS] "=" [FWS] sig-b-tag-data */
const char *dkim_read_signature(const DkimTag *tag, DkimSignature *signature)
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
const char *dkim_read_body_hash(const DkimTag *tag, DkimSignature *signature)
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
const char *dkim_read_canonicalization(const DkimTag *tag, DkimSignature *signature)
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
const char *dkim_read_domain(const DkimTag *tag, DkimSignature *signature)
{
    signature->domain = tag->value;
    return dkim_domain_normalize(tag->value, signature->domain_name) ? NULL : "bad domain (d=)";
}

/* sig-s-tag = %x73 [FWS] "=" [FWS] selector ; selector = sub-domain *( "." sub-domain ) */
const char *dkim_read_selector(const DkimTag *tag, DkimSignature *signature)
{
    signature->selector = tag->value;
    return dkim_domain_normalize(tag->value, signature->selector_name) ? NULL
                                                                       : "bad selector (s=)";
}

/* sig-h-tag = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name ) */
const char *dkim_read_signed_fields(const DkimTag *tag, DkimSignature *signature)
{
    signature->signed_fields = tag->value;
    signature->n_names = 1;
    for (size_t i = 0; i < tag->value.len; i++) {
        signature->n_names += tag->value.ptr[i] == ':';
    }
    return signature->n_names > DKIM_SIGNED_NAMES_MAX ? "too many field names (h=)" : NULL;
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
const char *dkim_read_body_length(const DkimTag *tag, DkimSignature *signature)
{
    int64_t length = 0;
    if (!read_number(tag->value, LENGTH_DIGITS_MAX, &length)) {
        return "not a length (l=)";
    }
    signature->body_length = (uint64_t)length;
    return NULL;
}

/* sig-t-tag = %x74 [FWS] "=" [FWS] 1*12DIGIT */
const char *dkim_read_signed_at(const DkimTag *tag, DkimSignature *signature)
{
    return read_number(tag->value, TIME_DIGITS_MAX, &signature->signed_at) ? NULL
                                                                           : "not a time (t=)";
}

/* sig-x-tag = %x78 [FWS] "=" [FWS] 1*12DIGIT */
const char *dkim_read_expires_at(const DkimTag *tag, DkimSignature *signature)
{
    return read_number(tag->value, TIME_DIGITS_MAX, &signature->expires_at) ? NULL
                                                                            : "not a time (x=)";
}

/* sig-q-tag = %x71 [FWS] "=" [FWS] sig-q-tag-method *([FWS] ":" [FWS] sig-q-tag-method);
 * "Verifiers MUST ignore methods they do not know". */
const char *dkim_read_query(const DkimTag *tag, DkimSignature *signature)
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

const char *dkim_signature_read(const DkimTagList *tags, const DkimTagRule *rules,
                                size_t n_rules, DkimSignature *signature)
{
    const char *first_fault = NULL;
    reset(signature);
    for (size_t i = 0; i < n_rules; i++) {
        const DkimTag *tag = dkim_tag_list_find(tags, rules[i].name);
        const char *fault = tag == NULL ? rules[i].missing : rules[i].read(tag, signature);
        if (first_fault == NULL) {
            first_fault = fault;
        }
    }
    return first_fault;
}

const char *dkim_signature_check_hash(const DkimSignature *signature)
{
    return signature->body_hash_len ==
                   dkim_hash_bytes(dkim_algorithm_hash(signature->algorithm))
               ? NULL
               : "the body hash has the wrong length (bh=)";
}
