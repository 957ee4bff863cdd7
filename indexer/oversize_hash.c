/* SPDX-License-Identifier: MIT */
#include "indexer/oversize_hash.h"

#include <openssl/evp.h>

/* Marks at the start of a line that are held back until it is known what follows; a line with
 * more cannot be told from one that is not quoted, and real quoting is some levels deep. */
#define MARKS_MAX 64

struct OversizeHash {
    EVP_MD_CTX *sha256;
    Quoting quoting;
    uint64_t length;
    /* The beginning of a line, as far as it could be a quoted From_ line. */
    char held[MARKS_MAX + 5];
    size_t n_held;
    bool in_line; /* past the place where quoting can be */
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
    digest(hash, hash->held, hash->n_held);
    hash->n_held = 0;
    hash->in_line = true;
}

/* Takes the next byte of a line's beginning: ">" marks, then the letters of "From ". */
static void hold(OversizeHash *hash, char byte)
{
    static const char from[] = "From ";
    size_t marks = 0;
    while (marks < hash->n_held && hash->held[marks] == '>') {
        marks++;
    }
    size_t letters = hash->n_held - marks;
    bool is_mark = byte == '>' && letters == 0 && marks < MARKS_MAX;
    bool is_letter = marks > 0 && byte == from[letters];
    hash->held[hash->n_held++] = byte;
    if (is_mark || (is_letter && letters + 1 < sizeof(from) - 1)) {
        return;
    }
    bool quoted = is_letter && (hash->quoting == QUOTING_MBOXRD || marks == 1);
    if (quoted) {
        hash->n_held--;
        memmove(hash->held, hash->held + 1, hash->n_held);
    }
    release_held(hash);
}

void oversize_hash_add(OversizeHash *hash, Slice bytes)
{
    size_t at = 0;
    while (at < bytes.len) {
        if (!hash->in_line) {
            bool ends = bytes.ptr[at] == '\n';
            hold(hash, bytes.ptr[at++]);
            hash->in_line = hash->in_line && !ends;
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
