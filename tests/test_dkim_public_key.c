/* SPDX-License-Identifier: MIT */
#include "schema/dkim_public_key.h"

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define RSA_BITS  1024
#define RSA_BYTES (RSA_BITS / 8)

/* DigestInfo of SHA-256 up to the digest (RFC 8017 9.2 note 1), and the same without the NULL
 * that some readers do not miss. */
#define INFO         "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
#define INFO_NO_NULL "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"
#define INFO_SHA1    "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"
#define DIGEST       "0123456789abcdef0123456789ABCDEF"

static EVP_PKEY *rsa_key(unsigned exponent)
{
    EVP_PKEY *pkey = NULL;
    BIGNUM *e = BN_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    g_assert_true(BN_set_word(e, exponent) == 1 && EVP_PKEY_keygen_init(context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_keygen_bits(context, RSA_BITS) == 1 &&
                  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e) == 1 &&
                  EVP_PKEY_keygen(context, &pkey) == 1);
    EVP_PKEY_CTX_free(context);
    BN_free(e);
    return pkey;
}

/* The private operation on a whole block of RSA_BYTES. */
static void sign_block(EVP_PKEY *pkey, const uint8_t *block, uint8_t *signature)
{
    size_t len = RSA_BYTES;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
    g_assert_true(EVP_PKEY_sign_init(context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 &&
                  EVP_PKEY_sign(context, signature, &len, block, RSA_BYTES) == 1);
    g_assert_cmpuint(len, ==, RSA_BYTES);
    EVP_PKEY_CTX_free(context);
}

/* EMSA-PKCS1-v1_5 (RFC 8017 9.2) around `payload`, with `tail` bytes of rubbish behind it. */
static void encode_block(uint8_t *block, uint8_t type, Slice payload, size_t tail)
{
    const size_t at = RSA_BYTES - payload.len - tail;
    memset(block, 0xff, RSA_BYTES);
    block[0] = 0;
    block[1] = type;
    block[at - 1] = 0;
    memcpy(block + at, payload.ptr, payload.len);
    memset(block + at + payload.len, 0x55, tail);
}

/* Reads the key as from a record: wrapped, or bare as RFC 6376's examples have it. */
static DkimPublicKey *public_key_of(EVP_PKEY *pkey, bool is_bare)
{
    unsigned char *der = NULL;
    const int len = is_bare ? i2d_PublicKey(pkey, &der) : i2d_PUBKEY(pkey, &der);
    g_assert_cmpint(len, >, 0);
    g_autofree char *text = g_base64_encode(der, (gsize)len);
    g_autofree char *tag = g_strconcat("p=", text, NULL);
    OPENSSL_free(der);
    DkimKeyRecord record;
    dkim_key_record_parse(slice_of_string(tag), &record);
    g_assert_cmpstr(record.fault, ==, NULL);
    DkimPublicKey *key = dkim_public_key_new(&record);
    dkim_key_record_clear(&record);
    g_assert_nonnull(key);
    return key;
}

typedef struct {
    const char *name;
    Slice payload;
    size_t tail;
    uint8_t type;
    bool is_good;
} BlockCase;

static const BlockCase block_cases[] = {
    {"the_right_block", SLICE_LITERAL(INFO DIGEST), 0, 1, true},
    {"digest_info_without_null", SLICE_LITERAL(INFO_NO_NULL DIGEST), 0, 1, false},
    {"rubbish_behind_the_digest", SLICE_LITERAL(INFO DIGEST), 20, 1, false},
    {"no_digest_info", SLICE_LITERAL(DIGEST), 0, 1, false},
    {"another_digest", SLICE_LITERAL(INFO "0123456789abcdef0123456789ABCDEX"), 0, 1, false},
    {"digest_info_of_another_hash", SLICE_LITERAL(INFO_SHA1 DIGEST), 0, 1, false},
    {"a_block_for_encryption", SLICE_LITERAL(INFO DIGEST), 0, 2, false},
};

static void test_block(gconstpointer data)
{
    const BlockCase *test = data;
    /* A small exponent is where lenient readers of the block can be fooled without the key. */
    static const unsigned exponents[] = {3, 65537};
    for (size_t i = 0; i < G_N_ELEMENTS(exponents); i++) {
        EVP_PKEY *pkey = rsa_key(exponents[i]);
        DkimPublicKey *key = public_key_of(pkey, i == 0);
        uint8_t block[RSA_BYTES];
        uint8_t signature[RSA_BYTES];
        encode_block(block, test->type, test->payload, test->tail);
        sign_block(pkey, block, signature);
        g_assert_cmpint(dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA256,
                                               SLICE_LITERAL(DIGEST),
                                               slice_of((const char *)signature, RSA_BYTES)),
                        ==, test->is_good);
        dkim_public_key_free(key);
        EVP_PKEY_free(pkey);
    }
}

static void assert_refused(DkimPublicKey *key, const uint8_t *signature, size_t len)
{
    g_autofree char *copy = g_memdup2(signature, len);
    g_assert_false(dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA256, SLICE_LITERAL(DIGEST),
                                          slice_of(copy, len)));
}

static void test_signatures_have_the_length_of_the_modulus(void)
{
    EVP_PKEY *pkey = rsa_key(65537);
    DkimPublicKey *key = public_key_of(pkey, false);
    uint8_t block[RSA_BYTES];
    uint8_t signature[RSA_BYTES + 1] = {0};
    encode_block(block, 1, SLICE_LITERAL(INFO DIGEST), 0);
    sign_block(pkey, block, signature + 1);
    assert_refused(key, signature, RSA_BYTES + 1);
    assert_refused(key, signature + 1, RSA_BYTES - 1);
    assert_refused(key, signature, 0);
    g_assert_true(dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA256, SLICE_LITERAL(DIGEST),
                                         slice_of((const char *)signature + 1, RSA_BYTES)));
    memset(signature, 0xff, RSA_BYTES); /* not below the modulus */
    assert_refused(key, signature, RSA_BYTES);
    memset(signature, 0, RSA_BYTES);
    assert_refused(key, signature, RSA_BYTES);
    signature[RSA_BYTES - 1] = 1; /* its own power */
    assert_refused(key, signature, RSA_BYTES);
    dkim_public_key_free(key);
    EVP_PKEY_free(pkey);
}

static size_t sign_with_openssl(EVP_PKEY *pkey, uint8_t *signature, size_t room)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
    g_assert_true(EVP_PKEY_sign_init(context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                  EVP_PKEY_sign(context, signature, &room, (const unsigned char *)DIGEST,
                                strlen(DIGEST)) == 1);
    EVP_PKEY_CTX_free(context);
    return room;
}

/* Also where the modulus fills no whole words, and where the signature begins with zeros. */
static void test_moduli_of_any_size(void)
{
    static const size_t sizes[] = {512, 1023, 1024, 1031, 2048, 3072, 4096};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", sizes[i]);
        DkimPublicKey *key = public_key_of(pkey, false);
        uint8_t signature[4096 / 8];
        const size_t len = sign_with_openssl(pkey, signature, sizeof signature);
        g_assert_cmpuint(len, ==, (sizes[i] + 7) / 8);
        const Slice whole = slice_of((const char *)signature, len);
        for (int round = 0; round < 2; round++) { /* nothing is left over from the last one */
            g_assert_true(dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA256,
                                                 SLICE_LITERAL(DIGEST), whole));
            signature[round * (len - 1)] ^= 1;
            assert_refused(key, signature, len);
            signature[round * (len - 1)] ^= 1;
        }
        memset(signature, 0, len - 1);
        assert_refused(key, signature, len);
        dkim_public_key_free(key);
        EVP_PKEY_free(pkey);
    }
}

static void test_sha1_is_not_taken_for_sha256(void)
{
    EVP_PKEY *pkey = rsa_key(65537);
    DkimPublicKey *key = public_key_of(pkey, false);
    const Slice sha1 = SLICE_LITERAL("0123456789abcdef0123");
    uint8_t block[RSA_BYTES];
    uint8_t bytes[RSA_BYTES];
    encode_block(block, 1, SLICE_LITERAL(INFO_SHA1 "0123456789abcdef0123"), 0);
    sign_block(pkey, block, bytes);
    const Slice signature = slice_of((const char *)bytes, RSA_BYTES);
    g_assert_true(dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA1, sha1, signature));
    g_assert_false(dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA256, sha1, signature));
    g_assert_false(dkim_public_key_verify(key, DKIM_ALGORITHM_ED25519_SHA256, sha1, signature));
    dkim_public_key_free(key);
    EVP_PKEY_free(pkey);
}

/* RFC 8463 section 3: PureEdDSA over the SHA-256 hash of the header, which is the message here.
 */
static void test_ed25519_signs_the_hash(void)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    uint8_t point[32];
    size_t point_len = sizeof point;
    g_assert_cmpint(EVP_PKEY_get_raw_public_key(pkey, point, &point_len), ==, 1);
    g_autofree char *text = g_base64_encode(point, point_len);
    g_autofree char *tag = g_strconcat("k=ed25519; p=", text, NULL);
    DkimKeyRecord record;
    dkim_key_record_parse(slice_of_string(tag), &record);
    DkimPublicKey *key = dkim_public_key_new(&record);
    dkim_key_record_clear(&record);

    uint8_t signature[64];
    size_t len = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    g_assert_true(EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
                  EVP_DigestSign(context, signature, &len, (const uint8_t *)DIGEST, 32) == 1);
    EVP_MD_CTX_free(context);
    const Slice good = slice_of((const char *)signature, len);
    g_assert_true(dkim_public_key_verify(key, DKIM_ALGORITHM_ED25519_SHA256,
                                         SLICE_LITERAL(DIGEST), good));
    g_assert_false(dkim_public_key_verify(key, DKIM_ALGORITHM_ED25519_SHA256,
                                          SLICE_LITERAL("0123456789abcdef0123456789ABCDEX"),
                                          good));
    g_assert_false(
        dkim_public_key_verify(key, DKIM_ALGORITHM_RSA_SHA256, SLICE_LITERAL(DIGEST), good));
    g_assert_false(dkim_public_key_verify(key, DKIM_ALGORITHM_ED25519_SHA256,
                                          SLICE_LITERAL(DIGEST), slice_of(good.ptr, 63)));
    dkim_public_key_free(key);
    EVP_PKEY_free(pkey);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(block_cases); i++) {
        g_autofree char *path =
            g_strconcat("/dkim_public_key/block/", block_cases[i].name, NULL);
        g_test_add_data_func(path, &block_cases[i], test_block);
    }
    g_test_add_func("/dkim_public_key/signatures_have_the_length_of_the_modulus",
                    test_signatures_have_the_length_of_the_modulus);
    g_test_add_func("/dkim_public_key/moduli_of_any_size", test_moduli_of_any_size);
    g_test_add_func("/dkim_public_key/sha1_is_not_taken_for_sha256",
                    test_sha1_is_not_taken_for_sha256);
    g_test_add_func("/dkim_public_key/ed25519_signs_the_hash", test_ed25519_signs_the_hash);
    return g_test_run();
}
