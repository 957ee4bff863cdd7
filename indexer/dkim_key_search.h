/* dkim_key_search.h - which of the known keys a signature was made with.
 *
 * Works on a digest and a signature alone, so it settles signatures of the archive as well as
 * those of a message that is being read. Decides what a key says of a signature (RFC 6376
 * section 6.1.2), not what the message is worth.
 *
 * Memory: borrows the KeyStore; keeps the OpenSSL object of every key that was tried.
 * Limits: DKIM_SHARED_KEYS_MAX. Threads: one a thread; the KeyStore is shared and read only.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/dkim_signature.h"
#include "schema/verdict.h"

/* Keys of other names of the selector that are tried for one signature. Selectors such as
 * "default" are everybody's; keys that many names share are few. */
#define DKIM_SHARED_KEYS_MAX 32

/* What trying the keys came to. */
typedef enum {
    DKIM_KEYS_NONE,       /* none is known */
    DKIM_KEYS_GOOD,       /* one verifies */
    DKIM_KEYS_BAD,        /* none of the usable ones verifies */
    DKIM_KEYS_OTHER_TIME, /* none verifies, and none is known to be of the message's time */
    DKIM_KEYS_RECOVERED,  /* none verifies, and those of its time are known from mail alone */
    DKIM_KEYS_UNUSABLE,   /* known, but none may be used; a reason is given */
    DKIM_KEYS_NO_ANSWER,  /* the DNS was asked and did not answer */
} DkimKeysOutcome;

/* What a key must be to be tried at all. */
typedef enum {
    DKIM_KEY_DEMAND_NONE,
    DKIM_KEY_DEMAND_STRICT, /* of that very name, and RSA keys of KEY_BITS_STRONG or more */
} DkimKeyDemand;

typedef struct {
    DkimKeyDemand demand;
    bool has_date;
    int64_t date; /* of the message, Unix time; only with has_date */
} DkimKeyTerms;

typedef struct {
    const char *selector; /* normal, as in DkimSignature */
    const char *domain;
    DkimAlgorithm algorithm;
    DkimKeyTerms terms;
    bool identity_is_domain; /* i= names d= itself */
    Slice digest;            /* of the canonical header */
    Slice signature;         /* b=, decoded */
    bool has_granularity;    /* g= of the key must allow `local_part` (DomainKeys) */
    Slice local_part;
} DkimKeyQuestion;

typedef struct {
    DkimKeysOutcome outcome;
    const Key *key;     /* that decided; NULL with DKIM_KEYS_NONE, _OTHER_TIME
                           and _RECOVERED */
    const char *reason; /* constant words, with DKIM_KEYS_UNUSABLE and _NO_ANSWER */
    CaveatSet caveats;  /* weak-key, test-mode, leaked-key, recovered-key, shared-key,
                           outside-key-window */
} DkimKeyAnswer;

/* What is known before anything is tried. */
typedef enum { KEY_RANK_NONE, KEY_RANK_SHARED, KEY_RANK_OWN } KeyRank;

typedef struct DkimKeySearch DkimKeySearch;

/* Returns: (transfer full). `keys` is borrowed. */
DkimKeySearch *dkim_key_search_new(const KeyStore *keys);

/* Accepts NULL. */
void dkim_key_search_free(DkimKeySearch *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimKeySearch, dkim_key_search_free)

/* Whether keys of that name are known, or of its selector under other names. */
KeyRank dkim_key_search_rank(const DkimKeySearch *search, const char *selector,
                             const char *domain);

/* Tries all keys of the name; without any, those of its selector under other names, of which
 * one that does not verify says nothing. Nor does a key say anything against a message of
 * another time than its known life: a domain may put a new key under an old name. Nor does a
 * key that was computed from signatures: it is one that the name was used with, and maybe not
 * the only one. */
DkimKeyAnswer dkim_key_search_run(DkimKeySearch *search, const DkimKeyQuestion *question);
