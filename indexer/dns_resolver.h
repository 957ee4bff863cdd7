/* dns_resolver.h - asks the DNS for the TXT records of many names at once, validating.
 *
 * Knows nothing of keys (key_dns.c does). libunbound asks, follows aliases, keeps what it was
 * told and checks DNSSEC; this bounds how much is asked at a time and how long it may take, and
 * notices when nobody answers.
 *
 * Memory: answers belong to the caller. Errors: DNS_ERROR.
 * Limits: DNS_IN_FLIGHT_MAX, DNS_SILENCE_MAX, DNS_RECORDS_MAX, DNS_TXT_BYTES_MAX, the time-out
 * of a question. With a server that never answers all is over after two time-outs or three.
 * Threads: libunbound works in one of its own, from the first question on; all calls and
 * callbacks are in the caller's.
 */
#pragma once

#include <signal.h>

#include "indexer/dns_library.h"
#include "schema/dnssec.h"

/* Questions that are open at the same time: enough to hide the way to the server, few enough
 * for the one at home. */
#define DNS_IN_FLIGHT_MAX 64

/* After so many questions in a row without an answer it is asked whether a server is there. */
#define DNS_SILENCE_MAX 64

/* TXT records of one name that are looked at; a domain that changes its key has two. */
#define DNS_RECORDS_MAX 8

/* Time-out of one question, the servers' own attempts included. */
#define DNS_TIMEOUT_SECONDS     10
#define DNS_TIMEOUT_SECONDS_MAX 300

typedef enum {
    DNS_STATUS_UNASKED,
    DNS_STATUS_RECORDS,    /* there are TXT records */
    DNS_STATUS_NXDOMAIN,   /* the name does not exist */
    DNS_STATUS_NODATA,     /* it has no TXT record */
    DNS_STATUS_UNREADABLE, /* its TXT records are broken or too large */
    DNS_STATUS_SERVFAIL,   /* some server failed */
    DNS_STATUS_TIMEOUT,
    DNS_STATUS_BOGUS, /* DNSSEC says that the answer is not the domain's */
    DNS_STATUS_COUNT
} DnsStatus;

typedef struct {
    DnsStatus status;
    DnssecState dnssec;
    GPtrArray *records; /* char *, UTF-8; NULL unless DNS_STATUS_RECORDS */
    char *note;         /* UTF-8: the name behind an alias, or why it is bogus; NULL */
} DnsAnswer;

typedef void (*DnsProgressFunc)(size_t n_answers, size_t n_names, gpointer user_data);

typedef struct {
    const char *server;       /* ADDRESS[@PORT]; NULL: those of /etc/resolv.conf */
    const char *trust_anchor; /* file of DS or DNSKEY records; "none"; NULL: that of Debian */
    unsigned timeout_seconds; /* of one question; 0: DNS_TIMEOUT_SECONDS */
    DnsProgressFunc progress; /* may be NULL */
    gpointer user_data;
    const volatile sig_atomic_t *interrupted; /* may be NULL */
} DnsOptions;

typedef struct DnsResolver DnsResolver;

/* Asks nothing yet. `options` are borrowed. Returns: (transfer full) NULL with `error`. */
DnsResolver *dns_resolver_new(const DnsOptions *options, GError **error);

/* Accepts NULL. */
void dns_resolver_free(DnsResolver *resolver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsResolver, dns_resolver_free)

/* Who is asked: "DNS by 192.0.2.53". Returns: (transfer none). */
const char *dns_resolver_name(const DnsResolver *resolver);

/* Whether there is a trust anchor; without, every answer is DNSSEC_INDETERMINATE. */
bool dns_resolver_validates(const DnsResolver *resolver);

/* Asks for the TXT records of `n_names` absolute names of letters, digits, "-", "_" and ".".
 * `answers`, zeroed, gets one a name; those that there was no time for after an interruption
 * stay DNS_STATUS_UNASKED. Returns: false with `error` when no server answers (any more); what
 * was answered before is there all the same. */
bool dns_resolver_ask(DnsResolver *resolver, const char *const *names, size_t n_names,
                      DnsAnswer *answers, GError **error);

/* Accepts a zeroed answer. */
void dns_answer_clear(DnsAnswer *answer);
