/* key_dns.h - asks the DNS for the keys that an archive's signatures wait for.
 *
 * Asks for each name of a signature (DKIM, ARC, DomainKeys) that no key has decided and that
 * was not asked for before, those of most messages first; keeps every answer in the archive,
 * also that there is none, and checks again what the new keys can settle (recheck.h).
 *
 * Asking tells the servers that are asked what is being read: nothing is asked unless this is
 * called.
 *
 * Errors: GError; the archive is then as before. A server that does not answer is no error: it
 * is told through `trouble` and in the outcome, and what was answered before is kept.
 * Limits: KEY_DNS_NAMES_MAX; those of dns_resolver.h. Threads: that of the connection.
 */
#pragma once

#include "indexer/dns_resolver.h"
#include "indexer/key_store.h"
#include "indexer/recheck.h"

/* Names a run. A dump can name any number of selectors; the next run goes on with the rest. */
#define KEY_DNS_NAMES_MAX 10000

typedef struct {
    DnsOptions dns;
    bool again; /* also what was asked for before */
    void (*trouble)(const char *message, gpointer user_data); /* one line; may be NULL */
    gpointer user_data;
} KeyDnsOptions;

typedef struct {
    uint64_t answers[DNS_STATUS_COUNT]; /* by DnsStatus */
    uint64_t asked_before;              /* names that were left out for it */
    uint64_t left;                      /* names beyond the limit */
    bool gave_up;                       /* no server answers */
    RecheckOutcome recheck;
} KeyDnsOutcome;

/* Whether libunbound is there and takes the settings, before a long run ends with them.
 * Returns: false with `error`. */
bool key_dns_check(const KeyDnsOptions *options, GError **error);

/* `keys` gets the keys that are found, behind all that it has. Returns: false with `error`. */
bool key_dns_run(sqlite3 *db, KeyStore *keys, const KeyDnsOptions *options,
                 KeyDnsOutcome *ret_outcome, GError **error);
