/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_body_hash.h"

#define LINE_END_BYTES ((size_t)2) /* CRLF */

/* One walk over the body: the hashes it is for, by rising limit. */
typedef struct {
    DkimDigest *digest;
    DkimBodyHash *hashes[DKIM_BODY_HASH_MAX];
    size_t n_hashes;
    size_t n_done;
    uint64_t n_bytes; /* canonical bytes hashed so far */
    size_t n_held;    /* what follows them: it may be the last line end */
    char held[LINE_END_BYTES];
} BodyWalk;

static void hash_bytes(BodyWalk *walk, const char *bytes, size_t len)
{
    while (walk->n_done < walk->n_hashes &&
           walk->hashes[walk->n_done]->limit - walk->n_bytes <= len) {
        DkimBodyHash *hash = walk->hashes[walk->n_done++];
        const size_t part = (size_t)(hash->limit - walk->n_bytes);
        dkim_digest_update(walk->digest, bytes, part);
        dkim_digest_peek(walk->digest, hash->digest);
        walk->n_bytes += part;
        bytes += part;
        len -= part;
    }
    if (walk->n_done < walk->n_hashes) {
        dkim_digest_update(walk->digest, bytes, len);
    }
    walk->n_bytes += len;
}

/* Hashes all but the end. The canonicaliser never cuts a line end in two. */
static void write_body(gpointer user_data, const char *bytes, size_t len)
{
    BodyWalk *walk = user_data;
    hash_bytes(walk, walk->held, walk->n_held);
    walk->n_held = MIN(len, LINE_END_BYTES);
    hash_bytes(walk, bytes, len - walk->n_held);
    memcpy(walk->held, bytes + len - walk->n_held, walk->n_held);
}

static void insert_by_limit(BodyWalk *walk, DkimBodyHash *hash)
{
    size_t at = walk->n_hashes++;
    for (; at > 0 && walk->hashes[at - 1]->limit > hash->limit; at--) {
        walk->hashes[at] = walk->hashes[at - 1];
    }
    walk->hashes[at] = hash;
}

/* Hashes the end; first comes what would be hashed with the other end. */
static void hash_end(BodyWalk *walk, uint8_t *whole, uint8_t *other_end)
{
    dkim_digest_peek(walk->digest, other_end);
    hash_bytes(walk, walk->held, walk->n_held);
    if (walk->n_bytes > 0) {
        dkim_digest_end(walk->digest, whole);
        return;
    }
    dkim_digest_peek(walk->digest, whole);
    dkim_digest_update(walk->digest, "\r\n", LINE_END_BYTES);
    dkim_digest_end(walk->digest, other_end);
}

/* The hash of the whole body is what those without l= want; one whose l= is too large gets it
 * as well, and sees by body_bytes that it was. */
static void finish(BodyWalk *walk)
{
    uint8_t whole[DKIM_HASH_BYTES_MAX] = {0};
    uint8_t other_end[DKIM_HASH_BYTES_MAX] = {0};
    if (walk->n_done < walk->n_hashes) {
        hash_end(walk, whole, other_end);
    } else {
        hash_bytes(walk, walk->held, walk->n_held);
    }
    while (walk->n_done < walk->n_hashes) {
        DkimBodyHash *hash = walk->hashes[walk->n_done++];
        memcpy(hash->digest, whole, sizeof whole);
        memcpy(hash->other_end, other_end, sizeof other_end);
    }
    for (size_t i = 0; i < walk->n_hashes; i++) {
        walk->hashes[i]->body_bytes = walk->n_bytes;
    }
}

static void walk_body(DkimDigest *digest, Slice body, DkimBodyHash *hashes, size_t n_hashes,
                      const DkimBodyHash *kind)
{
    BodyWalk walk = {.digest = digest};
    for (size_t i = 0; i < n_hashes; i++) {
        if (hashes[i].canon == kind->canon && hashes[i].hash == kind->hash) {
            insert_by_limit(&walk, &hashes[i]);
        }
    }
    if (walk.n_hashes > 0) {
        DkimCanonWriter writer;
        dkim_canon_writer_init(&writer, write_body, &walk);
        dkim_digest_begin(digest, kind->hash);
        dkim_canon_body(&writer, kind->canon, body);
        finish(&walk);
    }
}

DkimBodyHash dkim_body_hash_wanted(const DkimSignature *signature)
{
    return (DkimBodyHash){
        .canon = signature->body_canon,
        .hash = dkim_algorithm_hash(signature->algorithm),
        .limit = signature->body_length,
    };
}

void dkim_body_hash_compute(DkimDigest *digest, Slice body, DkimBodyHash *hashes,
                            size_t n_hashes)
{
    static const DkimBodyHash kinds[] = {
        {.canon = DKIM_CANON_SIMPLE, .hash = DKIM_HASH_SHA1},
        {.canon = DKIM_CANON_SIMPLE, .hash = DKIM_HASH_SHA256},
        {.canon = DKIM_CANON_RELAXED, .hash = DKIM_HASH_SHA1},
        {.canon = DKIM_CANON_RELAXED, .hash = DKIM_HASH_SHA256},
    };
    g_assert(n_hashes <= DKIM_BODY_HASH_MAX);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        walk_body(digest, body, hashes, n_hashes, &kinds[i]);
    }
}
