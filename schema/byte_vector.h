/* byte_vector.h - sixteen bytes that are looked at in one step, in the compiler's own vectors.
 *
 * 16 is what every 64-bit machine has registers for.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BYTE_VECTOR_SIZE 16

typedef uint8_t ByteVector __attribute__((vector_size(BYTE_VECTOR_SIZE)));
typedef uint64_t WordVector __attribute__((vector_size(BYTE_VECTOR_SIZE)));

/* BYTE_VECTOR_SIZE bytes from `in`. */
static inline ByteVector byte_vector_load(const char *in)
{
    ByteVector bytes;
    memcpy(&bytes, in, sizeof bytes);
    return bytes;
}

/* The index of the first byte that is set, BYTE_VECTOR_SIZE if there is none. Each byte of
 * `bytes` is 0 or 0xFF, as comparisons make them. */
static inline size_t byte_vector_first_set(ByteVector bytes)
{
#ifdef __SSE2__
    const int bits = _mm_movemask_epi8((__m128i)bytes);
    return bits == 0 ? BYTE_VECTOR_SIZE : (size_t)__builtin_ctz((unsigned)bits);
#else
    const WordVector words = (WordVector)bytes;
    if (words[0] != 0) {
        return (size_t)__builtin_ctzll(GUINT64_FROM_LE(words[0])) / 8;
    }
    if (words[1] != 0) {
        return BYTE_VECTOR_SIZE / 2 + (size_t)__builtin_ctzll(GUINT64_FROM_LE(words[1])) / 8;
    }
    return BYTE_VECTOR_SIZE;
#endif
}
