/* SPDX-License-Identifier: MIT */
#include "indexer/recovery_search.h"

#include <openssl/rand.h>

#include "dkim_signer.h"
#include "indexer/rsa_recovery.h"
#include "schema/dkim_base64.h"
#include "schema/dkim_key_record.h"

/* Small: real keys have twice the bits and more, and 65537, which costs seconds even so. */
#define BITS     512
#define EXPONENT 17

/* Signatures of digests made up on the spot. */
typedef struct {
    GArray *list;      /* RecoverySignature */
    GPtrArray *buffer; /* what they borrow */
} Signatures;

static void signatures_init(Signatures *signatures)
{
    signatures->list = g_array_new(false, false, sizeof(RecoverySignature));
    signatures->buffer = g_ptr_array_new_with_free_func(g_free);
}

static void signatures_clear(Signatures *signatures)
{
    g_array_unref(signatures->list);
    g_ptr_array_unref(signatures->buffer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signatures, signatures_clear)

static Slice keep(Signatures *signatures, const void *bytes, size_t len)
{
    char *copy = g_memdup2(bytes, len);
    g_ptr_array_add(signatures->buffer, copy);
    return slice_of(copy, len);
}

/* Signs a random digest; an altered one is not what was signed. */
static void add(Signatures *signatures, const DkimSigner *signer, DkimAlgorithm algorithm,
                int64_t date, unsigned doubt, bool is_altered)
{
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    const size_t digest_len = dkim_hash_bytes(dkim_algorithm_hash(algorithm));
    g_assert_cmpint(RAND_bytes(digest, sizeof digest), ==, 1);
    g_autofree char *text = dkim_signer_sign_digest(signer, algorithm, digest);
    uint8_t bytes[DKIM_BASE64_MAX(DKIM_SIGNATURE_BYTES_MAX)];
    size_t len = 0;
    g_assert_true(dkim_base64_decode(slice_of_string(text), bytes, &len));
    digest[0] ^= is_altered ? 1 : 0;
    const RecoverySignature signature = {
        .rsa = {.algorithm = algorithm,
                .digest = keep(signatures, digest, digest_len),
                .signature = keep(signatures, bytes, len)},
        .doubt = doubt,
        .has_date = true,
        .date = date,
    };
    g_array_append_val(signatures->list, signature);
}

static void add_some(Signatures *signatures, const DkimSigner *signer, size_t n, int64_t date)
{
    for (size_t i = 0; i < n; i++) {
        add(signatures, signer, DKIM_ALGORITHM_RSA_SHA256, date + (int64_t)i, 0, false);
    }
}

static void take_key(RecoveredKey *key, gpointer data)
{
    g_ptr_array_add(data, key);
}

/* Returns: (transfer full) the RecoveredKeys. */
static GPtrArray *run(const Signatures *signatures, const RecoveryCandidate *known,
                      size_t n_known, unsigned exponent_max, size_t *ret_n_unconfirmed)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)recovered_key_free);
    const RecoverySearch search = {
        .signatures = (const RecoverySignature *)(const void *)signatures->list->data,
        .n_signatures = signatures->list->len,
        .known = known,
        .n_known = n_known,
        .exponent_max = exponent_max,
        .found = take_key,
        .user_data = keys,
    };
    *ret_n_unconfirmed = recovery_search_run(&search);
    return keys;
}

static void expect_key(const GPtrArray *keys, guint index, const DkimSigner *signer,
                       size_t n_verified)
{
    const RecoveredKey *key = g_ptr_array_index(keys, index);
    g_autofree char *record =
        g_strconcat("v=DKIM1; k=rsa; p=", dkim_signer_public_key(signer), NULL);
    g_assert_cmpstr(key->record, ==, record);
    g_assert_cmpuint(key->n_verified, ==, n_verified);
    g_assert_cmpint(key->bits, ==, BITS);
}

static void test_three(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new_with_exponent(BITS, EXPONENT);
    add_some(&signatures, signer, 3, 1000);
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, EXPONENT, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 1);
    expect_key(keys, 0, signer, 3);
    const RecoveredKey *key = g_ptr_array_index(keys, 0);
    g_assert_true(key->has_dates);
    g_assert_cmpint(key->first_date, ==, 1000);
    g_assert_cmpint(key->last_date, ==, 1002);
    g_assert_cmpuint(n_unconfirmed, ==, 0);
}

/* So many without doubt that a pair is enough; ten seconds even so, so only with -m slow. */
static void test_usual_exponent(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new(BITS);
    add_some(&signatures, signer, RECOVERY_PARTNERS_MAX + 2, 1000);
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, 0, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 1);
    expect_key(keys, 0, signer, RECOVERY_PARTNERS_MAX + 2);
}

static void test_two(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new_with_exponent(BITS, EXPONENT);
    add_some(&signatures, signer, 2, 1000);
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, EXPONENT, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 0);
}

static void test_unconfirmed(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new_with_exponent(BITS, EXPONENT);
    add_some(&signatures, signer, 2, 1000);
    add(&signatures, signer, DKIM_ALGORITHM_RSA_SHA256, 1001, 0, true);
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, EXPONENT, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 0);
    g_assert_cmpuint(n_unconfirmed, <=, 1);
}

/* Half of the signatures are over altered headers, some of which nobody would doubt. */
static void test_altered(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new_with_exponent(BITS, EXPONENT);
    for (unsigned i = 0; i < 6; i++) {
        add(&signatures, signer, DKIM_ALGORITHM_RSA_SHA256, i, 1, true);
        add(&signatures, signer, i < 3 ? DKIM_ALGORITHM_RSA_SHA1 : DKIM_ALGORITHM_RSA_SHA256, i,
            i < 2 ? 0 : 1, false);
    }
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, EXPONENT, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 1);
    expect_key(keys, 0, signer, 6);
}

static void test_none(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new_with_exponent(BITS, EXPONENT);
    for (unsigned i = 0; i < 3; i++) {
        add(&signatures, signer, DKIM_ALGORITHM_RSA_SHA256, i, 0, true);
    }
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, EXPONENT, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 0);
    g_assert_cmpuint(n_unconfirmed, ==, 0);
}

/* One key after the other under one name. */
static void test_rotation(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) older = dkim_signer_new_with_exponent(BITS, EXPONENT);
    g_autoptr(DkimSigner) newer = dkim_signer_new_with_exponent(BITS, EXPONENT);
    add_some(&signatures, newer, 4, 5000);
    add_some(&signatures, older, 3, 1000);
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, NULL, 0, EXPONENT, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 2);
    const RecoveredKey *first = g_ptr_array_index(keys, 0);
    const guint at_newer = first->n_verified == 4 ? 0 : 1;
    expect_key(keys, at_newer, newer, 4);
    expect_key(keys, 1 - at_newer, older, 3);
}

static GBytes *bytes_of(Slice slice)
{
    return g_bytes_new(slice.ptr, slice.len);
}

/* Nothing is computed: with 2,048 bits, that would take a minute. */
static void test_known(void)
{
    g_auto(Signatures) signatures;
    signatures_init(&signatures);
    g_autoptr(DkimSigner) signer = dkim_signer_new(2048);
    add_some(&signatures, signer, 3, 1000);
    g_autofree char *text = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    DkimKeyRecord record;
    dkim_key_record_parse(slice_of_string(text), &record);
    const RecoveryCandidate known = {bytes_of(record.modulus), bytes_of(record.exponent)};
    size_t n_unconfirmed = 0;
    g_autoptr(GPtrArray) keys = run(&signatures, &known, 1, 0, &n_unconfirmed);
    g_assert_cmpuint(keys->len, ==, 1);
    g_bytes_unref(known.modulus);
    g_bytes_unref(known.exponent);
    dkim_key_record_clear(&record);
}

/* Numbers that an attacker would choose: 0, 1, and one that is its own padded digest. */
static void test_crafted(void)
{
    static const uint8_t digest[32] = {1};
    uint8_t zero[64] = {0};
    uint8_t one[64] = {[63] = 1};
    uint8_t ones[64];
    memset(ones, 0xFF, sizeof ones);
    const Slice digest_slice = slice_of((const char *)digest, sizeof digest);
    const RsaSignature crafted[] = {
        {DKIM_ALGORITHM_RSA_SHA256, digest_slice, slice_of((const char *)zero, sizeof zero)},
        {DKIM_ALGORITHM_RSA_SHA256, digest_slice, slice_of((const char *)one, sizeof one)},
        {DKIM_ALGORITHM_RSA_SHA256, digest_slice, slice_of((const char *)ones, sizeof ones)},
        {DKIM_ALGORITHM_RSA_SHA256, slice_of_string("short"),
         slice_of((const char *)ones, sizeof ones)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(crafted); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(crafted); j++) {
            g_assert_null(rsa_recovery_run(&crafted[i], &crafted[j], 1, 3));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recovery_search/three_signatures_give_their_key", test_three);
    if (g_test_slow()) {
        g_test_add_func("/recovery_search/the_usual_exponent", test_usual_exponent);
    }
    g_test_add_func("/recovery_search/two_signatures_are_not_enough", test_two);
    g_test_add_func("/recovery_search/a_key_without_a_third_is_no_key", test_unconfirmed);
    g_test_add_func("/recovery_search/altered_signatures_are_got_around", test_altered);
    g_test_add_func("/recovery_search/altered_signatures_alone_give_nothing", test_none);
    g_test_add_func("/recovery_search/one_name_may_have_several_keys", test_rotation);
    g_test_add_func("/recovery_search/a_known_key_is_not_computed", test_known);
    g_test_add_func("/recovery_search/crafted_numbers_give_nothing", test_crafted);
    return g_test_run();
}
