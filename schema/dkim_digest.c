/* SPDX-License-Identifier: MIT */
#include "schema/dkim_digest.h"

#include <openssl/evp.h>

struct DkimDigest {
    EVP_MD *algorithms[DKIM_HASH_COUNT];
    EVP_MD_CTX *running;
    EVP_MD_CTX *snapshot;
    EVP_MD_CTX *kept;
};

/* OpenSSL's failures here are lack of memory or a library without SHA: nothing to go on with.
 */
static void must(int is_ok)
{
    if (is_ok != 1) {
        g_error("OpenSSL cannot compute SHA-1 and SHA-256");
    }
}

DkimDigest *dkim_digest_new(void)
{
    DkimDigest *digest = g_new0(DkimDigest, 1);
    digest->algorithms[DKIM_HASH_SHA1] = EVP_MD_fetch(NULL, "SHA1", NULL);
    digest->algorithms[DKIM_HASH_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
    digest->running = EVP_MD_CTX_new();
    digest->snapshot = EVP_MD_CTX_new();
    digest->kept = EVP_MD_CTX_new();
    must(digest->algorithms[DKIM_HASH_SHA1] != NULL &&
         digest->algorithms[DKIM_HASH_SHA256] != NULL && digest->running != NULL &&
         digest->snapshot != NULL && digest->kept != NULL);
    return digest;
}

void dkim_digest_free(DkimDigest *digest)
{
    if (digest == NULL) {
        return;
    }
    for (int i = 0; i < DKIM_HASH_COUNT; i++) {
        EVP_MD_free(digest->algorithms[i]);
    }
    EVP_MD_CTX_free(digest->running);
    EVP_MD_CTX_free(digest->snapshot);
    EVP_MD_CTX_free(digest->kept);
    g_free(digest);
}

void dkim_digest_begin(DkimDigest *digest, DkimHash hash)
{
    must(EVP_DigestInit_ex2(digest->running, digest->algorithms[hash], NULL));
}

void dkim_digest_update(DkimDigest *digest, const char *bytes, size_t len)
{
    must(EVP_DigestUpdate(digest->running, bytes, len));
}

void dkim_digest_write(gpointer digest, const char *bytes, size_t len)
{
    dkim_digest_update(digest, bytes, len);
}

void dkim_digest_peek(DkimDigest *digest, uint8_t *out)
{
    must(EVP_MD_CTX_copy_ex(digest->snapshot, digest->running));
    must(EVP_DigestFinal_ex(digest->snapshot, out, NULL));
}

void dkim_digest_end(DkimDigest *digest, uint8_t *out)
{
    must(EVP_DigestFinal_ex(digest->running, out, NULL));
}

void dkim_digest_keep(DkimDigest *digest)
{
    must(EVP_MD_CTX_copy_ex(digest->kept, digest->running));
}

void dkim_digest_resume(DkimDigest *digest)
{
    must(EVP_MD_CTX_copy_ex(digest->running, digest->kept));
}
