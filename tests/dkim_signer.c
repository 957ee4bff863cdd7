/* SPDX-License-Identifier: MIT */
#include "dkim_signer.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "indexer/dkim_body_hash.h"

struct DkimSigner {
    EVP_PKEY *pkey;
    char *public_key;
};

DkimSigner *dkim_signer_new(int rsa_bits)
{
    DkimSigner *signer = g_new0(DkimSigner, 1);
    signer->pkey = rsa_bits == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                 : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits);
    g_assert_nonnull(signer->pkey);
    unsigned char *der = NULL;
    const int len = i2d_PUBKEY(signer->pkey, &der);
    g_assert_cmpint(len, >, 0);
    signer->public_key = g_base64_encode(der, (gsize)len);
    OPENSSL_free(der);
    return signer;
}

void dkim_signer_free(DkimSigner *signer)
{
    if (signer == NULL) {
        return;
    }
    EVP_PKEY_free(signer->pkey);
    g_free(signer->public_key);
    g_free(signer);
}

const char *dkim_signer_public_key(const DkimSigner *signer)
{
    return signer->public_key;
}

static char *with_field(const char *tags, const uint8_t *body_hash, size_t hash_len,
                        const char *signature, const char *message)
{
    g_autofree char *hash = g_base64_encode(body_hash, hash_len);
    return g_strdup_printf("DKIM-Signature: v=1; %s;\r\n\tbh=%s;\r\n\tb=%s\r\n%s", tags, hash,
                           signature, message);
}

/* Reads the field that with_field made. */
static void parse(const char *text, RawMessage *message, DkimSignature *signature)
{
    raw_message_parse(message, slice_of_string(text));
    dkim_signature_parse(message->fields[0].value, signature);
}

static char *sign_digest(DkimSigner *signer, DkimAlgorithm algorithm, const uint8_t *digest)
{
    uint8_t bytes[DKIM_SIGNATURE_BYTES_MAX];
    size_t len = sizeof bytes;
    const size_t digest_len = dkim_hash_bytes(dkim_algorithm_hash(algorithm));
    if (algorithm == DKIM_ALGORITHM_ED25519_SHA256) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        g_assert_true(EVP_DigestSignInit(context, NULL, NULL, NULL, signer->pkey) == 1 &&
                      EVP_DigestSign(context, bytes, &len, digest, digest_len) == 1);
        EVP_MD_CTX_free(context);
    } else {
        const EVP_MD *hash = algorithm == DKIM_ALGORITHM_RSA_SHA1 ? EVP_sha1() : EVP_sha256();
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(signer->pkey, NULL);
        g_assert_true(EVP_PKEY_sign_init(context) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                      EVP_PKEY_CTX_set_signature_md(context, hash) == 1 &&
                      EVP_PKEY_sign(context, bytes, &len, digest, digest_len) == 1);
        EVP_PKEY_CTX_free(context);
    }
    return g_base64_encode(bytes, len);
}

char *dkim_signer_sign(DkimSigner *signer, const char *tags, const char *message)
{
    RawMessage raw = {0};
    g_autofree DkimSignature *signature = g_new(DkimSignature, 1);
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    uint8_t bytes[DKIM_HASH_BYTES_MAX] = {0};

    g_autofree char *draft = with_field(tags, bytes, 1, "AAAA", message);
    parse(draft, &raw, signature);
    DkimBodyHash body = {.canon = signature->body_canon,
                         .hash = dkim_algorithm_hash(signature->algorithm),
                         .limit = signature->body_length};
    dkim_body_hash_compute(digest, raw.body, &body, 1);
    const size_t hash_len = dkim_hash_bytes(body.hash);

    g_autofree char *hashed = with_field(tags, body.digest, hash_len, "AAAA", message);
    parse(hashed, &raw, signature);
    DkimHeaderIndex *index = dkim_header_index_new();
    dkim_header_index_build(index, &raw);
    dkim_header_hash(digest, index, signature, &raw.fields[0], bytes);
    dkim_header_index_free(index);
    raw_message_clear(&raw);

    g_autofree char *text = sign_digest(signer, signature->algorithm, bytes);
    return with_field(tags, body.digest, hash_len, text, message);
}
