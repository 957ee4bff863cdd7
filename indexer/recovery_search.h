/* recovery_search.h - finds the RSA keys of one name from signatures that bear it.
 *
 * Chooses which signatures to compute with (rsa_recovery), and asks all others whether they
 * confirm the key. A signature whose header was altered on the way is of no use, and nothing
 * tells for sure; so the least doubtful are tried first, with those near them in time, since a
 * name may have had one key after the other. What a key leaves in its own time was altered,
 * most likely, and is not tried again unless it is beyond doubt.
 *
 * Memory: borrows the signatures. Limits: RECOVERY_*; the work is bounded by them, whatever the
 * mail holds. Threads: any; one search is one thread.
 */
#pragma once

#include "indexer/rsa_recovery.h"

/* A key is believed when so many signatures verify with it: two to compute it, one to confirm.
 */
#define RECOVERY_CONFIRMED_MIN 3

/* Signatures that others are compared with before a name is given up; and before the search for
 * one more key of a name ends. */
#define RECOVERY_ATTEMPTS_MAX      6
#define RECOVERY_MORE_ATTEMPTS_MAX 3

/* Signatures that one of them is compared with at once; more of them where there is doubt,
 * since each costs less than another attempt. */
#define RECOVERY_PARTNERS_MAX          4
#define RECOVERY_DOUBTFUL_PARTNERS_MAX 8

/* Keys found under one name. */
#define RECOVERY_KEYS_MAX 16

/* Known keys that are tried before anything is computed, and signatures to try each with. */
#define RECOVERY_KNOWN_MAX   4096
#define RECOVERY_SAMPLES_MAX 16

typedef struct {
    RsaSignature rsa; /* all of one length; no two the same */
    unsigned doubt;   /* 0: nothing hints at an altered header; more is worse */
    bool has_date;
    int64_t date; /* Unix time; only with has_date */
} RecoverySignature;

/* A public key, perhaps that of the name. */
typedef struct {
    GBytes *modulus; /* big-endian, without leading zeros */
    GBytes *exponent;
} RecoveryCandidate;

typedef struct {
    char *record; /* v=DKIM1; k=rsa; p=... */
    int bits;     /* of the modulus */
    size_t
        n_verified; /* signatures that verify with it, those it was computed from among them */
    bool has_dates;
    int64_t first_date; /* of them */
    int64_t last_date;
} RecoveredKey;

void recovered_key_free(RecoveredKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecoveredKey, recovered_key_free)

/* Takes the key (transfer full). Called as soon as it is confirmed. */
typedef void (*RecoveredKeyFunc)(RecoveredKey *key, gpointer data);

typedef struct {
    const RecoverySignature *signatures;
    size_t n_signatures;
    const RecoveryCandidate *known; /* keys that are known of any name */
    size_t n_known;
    unsigned exponent_max; /* 0: all that signers have used */
    const gint *cancelled; /* read with g_atomic_int_get between computations; may be NULL */
    RecoveredKeyFunc found;
    gpointer user_data;
} RecoverySearch;

/* Returns: how many moduli came out that no third signature confirms. */
size_t recovery_search_run(const RecoverySearch *search);
