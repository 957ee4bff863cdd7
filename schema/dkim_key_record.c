/* SPDX-License-Identifier: MIT */
#include "schema/dkim_key_record.h"

#include "schema/dkim_base64.h"
#include "schema/dkim_tag.h"

#define DER_INTEGER    0x02
#define DER_BIT_STRING 0x03
#define DER_OID        0x06
#define DER_SEQUENCE   0x30

#define ED25519_BYTES 32

/* rsaEncryption, 1.2.840.113549.1.1.1 (RFC 8017 A.1) */
static const char rsa_oid[] = {0x2a, (char)0x86, 0x48, (char)0x86, (char)0xf7, 0x0d, 1, 1, 1};

/* id-Ed25519, 1.3.101.112 (RFC 8410 3) */
static const char ed25519_oid[] = {0x2b, 0x65, 0x70};

/* Encodings of the points of order 1, 2, 4 and 8, the top bit cleared (RFC 7748 7, RFC
 * 8032 5.1). Whoever publishes one lets anyone sign. */
static const uint8_t small_order_points[][ED25519_BYTES] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

/* Takes one element with that tag off `input`; lengths up to four bytes (X.690 8.1). */
static bool der_take(Slice *input, uint8_t tag, Slice *ret_content)
{
    const uint8_t *p = (const uint8_t *)input->ptr;
    if (input->len < 2 || p[0] != tag) {
        return false;
    }
    size_t header = 2;
    size_t length = p[1];
    if (length >= 0x80) {
        const size_t n_bytes = length & 0x7f;
        if (n_bytes == 0 || n_bytes > 4 || input->len < 2 + n_bytes) {
            return false;
        }
        length = 0;
        for (size_t i = 0; i < n_bytes; i++) {
            length = length << 8 | p[2 + i];
        }
        header += n_bytes;
    }
    if (length > input->len - header) {
        return false;
    }
    *ret_content = slice_of(input->ptr + header, length);
    *input = slice_from(*input, header + length);
    return true;
}

/* A positive INTEGER without its leading zeros. */
static bool der_take_positive(Slice *input, Slice *ret_number)
{
    Slice number;
    if (!der_take(input, DER_INTEGER, &number) || number.len == 0 ||
        ((uint8_t)number.ptr[0] & 0x80) != 0) {
        return false;
    }
    while (number.len > 0 && number.ptr[0] == 0) {
        number = slice_from(number, 1);
    }
    *ret_number = number;
    return number.len > 0;
}

/* SubjectPublicKeyInfo (RFC 5280 4.1.2.7): the algorithm's OID and the BIT STRING's bytes. */
static bool der_take_spki(Slice input, Slice *ret_oid, Slice *ret_key)
{
    Slice info;
    Slice algorithm;
    Slice bits;
    if (!der_take(&input, DER_SEQUENCE, &info) || !der_take(&info, DER_SEQUENCE, &algorithm) ||
        !der_take(&algorithm, DER_OID, ret_oid) || !der_take(&info, DER_BIT_STRING, &bits) ||
        bits.len < 1 || bits.ptr[0] != 0) {
        return false;
    }
    *ret_key = slice_from(bits, 1);
    return true;
}

static int bit_length(Slice number)
{
    const unsigned int top = (uint8_t)number.ptr[0];
    return (int)(number.len - 1) * 8 + (int)g_bit_storage(top);
}

static bool is_odd(Slice number)
{
    return ((uint8_t)number.ptr[number.len - 1] & 1) != 0;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 A.1.1) */
static bool read_rsa_numbers(Slice der, DkimKeyRecord *record)
{
    Slice sequence;
    return der_take(&der, DER_SEQUENCE, &sequence) &&
           der_take_positive(&sequence, &record->modulus) &&
           der_take_positive(&sequence, &record->exponent);
}

static const char *read_rsa_key(Slice der, DkimKeyRecord *record)
{
    Slice oid;
    Slice key;
    if (der_take_spki(der, &oid, &key)) {
        if (!slice_equal(oid, slice_of(rsa_oid, sizeof rsa_oid))) {
            return "the key is not an RSA key";
        }
        der = key;
    }
    if (!read_rsa_numbers(der, record)) {
        return "the key cannot be read";
    }
    /* e = 1 would make every signature its own proof; the rest is no RSA key. */
    if (!is_odd(record->modulus) || !is_odd(record->exponent) ||
        bit_length(record->exponent) < 2) {
        return "the key is not an RSA key";
    }
    if (record->modulus.len > KEY_BITS_MAX / 8 || bit_length(record->modulus) > KEY_BITS_MAX ||
        record->exponent.len > KEY_EXPONENT_BITS_MAX / 8) {
        return "the key is too large";
    }
    record->bits = bit_length(record->modulus);
    return NULL;
}

static bool is_small_order(Slice point)
{
    uint8_t bytes[ED25519_BYTES];
    memcpy(bytes, point.ptr, sizeof bytes);
    bytes[ED25519_BYTES - 1] &= 0x7f;
    for (size_t i = 0; i < G_N_ELEMENTS(small_order_points); i++) {
        if (memcmp(bytes, small_order_points[i], sizeof bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* RFC 8463 4.2: p= is the 32 bytes of RFC 8032; some records wrap them (RFC 8410 4). */
static const char *read_ed25519_key(Slice bytes, DkimKeyRecord *record)
{
    Slice oid;
    Slice key;
    if (bytes.len != ED25519_BYTES && der_take_spki(bytes, &oid, &key)) {
        if (!slice_equal(oid, slice_of(ed25519_oid, sizeof ed25519_oid))) {
            return "the key is not an Ed25519 key";
        }
        record->flags |= KEY_FLAG_WRAPPED;
        bytes = key;
    }
    if (bytes.len != ED25519_BYTES) {
        return "the key is not an Ed25519 key";
    }
    if (is_small_order(bytes)) {
        return "anyone can sign for this key";
    }
    record->point = bytes;
    record->bits = 8 * ED25519_BYTES;
    return NULL;
}

/* key-v-tag = %x76 [FWS] "=" [FWS] %x44.4B.49.4D.31, "MUST be the first tag in the record" */
static const char *read_version(const DkimTagList *tags)
{
    const DkimTag *tag = dkim_tag_list_find(tags, "v");
    if (tag == NULL) {
        return NULL;
    }
    return tag == &tags->tags[0] && slice_equal(tag->value, SLICE_LITERAL("DKIM1"))
               ? NULL
               : "not a DKIM key record";
}

/* key-k-tag = %x6b [FWS] "=" [FWS] key-k-tag-type */
static const char *read_type(const DkimTagList *tags, KeyType *ret_type)
{
    const DkimTag *tag = dkim_tag_list_find(tags, "k");
    if (tag == NULL || slice_equal_nocase(tag->value, SLICE_LITERAL("rsa"))) {
        *ret_type = KEY_TYPE_RSA;
        return NULL;
    }
    if (slice_equal_nocase(tag->value, SLICE_LITERAL("ed25519"))) {
        *ret_type = KEY_TYPE_ED25519;
        return NULL;
    }
    return "unknown key type";
}

/* Whether the colon-separated list holds `word`, case ignored. */
static bool list_has(Slice list, const char *word)
{
    Slice rest = list;
    Slice item;
    while (dkim_list_next(&rest, &item)) {
        if (slice_equal_nocase(item, slice_of_string(word))) {
            return true;
        }
    }
    return false;
}

/* key-h-tag, key-s-tag and key-t-tag: what the key may be used for. Unknown items are ignored.
 */
static uint32_t read_flags(const DkimTagList *tags)
{
    uint32_t flags = 0;
    const DkimTag *hashes = dkim_tag_list_find(tags, "h");
    if (hashes != NULL) {
        flags |= list_has(hashes->value, "sha1") ? 0 : KEY_FLAG_NO_SHA1;
        flags |= list_has(hashes->value, "sha256") ? 0 : KEY_FLAG_NO_SHA256;
    }
    const DkimTag *services = dkim_tag_list_find(tags, "s");
    if (services != NULL && !list_has(services->value, "*") &&
        !list_has(services->value, "email")) {
        flags |= KEY_FLAG_NOT_EMAIL;
    }
    const DkimTag *modes = dkim_tag_list_find(tags, "t");
    if (modes != NULL) {
        flags |= list_has(modes->value, "y") ? KEY_FLAG_TESTING : 0;
        flags |= list_has(modes->value, "s") ? KEY_FLAG_STRICT : 0;
    }
    return flags;
}

/* key-p-tag = %x70 [FWS] "=" [ [FWS] base64string ]; empty means revoked. */
static const char *read_public_key(const DkimTagList *tags, DkimKeyRecord *record)
{
    const DkimTag *tag = dkim_tag_list_find(tags, "p");
    if (tag == NULL) {
        return "the key record has no p=";
    }
    if (tag->value.len == 0) {
        record->flags |= KEY_FLAG_REVOKED;
        return "the key was revoked";
    }
    size_t len = 0;
    record->bytes = g_malloc(DKIM_BASE64_MAX(tag->value.len));
    if (!dkim_base64_decode(tag->value, record->bytes, &len)) {
        return "p= is not base64";
    }
    const Slice bytes = slice_of((const char *)record->bytes, len);
    return record->type == KEY_TYPE_RSA ? read_rsa_key(bytes, record)
                                        : read_ed25519_key(bytes, record);
}

static const char *read_record(Slice text, DkimKeyRecord *record)
{
    DkimTagList tags;
    if (dkim_trim(text).len == 0) {
        return "the key record has no p=";
    }
    const DkimTagFault tag_fault = dkim_tag_list_parse(text, &tags);
    /* An SPF record under the name is the usual reason for a bad list. */
    const char *fault = read_version(&tags);
    if (fault == NULL && tag_fault != DKIM_TAG_OK) {
        fault = "the key record is not a tag list";
    }
    if (fault == NULL) {
        fault = read_type(&tags, &record->type);
    }
    if (fault != NULL) {
        return fault;
    }
    record->flags = read_flags(&tags);
    return read_public_key(&tags, record);
}

void dkim_key_record_parse(Slice text, DkimKeyRecord *record)
{
    *record = (DkimKeyRecord){0};
    record->fault = read_record(text, record);
    if (record->fault != NULL) {
        record->bits = 0;
        record->modulus = record->exponent = record->point = SLICE_EMPTY;
    }
}

bool dkim_key_record_allows(Slice text, Slice local_part)
{
    DkimTagList tags;
    dkim_tag_list_parse(text, &tags);
    const DkimTag *tag = dkim_tag_list_find(&tags, "g");
    if (tag == NULL || tag->value.len == 0) {
        return true;
    }
    const Slice pattern = tag->value;
    const char *star = memchr(pattern.ptr, '*', pattern.len);
    if (star == NULL) {
        return slice_equal(local_part, pattern);
    }
    const Slice before = slice_of(pattern.ptr, (size_t)(star - pattern.ptr));
    const Slice behind = slice_from(pattern, before.len + 1);
    return local_part.len >= before.len + behind.len && slice_starts_with(local_part, before) &&
           slice_equal(slice_from(local_part, local_part.len - behind.len), behind);
}

void dkim_key_record_clear(DkimKeyRecord *record)
{
    g_free(record->bytes);
    *record = (DkimKeyRecord){0};
}
