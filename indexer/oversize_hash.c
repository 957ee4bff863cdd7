/* SPDX-License-Identifier: MIT */
#include "indexer/oversize_hash.h"

#include <openssl/evp.h>

static const char from[] = "From ";

struct OversizeHash {
    EVP_MD_CTX *sha256;
    Quoting quoting;
    uint64_t length;
    /* The beginning of a line, as far as it could be a quoted From_ line: held back. */
    uint64_t n_marks; /* ">" */
    size_t n_letters; /* of "From " */
    bool in_line;     /* past the place where quoting can be */
};

OversizeHash *oversize_hash_new(Quoting quoting)
{
    OversizeHash *hash = g_new0(OversizeHash, 1);
    hash->quoting = quoting;
    hash->in_line = quoting == QUOTING_NONE;
    hash->sha256 = EVP_MD_CTX_new();
    int ok = EVP_DigestInit_ex(hash->sha256, EVP_sha256(), NULL);
    g_assert(ok == 1);
    return hash;
}

void oversize_hash_free(OversizeHash *hash)
{
    if (hash != NULL) {
        EVP_MD_CTX_free(hash->sha256);
        g_free(hash);
    }
}

static void digest(OversizeHash *hash, const char *bytes, size_t length)
{
    EVP_DigestUpdate(hash->sha256, bytes, length);
    hash->length += length;
}

static void release_held(OversizeHash *hash)
{
    static const char marks[] = ">>>>>>>>>>>>>>>>";
    while (hash->n_marks > 0) {
        size_t length = (size_t)MIN(hash->n_marks, sizeof(marks) - 1);
        digest(hash, marks, length);
        hash->n_marks -= length;
    }
    digest(hash, from, hash->n_letters);
    hash->n_letters = 0;
    hash->in_line = true;
}

/* Takes the next byte of a line's beginning: ">" marks, then the letters of "From ". Returns:
 * false when it is neither; what was held is then released. */
static bool hold(OversizeHash *hash, char byte)
{
    if (byte == '>' && hash->n_letters == 0) {
        hash->n_marks++;
        return true;
    }
    if (hash->n_marks == 0 || byte != from[hash->n_letters]) {
        release_held(hash);
        return false;
    }
    hash->n_letters++;
    if (hash->n_letters == sizeof(from) - 1) {
        hash->n_marks -= hash->quoting == QUOTING_MBOXRD || hash->n_marks == 1 ? 1 : 0;
        release_held(hash);
    }
    return true;
}

void oversize_hash_add(OversizeHash *hash, Slice bytes)
{
    size_t at = 0;
    while (at < bytes.len) {
        if (!hash->in_line && hold(hash, bytes.ptr[at])) {
            at++;
            continue;
        }
        const char *end =
            hash->quoting == QUOTING_NONE ? NULL : memchr(bytes.ptr + at, '\n', bytes.len - at);
        size_t stop = end == NULL ? bytes.len : (size_t)(end + 1 - bytes.ptr);
        digest(hash, bytes.ptr + at, stop - at);
        hash->in_line = end == NULL;
        at = stop;
    }
}

void oversize_hash_finish(OversizeHash *hash, SourceSpan *span)
{
    release_held(hash);
    EVP_DigestFinal_ex(hash->sha256, span->sha256, NULL);
    span->unquoted_length = hash->length;
    span->has_sha256 = true;
}
