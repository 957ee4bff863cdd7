/* dkim_key_record.h - one DKIM public key as its TXT record gives it.
 *
 * Reads RFC 6376 section 3.6.1 and RFC 8463 section 4. The bytes of p= are taken apart here, by
 * a small DER reader, so that a hundred thousand keys load without OpenSSL; dkim_public_key.c
 * computes with them. Takes SubjectPublicKeyInfo and bare RSAPublicKey (the RFC's text says the
 * one and its examples the other), and Ed25519 keys raw or wrapped.
 *
 * Memory: a DkimKeyRecord owns its bytes; it does not borrow from the text.
 * Limits: KEY_BITS_MAX and KEY_EXPONENT_BITS_MAX; beyond them a key is unusable.
 */
#pragma once

#include "schema/slice.h"

/* OpenSSL's own limit; a wider modulus only costs time. */
#define KEY_BITS_MAX 16384

/* OpenSSL's limit for wide moduli. Real exponents are 3, 17 and 65537. */
#define KEY_EXPONENT_BITS_MAX 64

/* Below this a key "means nothing" (DESIGN; RFC 8301 section 3.2): caveat weak-key. */
#define KEY_BITS_STRONG 1024

#define KEY_FLAG_TESTING   1u   /* t=y */
#define KEY_FLAG_STRICT    2u   /* t=s: i= must be exactly d= */
#define KEY_FLAG_NO_SHA1   4u   /* h= does not allow sha1 */
#define KEY_FLAG_NO_SHA256 8u   /* h= does not allow sha256 */
#define KEY_FLAG_NOT_EMAIL 16u  /* s= excludes e-mail */
#define KEY_FLAG_NO_ANSWER 64u  /* the DNS gave no answer: try again later */
#define KEY_FLAG_WRAPPED   128u /* Ed25519 as SubjectPublicKeyInfo: may prove, never disprove */
#define KEY_FLAG_REVOKED   256u /* p= is empty */

typedef enum { KEY_TYPE_RSA, KEY_TYPE_ED25519 } KeyType;

typedef struct {
    const char *fault; /* constant words, NULL when usable */
    KeyType type;
    uint32_t flags; /* KEY_FLAG_* */
    int bits;       /* of the modulus; 256 for Ed25519; 0 when unusable */
    Slice modulus;  /* big-endian, without leading zeros; RSA only. Borrows from `bytes`, */
    Slice exponent; /* as do these */
    Slice point;    /* 32 bytes; Ed25519 only */
    uint8_t *bytes; /* p=, decoded */
} DkimKeyRecord;

/* Reads a TXT record, its strings joined. Always fills `record`; look at `fault`. */
void dkim_key_record_parse(Slice text, DkimKeyRecord *record);

/* Whether g= of a record lets it sign for this local part (RFC 4870 3.2.3, RFC 4871 3.6.1): the
 * same bytes, or what stands before and behind a "*". Without g=, and with an empty one, it
 * signs for all. DKIM has no g= any more; DomainKeys asks. */
bool dkim_key_record_allows(Slice text, Slice local_part);

/* Frees what dkim_key_record_parse allocated. Accepts a zeroed record. */
void dkim_key_record_clear(DkimKeyRecord *record);
