/* SPDX-License-Identifier: MIT */
#include "schema/dkim_public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define ED25519_SIGNATURE_BYTES 64

/* The exponent of nearly every key is 2^16 + 1. */
#define USUAL_EXPONENT  ((BN_ULONG)65537)
#define USUAL_SQUARINGS 16

/* What is between the padding of a signed block and its ends (RFC 8017 section 9.2). */
#define PADDING_FRAME_BYTES 3
#define PADDING_BYTES_MIN   8

/* RSA with the usual exponent. */
typedef struct {
    BIGNUM *modulus;
    BN_MONT_CTX *montgomery;
    BN_CTX *scratch;
    BIGNUM *signature;
    BIGNUM *power;
    BIGNUM *expected;
} UsualRsa;

struct DkimPublicKey {
    KeyType type;
    size_t signature_len; /* bytes of every signature of this key */
    EVP_PKEY *pkey;
    UsualRsa *usual;       /* RSA with the usual exponent, else NULL */
    EVP_PKEY_CTX *recover; /* RSA with another exponent */
    EVP_MD_CTX *verify;    /* Ed25519 */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OSSL_PARAM, OSSL_PARAM_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

/* DigestInfo up to the digest (RFC 8017 9.2 note 1): SEQUENCE { SEQUENCE { OID, NULL }, ... */
static const char sha1_info[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
static const char sha256_info[] = {0x30,       0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                   (char)0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                   0x01,       0x05, 0x00, 0x04, 0x20};

Slice dkim_digest_info(DkimHash hash)
{
    return hash == DKIM_HASH_SHA1 ? slice_of(sha1_info, sizeof sha1_info)
                                  : slice_of(sha256_info, sizeof sha256_info);
}

static BIGNUM *number_of(Slice bytes)
{
    return BN_bin2bn((const unsigned char *)bytes.ptr, (int)bytes.len, NULL);
}

static OSSL_PARAM *rsa_params(const DkimKeyRecord *record)
{
    g_autoptr(BIGNUM) modulus = number_of(record->modulus);
    g_autoptr(BIGNUM) exponent = number_of(record->exponent);
    g_autoptr(OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new();
    if (modulus == NULL || exponent == NULL || builder == NULL ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent)) {
        return NULL;
    }
    return OSSL_PARAM_BLD_to_param(builder);
}

static void usual_rsa_free(UsualRsa *rsa)
{
    if (rsa == NULL) {
        return;
    }
    BN_free(rsa->modulus);
    BN_MONT_CTX_free(rsa->montgomery);
    BN_CTX_free(rsa->scratch);
    BN_free(rsa->signature);
    BN_free(rsa->power);
    BN_free(rsa->expected);
    g_free(rsa);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UsualRsa, usual_rsa_free)

/* Returns: (transfer full) NULL when the exponent is another one. */
static UsualRsa *usual_rsa_new(const DkimKeyRecord *record)
{
    g_autoptr(BIGNUM) exponent = number_of(record->exponent);
    if (exponent == NULL || !BN_is_word(exponent, USUAL_EXPONENT)) {
        return NULL;
    }
    g_autoptr(UsualRsa) rsa = g_new0(UsualRsa, 1);
    rsa->modulus = number_of(record->modulus);
    rsa->montgomery = BN_MONT_CTX_new();
    rsa->scratch = BN_CTX_new();
    rsa->signature = BN_new();
    rsa->power = BN_new();
    rsa->expected = BN_new();
    if (rsa->modulus == NULL || rsa->montgomery == NULL || rsa->scratch == NULL ||
        rsa->signature == NULL || rsa->power == NULL || rsa->expected == NULL ||
        !BN_is_odd(rsa->modulus) ||
        BN_MONT_CTX_set(rsa->montgomery, rsa->modulus, rsa->scratch) != 1) {
        return NULL;
    }
    return g_steal_pointer(&rsa);
}

static bool init_recover(DkimPublicKey *key)
{
    key->recover = EVP_PKEY_CTX_new(key->pkey, NULL);
    return key->recover != NULL && EVP_PKEY_verify_recover_init(key->recover) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(key->recover, RSA_PKCS1_PADDING) == 1;
}

static bool init_rsa(DkimPublicKey *key, const DkimKeyRecord *record)
{
    g_autoptr(OSSL_PARAM) params = rsa_params(record);
    g_autoptr(EVP_PKEY_CTX) maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (params == NULL || maker == NULL || EVP_PKEY_fromdata_init(maker) != 1 ||
        EVP_PKEY_fromdata(maker, &key->pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        return false;
    }
    key->signature_len = record->modulus.len;
    key->usual = usual_rsa_new(record);
    return key->usual != NULL || init_recover(key);
}

static bool init_ed25519(DkimPublicKey *key, const DkimKeyRecord *record)
{
    key->pkey = EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, NULL, (const unsigned char *)record->point.ptr, record->point.len);
    key->signature_len = ED25519_SIGNATURE_BYTES;
    key->verify = EVP_MD_CTX_new();
    return key->pkey != NULL && key->verify != NULL;
}

DkimPublicKey *dkim_public_key_new(const DkimKeyRecord *record)
{
    g_assert(record->fault == NULL);
    DkimPublicKey *key = g_new0(DkimPublicKey, 1);
    key->type = record->type;
    const bool is_ok =
        record->type == KEY_TYPE_RSA ? init_rsa(key, record) : init_ed25519(key, record);
    if (!is_ok) {
        ERR_clear_error();
        g_clear_pointer(&key, dkim_public_key_free);
    }
    return key;
}

void dkim_public_key_free(DkimPublicKey *key)
{
    if (key == NULL) {
        return;
    }
    EVP_PKEY_CTX_free(key->recover);
    usual_rsa_free(key->usual);
    EVP_MD_CTX_free(key->verify);
    EVP_PKEY_free(key->pkey);
    g_free(key);
}

bool dkim_public_key_fingerprint(const DkimPublicKey *key, uint8_t *out)
{
    unsigned char *info = NULL;
    const int len = i2d_PUBKEY(key->pkey, &info);
    const bool is_ok =
        len > 0 && EVP_Digest(info, (size_t)len, out, NULL, EVP_sha256(), NULL) == 1;
    OPENSSL_free(info);
    return is_ok;
}

char *dkim_public_key_base64(const DkimPublicKey *key)
{
    unsigned char *info = NULL;
    const int len = i2d_PUBKEY(key->pkey, &info);
    char *text = len > 0 ? g_base64_encode(info, (gsize)len) : NULL;
    OPENSSL_free(info);
    return text;
}

char *dkim_public_key_pem(const DkimPublicKey *key)
{
    char *pem = NULL;
    char *data = NULL;
    BIO *out = BIO_new(BIO_s_mem());
    if (out != NULL && PEM_write_bio_PUBKEY(out, key->pkey) == 1) {
        const long len = BIO_get_mem_data(out, &data);
        pem = g_strndup(data, (gsize)len);
    } else {
        ERR_clear_error();
    }
    BIO_free(out);
    return pem;
}

/* The block that was signed: 00 01 FF... 00, the DigestInfo (RFC 8017 section 9.2). */
static bool make_expected(BIGNUM *expected, size_t block_len, Slice info, Slice digest)
{
    unsigned char block[KEY_BITS_MAX / 8];
    const size_t end_len = info.len + digest.len;
    if (block_len > sizeof block ||
        block_len < end_len + PADDING_FRAME_BYTES + PADDING_BYTES_MIN) {
        return false;
    }
    const size_t padding_len = block_len - end_len - PADDING_FRAME_BYTES;
    block[0] = 0;
    block[1] = 1;
    memset(block + 2, 0xff, padding_len);
    block[2 + padding_len] = 0;
    memcpy(block + block_len - end_len, info.ptr, info.len);
    memcpy(block + block_len - digest.len, digest.ptr, digest.len);
    return BN_bin2bn(block, (int)block_len, expected) != NULL;
}

/* signature^65537 in Montgomery's form; the last factor is not, and takes the product out of
 * it. BN_mod_exp_mont does the same with a fifth more of multiplications. */
static bool raise_signature(UsualRsa *rsa)
{
    bool is_ok =
        BN_to_montgomery(rsa->power, rsa->signature, rsa->montgomery, rsa->scratch) == 1;
    for (int i = 0; is_ok && i < USUAL_SQUARINGS; i++) {
        is_ok = BN_mod_mul_montgomery(rsa->power, rsa->power, rsa->power, rsa->montgomery,
                                      rsa->scratch) == 1;
    }
    return is_ok && BN_mod_mul_montgomery(rsa->power, rsa->power, rsa->signature,
                                          rsa->montgomery, rsa->scratch) == 1;
}

/* RFC 8017 sections 5.2.2 and 8.2.2. */
static bool verify_usual_rsa(UsualRsa *rsa, Slice info, Slice digest, Slice signature)
{
    return BN_bin2bn((const unsigned char *)signature.ptr, (int)signature.len,
                     rsa->signature) != NULL &&
           BN_cmp(rsa->signature, rsa->modulus) < 0 && raise_signature(rsa) &&
           make_expected(rsa->expected, signature.len, info, digest) &&
           BN_cmp(rsa->power, rsa->expected) == 0;
}

static bool verify_rsa(DkimPublicKey *key, DkimHash hash, Slice digest, Slice signature)
{
    const Slice info = dkim_digest_info(hash);
    if (key->usual != NULL) {
        return verify_usual_rsa(key->usual, info, digest, signature);
    }
    unsigned char recovered[KEY_BITS_MAX / 8];
    size_t len = sizeof recovered;
    if (EVP_PKEY_verify_recover(key->recover, recovered, &len,
                                (const unsigned char *)signature.ptr, signature.len) != 1) {
        return false;
    }
    return len == info.len + digest.len && memcmp(recovered, info.ptr, info.len) == 0 &&
           memcmp(recovered + info.len, digest.ptr, digest.len) == 0;
}

static bool verify_ed25519(DkimPublicKey *key, Slice digest, Slice signature)
{
    EVP_MD_CTX_reset(key->verify);
    return EVP_DigestVerifyInit(key->verify, NULL, NULL, NULL, key->pkey) == 1 &&
           EVP_DigestVerify(key->verify, (const unsigned char *)signature.ptr, signature.len,
                            (const unsigned char *)digest.ptr, digest.len) == 1;
}

bool dkim_public_key_verify(DkimPublicKey *key, DkimAlgorithm algorithm, Slice digest,
                            Slice signature)
{
    const DkimHash hash = dkim_algorithm_hash(algorithm);
    const bool is_ed25519 = algorithm == DKIM_ALGORITHM_ED25519_SHA256;
    if (is_ed25519 != (key->type == KEY_TYPE_ED25519) || signature.len != key->signature_len ||
        digest.len != dkim_hash_bytes(hash)) {
        return false;
    }
    const bool is_ok = is_ed25519 ? verify_ed25519(key, digest, signature)
                                  : verify_rsa(key, hash, digest, signature);
    if (!is_ok) {
        ERR_clear_error();
    }
    return is_ok;
}
