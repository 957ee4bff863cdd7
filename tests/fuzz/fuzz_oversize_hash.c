/* SPDX-License-Identifier: MIT */
#include "indexer/oversize_hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Quoting undone piece by piece and undone at once give the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (Quoting quoting = 0; quoting < QUOTING_COUNT; quoting++) {
        g_autoptr(OversizeHash) hash = oversize_hash_new(quoting);
        SourceSpan span = {0};
        size_t at = 0;
        for (size_t step = 1; at < size; step = step % 7 + 1) {
            const size_t length = MIN(step, size - at);
            oversize_hash_add(hash, slice_of((const char *)data + at, length));
            at += length;
        }
        oversize_hash_finish(hash, &span);

        g_autofree char *copy = g_memdup2(data, MAX(size, 1));
        const size_t length = occurrence_unquote(copy, size, quoting);
        uint8_t sha256[SHA256_BYTES];
        gsize n_bytes = sizeof sha256;
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        g_checksum_update(sum, (const guchar *)copy, (gssize)length);
        g_checksum_get_digest(sum, sha256, &n_bytes);
        g_assert(span.has_sha256 && span.unquoted_length == length);
        g_assert(memcmp(span.sha256, sha256, sizeof sha256) == 0);
    }
    return 0;
}
