/* key_store.h - the public keys that are known: from files, in memory, looked up by name.
 *
 * Does not read files by itself (key_reader.h), does not ask the DNS and does not decide
 * what a key is worth beyond its record (RFC 6376 section 3.6.1). Records are taken apart when
 * they are added, without OpenSSL: a hundred thousand keys load in about a second.
 *
 * Memory: the store owns everything it hands out, until key_store_free.
 * Errors: a file that cannot be read is a GError; a line that cannot be read is counted and
 * told in `ret_bad_lines`, and the rest is used. Threads: filled by one thread, then read
 * only.
 */
#pragma once

#include "schema/dkim_key_record.h"
#include "schema/key_window.h"

/* How the key came to be known. DESIGN: a key from the dump itself never makes a mail verified.
 */
typedef enum {
    KEY_ORIGIN_PUBLISHED, /* from a source independent of the dump */
    KEY_ORIGIN_RECOVERED, /* computed from signatures (channel gcd) */
    KEY_ORIGIN_COUNT
} KeyOrigin;

typedef struct {
    const char *source;     /* file or publication */
    const char *channel;    /* repo, suite, mail, docs, gcd, repo-modulus, file, dns */
    const char *first_seen; /* ISO 8601 date or "" */
    const char *last_seen;
    const char *notes;
    const char *dnssec; /* a word of schema/dnssec.h; others are left out */
} KeyObservation;

/* What is known of the same key material under all its names. */
typedef struct {
    GPtrArray *keys;      /* const Key *, in order */
    bool is_published;    /* under one of them, by a source independent of the dump */
    bool is_leaked;       /* its private half is public */
    int64_t leaked_since; /* Unix time; INT64_MIN when not known since when */
} KeyFacts;

typedef struct {
    const char *selector; /* lower case, A-labels */
    const char *domain;   /* the same */
    const char *record;   /* TXT record, strings joined */
    KeyOrigin origin;
    KeyWindow window; /* of all observations */
    GArray
        *observations; /* KeyObservation; same name and record are one key, many observations */
    KeyFacts *facts;   /* shared by all names of the key */
    DkimKeyRecord material; /* what the record says; `fault` is NULL when it is usable */
    bool is_answer;         /* what the DNS said instead of a key; decides nothing */
    int64_t index;          /* position in the store; what RecordSignature.key holds */
} Key;

typedef struct KeyStore KeyStore;

KeyStore *key_store_new(void);

/* Accepts NULL. */
void key_store_free(KeyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyStore, key_store_free)

/* Reads a key file of any form (key_reader.h). Keys of files read earlier come first when
 * several have the same name. Returns: false with `error` when the file cannot be read or has
 * lines but no key. `ret_bad_lines` may be NULL. */
bool key_store_read_file(KeyStore *store, const char *path, size_t *ret_bad_lines,
                         GError **error);

/* What --dns keeps in the place of a record (channel dns). */
#define KEY_ANSWER_NXDOMAIN   "NXDOMAIN" /* the name does not exist */
#define KEY_ANSWER_NODATA     "NODATA"   /* it has no TXT record */
#define KEY_ANSWER_SERVFAIL   "SERVFAIL" /* its servers, or those asked, failed */
#define KEY_ANSWER_TIMEOUT    "TIMEOUT"
#define KEY_ANSWER_BOGUS      "BOGUS"      /* DNSSEC says that the answer is not the domain's */
#define KEY_ANSWER_UNREADABLE "UNREADABLE" /* its TXT records are broken, or too large */

/* Adds one key, or one observation to a key that is there already. All strings are copied;
 * `observation` may be NULL. "private key published", perhaps with a date behind, in
 * the notes makes the key leaked, under all its names. The records NXDOMAIN (no key), TIMEOUT
 * and SERVFAIL (KEY_FLAG_NO_ANSWER) of a file are how the DNS answered when the mail came. With
 * the channel dns, KEY_ANSWER_* are how it answered later, which says nothing of the mail: they
 * are kept, and found by no name. Returns: false when selector or domain is no domain name. */
bool key_store_add(KeyStore *store, const char *selector, const char *domain,
                   const char *record, const KeyObservation *observation);

/* The same. Returns: (transfer none) the key; NULL when no name, or none was kept. */
const Key *key_store_put(KeyStore *store, const char *selector, const char *domain,
                         const char *record, const KeyObservation *observation);

/* Adds under the name `selector._domainkey.domain`. Returns: NULL, or in constant words why the
 * name is none; key_fault_name of key_report.h when it is refused by key_store_add. */
const char *key_store_add_named(KeyStore *store, const char *name, const char *record,
                                const KeyObservation *observation);

/* Whether the private half was public when a message of that date was made. */
bool key_is_leaked_at(const Key *key, bool has_date, int64_t date);

/* Whether nothing but signatures tells of the key, under any name. */
bool key_is_recovered(const Key *key);

size_t key_store_size(const KeyStore *store);

/* Returns: (transfer none) the key at `index`, which is below key_store_size. */
const Key *key_store_get(const KeyStore *store, int64_t index);

/* All keys of exactly that name, case ignored, in order. Returns: (transfer none) an array of
 * const Key *, NULL when there are none. */
const GPtrArray *key_store_find(const KeyStore *store, Slice selector, Slice domain);

/* The same for a name in its normal form (dkim_domain.h). */
const GPtrArray *key_store_find_normal(const KeyStore *store, const char *selector,
                                       const char *domain);

/* All keys of that selector under any domain, for keys shared by many names. Returns: as above.
 */
const GPtrArray *key_store_find_selector(const KeyStore *store, Slice selector);
const GPtrArray *key_store_find_normal_selector(const KeyStore *store, const char *selector);
