/* SPDX-License-Identifier: MIT */
#include "indexer/rsa_recovery.h"

#include <gmp.h>

#include "schema/dkim_public_key.h"

/* What is left beside the modulus in the common divisor: mostly 1, seldom more than a byte. A
 * divisor that is larger by this much is none of two honest signatures. */
#define COFACTOR_BITS_MAX 1024

/* Two random numbers have a prime p in common with a chance of 1 : p^2. */
#define COFACTOR_PRIME_MAX 65536UL

/* 00 01, eight times FF at least, 00 (RFC 8017 9.2). */
#define PADDING_BYTES_MIN 11

/* Rounds of a test of Miller and Rabin. */
#define PRIME_TEST_ROUNDS 20

static void import(mpz_t number, const void *bytes, size_t len)
{
    mpz_import(number, len, 1, 1, 1, 0, bytes);
}

/* EM = 00 || 01 || FF... || 00 || DigestInfo, as a number (RFC 8017 9.2). */
static bool import_padded(mpz_t number, const RsaSignature *signature)
{
    uint8_t bytes[RSA_RECOVERY_BYTES_MAX];
    const DkimHash hash = dkim_algorithm_hash(signature->algorithm);
    const Slice info = dkim_digest_info(hash);
    const size_t len = signature->signature.len;
    const size_t info_len = info.len + signature->digest.len;
    if (signature->digest.len != dkim_hash_bytes(hash) || len < info_len + PADDING_BYTES_MIN) {
        return false;
    }
    memset(bytes, 0xFF, len);
    bytes[0] = 0;
    bytes[1] = 1;
    bytes[len - info_len - 1] = 0;
    memcpy(bytes + len - info_len, info.ptr, info.len);
    memcpy(bytes + len - signature->digest.len, signature->digest.ptr, signature->digest.len);
    import(number, bytes, len);
    return true;
}

/* s^e - m, which the modulus divides. Returns: false when that says nothing. */
static bool multiple_of_modulus(mpz_t ret_multiple, const RsaSignature *signature,
                                unsigned exponent)
{
    mpz_t padded;
    mpz_init(padded);
    const bool is_usable = import_padded(padded, signature);
    if (is_usable) {
        import(ret_multiple, signature->signature.ptr, signature->signature.len);
        mpz_pow_ui(ret_multiple, ret_multiple, exponent);
        mpz_sub(ret_multiple, ret_multiple, padded);
    }
    mpz_clear(padded);
    return is_usable && mpz_sgn(ret_multiple) != 0;
}

/* The product of the partners' numbers, modulo the pivot's: one divisor for all of them costs
 * far less than one for each. */
static void multiply_partners(mpz_t ret_product, const mpz_t pivot,
                              const RsaSignature *partners, size_t n_partners,
                              unsigned exponent)
{
    mpz_t multiple;
    mpz_init(multiple);
    mpz_set_ui(ret_product, 0);
    for (size_t i = 0; i < n_partners; i++) {
        if (!multiple_of_modulus(multiple, &partners[i], exponent)) {
            continue;
        }
        if (mpz_sgn(ret_product) == 0) {
            mpz_swap(ret_product, multiple);
        } else {
            mpz_mul(ret_product, ret_product, multiple);
            mpz_tdiv_r(ret_product, ret_product, pivot);
        }
    }
    mpz_clear(multiple);
}

/* Takes out what is no part of an RSA modulus. */
static void remove_small_factors(mpz_t number)
{
    const mp_bitcnt_t n_twos = mpz_scan1(number, 0);
    mpz_tdiv_q_2exp(number, number, n_twos);
    for (unsigned long divisor = 3; divisor < COFACTOR_PRIME_MAX; divisor += 2) {
        while (mpz_divisible_ui_p(number, divisor) != 0) {
            mpz_divexact_ui(number, number, divisor);
        }
    }
}

/* Whether it can be the modulus of signatures of `len` bytes. Of a prime anyone can compute the
 * private exponent: no RSA key. */
static bool is_modulus(const mpz_t number, size_t len)
{
    return mpz_sizeinbase(number, 256) == len &&
           mpz_probab_prime_p(number, PRIME_TEST_ROUNDS) == 0;
}

static GBytes *export(const mpz_t number, size_t len)
{
    uint8_t *bytes = g_malloc(len);
    mpz_export(bytes, NULL, 1, 1, 1, 0, number);
    return g_bytes_new_take(bytes, len);
}

GBytes *rsa_recovery_run(const RsaSignature *pivot, const RsaSignature *partners,
                         size_t n_partners, unsigned exponent)
{
    const size_t len = pivot->signature.len;
    g_assert(len >= RSA_RECOVERY_BYTES_MIN && len <= RSA_RECOVERY_BYTES_MAX);
    GBytes *modulus = NULL;
    mpz_t multiple;
    mpz_t divisor;
    mpz_inits(multiple, divisor, NULL);
    if (multiple_of_modulus(multiple, pivot, exponent)) {
        multiply_partners(divisor, multiple, partners, n_partners, exponent);
        if (mpz_sgn(divisor) != 0) {
            mpz_gcd(divisor, multiple, divisor);
        }
    }
    if (mpz_sgn(divisor) != 0 && mpz_sizeinbase(divisor, 2) <= 8 * len + COFACTOR_BITS_MAX) {
        remove_small_factors(divisor);
        modulus = is_modulus(divisor, len) ? export(divisor, len) : NULL;
    }
    mpz_clears(multiple, divisor, NULL);
    return modulus;
}

uint64_t rsa_recovery_memory(size_t signature_len, unsigned exponent)
{
    return (uint64_t)signature_len * exponent * RSA_RECOVERY_MEMORY_FACTOR;
}
