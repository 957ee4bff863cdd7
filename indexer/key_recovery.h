/* key_recovery.h - keys that are nowhere, computed from the signatures of an archive.
 *
 * Works from the archive alone. Takes the names (selector and domain) whose signatures no key
 * has decided, those with most signatures first, and gives each to a thread
 * (recovery_search). A key is stored as soon as it is confirmed, with the channel `gcd`, and
 * settles the archive's signatures like one that was imported (recheck): its mail becomes
 * dkim:pass with the caveat recovered-key, never verified. docs/keys.md says what that proves.
 *
 * Memory: the digests and signatures of the names in work, and what rsa_recovery needs, of
 * which no more run at once than half the machine's memory holds. Errors: ARCHIVE_ERROR; keys
 * stored before stay. Threads: that of the caller writes; others compute.
 * Limits: those of recovery_search and rsa_recovery, and KEY_RECOVERY_SIGNATURES_MAX.
 */
#pragma once

#include <signal.h>

#include "indexer/key_store.h"
#include "indexer/recheck.h"

/* Of one name; more are thinned out evenly. What is found settles all of them. */
#define KEY_RECOVERY_SIGNATURES_MAX 20000

typedef struct {
    uint64_t names; /* to be tried */
    uint64_t done;  /* of these */
    uint64_t running;
    uint64_t keys; /* found */
    double seconds;
} KeyRecoveryProgress;

/* A key that was just stored. */
typedef struct {
    const char *selector;
    const char *domain;
    int bits;
    uint64_t verified; /* signatures that it was confirmed on */
} KeyRecoveryFound;

typedef struct {
    const char *database;
    const KeyStore *keys;    /* that are known: they are tried before anything is computed */
    bool use_builtin;        /* the key archive that ships with the program is known, too */
    const char *const *only; /* names selector._domainkey.domain; NULL: all */
    unsigned n_threads;
    void (*progress)(const KeyRecoveryProgress *progress, gpointer user_data);
    void (*found)(const KeyRecoveryFound *found, gpointer user_data);
    gpointer user_data;
    const volatile sig_atomic_t *interrupted;
} KeyRecoveryOptions;

typedef struct {
    uint64_t keys;          /* stored */
    uint64_t names;         /* tried to the end */
    uint64_t fruitless;     /* of these: without a key */
    uint64_t unconfirmed;   /* of these: something fits two signatures and no third */
    uint64_t too_few;       /* names not tried, with fewer than three different signatures */
    uint64_t too_long;      /* names not tried, with signatures beyond RSA_RECOVERY_BYTES_MAX */
    RecheckOutcome recheck; /* of all keys together; a message may count more than once */
    bool interrupted;       /* what was running then is lost, what was found is stored */
    double seconds;
} KeyRecoveryOutcome;

bool key_recovery_run(const KeyRecoveryOptions *options, KeyRecoveryOutcome *ret_outcome,
                      GError **error);
