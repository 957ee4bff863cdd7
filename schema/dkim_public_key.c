/* SPDX-License-Identifier: MIT */
#include "schema/dkim_public_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define ED25519_SIGNATURE_BYTES 64

struct DkimPublicKey {
    KeyType type;
    size_t signature_len; /* bytes of every signature of this key */
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *recover; /* RSA */
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

static bool init_rsa(DkimPublicKey *key, const DkimKeyRecord *record)
{
    g_autoptr(OSSL_PARAM) params = rsa_params(record);
    g_autoptr(EVP_PKEY_CTX) maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (params == NULL || maker == NULL || EVP_PKEY_fromdata_init(maker) != 1 ||
        EVP_PKEY_fromdata(maker, &key->pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        return false;
    }
    key->signature_len = record->modulus.len;
    key->recover = EVP_PKEY_CTX_new(key->pkey, NULL);
    return key->recover != NULL && EVP_PKEY_verify_recover_init(key->recover) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(key->recover, RSA_PKCS1_PADDING) == 1;
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

static bool verify_rsa(DkimPublicKey *key, DkimHash hash, Slice digest, Slice signature)
{
    const Slice info = dkim_digest_info(hash);
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
