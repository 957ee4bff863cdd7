/* key_store.h - the public keys that are known: from files, in memory, looked up by name.
 *
 * Reads key files; does not ask the DNS and does not decide what a key is worth beyond its
 * record (RFC 6376 section 3.6.1).
 *
 * Memory: the store owns everything it hands out, until key_store_free.
 * Errors: a file that cannot be read is a GError; a line that cannot be read is counted and
 * named in `ret_bad_lines`, and the rest is used. Threads: filled by one thread, then read
 * only.
 */
#pragma once

#include <openssl/evp.h>

#include "schema/slice.h"

/* How the key came to be known. DESIGN: a key from the dump itself never makes a mail verified.
 */
typedef enum {
    KEY_ORIGIN_PUBLISHED, /* from a source independent of the dump */
    KEY_ORIGIN_RECOVERED, /* computed from signatures (channel gcd) */
    KEY_ORIGIN_COUNT
} KeyOrigin;

typedef struct {
    char *source;     /* file or publication */
    char *channel;    /* repo, suite, mail, docs, gcd, repo-modulus, file */
    char *first_seen; /* ISO 8601 date or "" */
    char *last_seen;
    char *notes;
} KeyObservation;

typedef struct {
    char *selector; /* lower case */
    char *domain;   /* lower case, A-labels as written */
    char *record;   /* TXT record, strings joined */
    KeyOrigin origin;
    GArray
        *observations; /* KeyObservation; same name and record are one key, many observations */
    EVP_PKEY *pkey;    /* NULL when revoked or unusable; `fault` says why */
    const char *fault; /* constant words, NULL when usable */
    int bits;          /* modulus bits; 256 for Ed25519; 0 without pkey */
    bool is_ed25519;
    uint32_t flags; /* KEY_FLAG_* */
    int64_t index;  /* position in the store; what RecordSignature.key holds */
} Key;

#define KEY_FLAG_TESTING   1u  /* t=y */
#define KEY_FLAG_STRICT    2u  /* t=s: i= must be exactly d= */
#define KEY_FLAG_NO_SHA1   4u  /* h= does not allow sha1 */
#define KEY_FLAG_NO_SHA256 8u  /* h= does not allow sha256 */
#define KEY_FLAG_NOT_EMAIL 16u /* s= excludes e-mail */
#define KEY_FLAG_LEAKED    32u /* the private key is known to be public */

typedef struct KeyStore KeyStore;

KeyStore *key_store_new(void);

/* Accepts NULL. */
void key_store_free(KeyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyStore, key_store_free)

/* Reads a TSV file: `selector domain record [first-seen [last-seen [bits [source [channel
 * [notes]]]]]]`, or `selector._domainkey.domain record`; '#' begins a comment line. Keys of
 * files read earlier come first when several have the same name. Returns: false with `error`
 * when the file cannot be read. `ret_bad_lines` may be NULL. */
bool key_store_read_file(KeyStore *store, const char *path, size_t *ret_bad_lines,
                         GError **error);

/* Adds one key, or one observation to a key that is there already. */
void key_store_add(KeyStore *store, const char *selector, const char *domain,
                   const char *record, const KeyObservation *observation);

size_t key_store_size(const KeyStore *store);

/* Returns: (transfer none) the key at `index`, which is below key_store_size. */
const Key *key_store_get(const KeyStore *store, int64_t index);

/* All keys of exactly that name, case ignored, in order. Returns: (transfer none) an array of
 * const Key *, NULL when there are none. */
const GPtrArray *key_store_find(const KeyStore *store, Slice selector, Slice domain);

/* All keys of that selector under any domain, for keys shared by many names. Returns: as above.
 */
const GPtrArray *key_store_find_selector(const KeyStore *store, Slice selector);
