/* SPDX-License-Identifier: MIT */
#include "dkim_signer.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "indexer/dkim_body_hash.h"
#include "schema/arc_seal.h"

struct DkimSigner {
    EVP_PKEY *pkey;
    char *public_key;
};

static DkimSigner *with_key(EVP_PKEY *pkey)
{
    g_assert_nonnull(pkey);
    DkimSigner *signer = g_new0(DkimSigner, 1);
    signer->pkey = pkey;
    unsigned char *der = NULL;
    const int len = i2d_PUBKEY(signer->pkey, &der);
    g_assert_cmpint(len, >, 0);
    signer->public_key = g_base64_encode(der, (gsize)len);
    OPENSSL_free(der);
    return signer;
}

DkimSigner *dkim_signer_new(int rsa_bits)
{
    return with_key(rsa_bits == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                  : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits));
}

DkimSigner *dkim_signer_new_with_exponent(int rsa_bits, unsigned exponent)
{
    EVP_PKEY *pkey = NULL;
    BIGNUM *number = BN_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    g_assert_true(BN_set_word(number, exponent) == 1 && EVP_PKEY_keygen_init(context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_keygen_bits(context, rsa_bits) == 1 &&
                  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, number) == 1 &&
                  EVP_PKEY_generate(context, &pkey) == 1);
    EVP_PKEY_CTX_free(context);
    BN_free(number);
    return with_key(pkey);
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

/* How the field that signs begins, and who reads it. */
typedef struct {
    const char *start; /* name, colon and first tags */
    void (*parse)(Slice value, DkimSignature *signature);
} SignedField;

static char *with_field(const SignedField *form, const char *tags, const uint8_t *body_hash,
                        size_t hash_len, const char *signature, const char *message)
{
    g_autofree char *hash = g_base64_encode(body_hash, hash_len);
    return g_strdup_printf("%s%s;\r\n\tbh=%s;\r\n\tb=%s\r\n%s", form->start, tags, hash,
                           signature, message);
}

/* Reads the field that with_field made. */
static void parse(const SignedField *form, const char *text, RawMessage *message,
                  DkimSignature *signature)
{
    raw_message_parse(message, slice_of_string(text));
    form->parse(message->fields[0].value, signature);
}

char *dkim_signer_sign_digest(const DkimSigner *signer, DkimAlgorithm algorithm,
                              const uint8_t *digest)
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

/* Puts the field above `message`. */
static char *sign(DkimSigner *signer, const SignedField *form, const char *tags,
                  const char *message)
{
    RawMessage raw = {0};
    DkimSignature signature;
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    uint8_t bytes[DKIM_HASH_BYTES_MAX] = {0};

    g_autofree char *draft = with_field(form, tags, bytes, 1, "AAAA", message);
    parse(form, draft, &raw, &signature);
    DkimBodyHash body = dkim_body_hash_wanted(&signature);
    dkim_body_hash_compute(digest, raw.body, &body, 1);
    const size_t hash_len = dkim_hash_bytes(body.hash);

    g_autofree char *hashed = with_field(form, tags, body.digest, hash_len, "AAAA", message);
    parse(form, hashed, &raw, &signature);
    DkimHeaderIndex *index = dkim_header_index_new();
    dkim_header_index_build(index, &raw);
    dkim_header_hash(digest, index, NULL, &signature, &raw.fields[0], bytes);
    dkim_header_index_free(index);
    raw_message_clear(&raw);

    g_autofree char *text = dkim_signer_sign_digest(signer, signature.algorithm, bytes);
    return with_field(form, tags, body.digest, hash_len, text, message);
}

char *dkim_signer_sign(DkimSigner *signer, const char *tags, const char *message)
{
    const SignedField form = {"DKIM-Signature: v=1; ", dkim_signature_parse};
    return sign(signer, &form, tags, message);
}

static void parse_arc_message(Slice value, DkimSignature *signature)
{
    ArcSignature arc;
    arc_message_signature_parse(value, &arc);
    *signature = arc.signature;
}

static char *with_seal(const ArcSetPlan *plan, const char *signature, const char *message)
{
    return g_strdup_printf("ARC-Seal: i=%s; %s;\r\n\tb=%s\r\n%s", plan->instance,
                           plan->seal_tags, signature, message);
}

/* Puts the seal above `message`, which has the other two fields. */
static char *seal(DkimSigner *signer, const ArcSetPlan *plan, const char *message)
{
    RawMessage raw = {0};
    g_autofree ArcSets *sets = g_new0(ArcSets, 1);
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    uint8_t bytes[DKIM_HASH_BYTES_MAX] = {0};
    g_autofree char *draft = with_seal(plan, "AAAA", message);
    raw_message_parse(&raw, slice_of_string(draft));
    arc_sets_collect(&raw, sets);
    const size_t instance = (size_t)g_ascii_strtoll(plan->instance, NULL, 10);
    arc_seal_hash(digest, sets, instance, bytes);
    raw_message_clear(&raw);
    g_autofree char *text = dkim_signer_sign_digest(
        signer, sets->sets[instance - 1].seal.signature.algorithm, bytes);
    return with_seal(plan, text, message);
}

char *dkim_signer_add_arc_set(DkimSigner *signer, const ArcSetPlan *plan, const char *message)
{
    g_autofree char *start = g_strdup_printf("ARC-Message-Signature: i=%s; ", plan->instance);
    const SignedField form = {start, parse_arc_message};
    g_autofree char *with_message = sign(signer, &form, plan->message_tags, message);
    g_autofree char *with_results =
        g_strdup_printf("ARC-Authentication-Results: i=%s; %s\r\n%s", plan->instance,
                        plan->results, with_message);
    return seal(signer, plan, with_results);
}
