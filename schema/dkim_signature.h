/* dkim_signature.h - what one DKIM-Signature field says.
 *
 * Decides whether the field can be checked at all (RFC 6376 section 3.5); checking is dkim.c.
 * The readers of the single tags are in dkim_signature_tag.c.
 *
 * Memory: a DkimSignature borrows from the field's bytes; what had to be decoded it owns, until
 * dkim_signature_clear, and keeps for the next field.
 * Errors: `fault` is the first reason why the field is no usable signature; every tag that
 * could be read is there all the same.
 * Limits: those of dkim_tag.h, and DKIM_SIGNED_NAMES_MAX names in h=.
 */
#pragma once

#include "schema/dkim_canon.h"
#include "schema/dkim_domain.h"
#include "schema/dkim_tag.h"

/* The most names that h= may hold; real signatures have up to 60, doubled ones included. */
#define DKIM_SIGNED_NAMES_MAX 1000

/* Room for the signature of a key of KEY_BITS_MAX bits. */
#define DKIM_SIGNATURE_BYTES_MAX 2048

/* Room for the longest hash, of SHA-256. */
#define DKIM_HASH_BYTES_MAX 32

typedef enum { DKIM_HASH_SHA1, DKIM_HASH_SHA256, DKIM_HASH_COUNT } DkimHash;

typedef enum {
    DKIM_ALGORITHM_RSA_SHA1,
    DKIM_ALGORITHM_RSA_SHA256,
    DKIM_ALGORITHM_ED25519_SHA256,
    DKIM_ALGORITHM_COUNT
} DkimAlgorithm;

typedef struct {
    const char *fault; /* constant words; NULL when the signature can be checked */

    /* As written, without the white space around; empty when missing. */
    Slice version;
    Slice algorithm_text;
    Slice domain;
    Slice identity;
    Slice selector;
    Slice signed_fields;

    DkimAlgorithm algorithm;
    DkimCanon header_canon;
    DkimCanon body_canon;
    uint64_t body_length;    /* l=, saturated; UINT64_MAX without */
    int64_t signed_at;       /* t=; -1 without */
    int64_t expires_at;      /* x=; -1 without */
    size_t n_names;          /* in h= */
    bool identity_is_domain; /* i= names d= itself, no domain below it */

    Slice signature_hole; /* the value of b= with the white space around, inside the field */
    size_t signature_len;
    uint8_t signature[DKIM_SIGNATURE_BYTES_MAX];
    size_t body_hash_len;
    uint8_t body_hash[DKIM_HASH_BYTES_MAX];

    /* Names to look keys up by: lower case, A-labels (RFC 8616 section 5). */
    char selector_name[DKIM_DOMAIN_BYTES_MAX + 1];
    char domain_name[DKIM_DOMAIN_BYTES_MAX + 1];
} DkimSignature;

/* Reads the value of a DKIM-Signature field. Always fills `signature`; look at `fault`. */
void dkim_signature_parse(Slice value, DkimSignature *signature);

/* Whether i= is of `domain` itself, as a key with t=s asks; an empty i= is. `domain` is normal.
 */
bool dkim_identity_is_domain(Slice identity, const char *domain);

/* Reads a=. Returns: false when it is none that is known. */
bool dkim_algorithm_of_word(Slice word, DkimAlgorithm *ret_algorithm);

/* The hash that an algorithm uses. */
DkimHash dkim_algorithm_hash(DkimAlgorithm algorithm);

/* 20 or 32. */
size_t dkim_hash_bytes(DkimHash hash);
