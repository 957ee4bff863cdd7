/* dkim.h - checks every DKIM-Signature of one message on its raw bytes (RFC 6376, 8301, 8463).
 *
 * Fills the signatures of a MailRecord and its verdict. Knows no DNS and no archive: keys come
 * from a KeyStore. A bare LF is read as CRLF, so a message that a mailbox converted still
 * verifies; a bare CR stays an ordinary byte.
 *
 * Without a known key a signature is nokey as long as its body hash matches, and fail when it
 * does not: no key can make it pass. Past its x= a signature keeps its result and gets the
 * caveat `expired`, judged at the time of receipt (Received, else t=, else Date), never today:
 * RFC 6376 section 3.5 leaves the choice, and what was signed stays signed. The file
 * docs/dkim-conformance.md has the reasons.
 *
 * Nothing is undone that happened to the message on its way; that is dkim_repair.
 *
 * Memory: results are kept in the record's arena; the KeyStore must outlive the verifier.
 * Errors: none. Any field ends in a result and a constant reason.
 * Limits: DKIM_SIGNATURE_MAX signatures are checked, those with a known key first; more are
 * recorded as policy, and so are all of a message with too-many-headers.
 * Threads: one verifier a thread; the KeyStore is shared and read only.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/raw_message.h"
#include "schema/record.h"

/* The most that real mail carries is below 10; each costs a public-key operation. */
#define DKIM_SIGNATURE_MAX 50

typedef struct DkimVerifier DkimVerifier;

/* Reads the public suffix list and OpenSSL's configuration: a process that gives up its right
 * to open files does so afterwards. Returns: (transfer full). `keys` is borrowed. */
DkimVerifier *dkim_verifier_new(const KeyStore *keys);

/* Accepts NULL. */
void dkim_verifier_free(DkimVerifier *verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimVerifier, dkim_verifier_free)

/* Which end of the body the body hashes of signatures without l= are taken over. */
typedef enum {
    DKIM_BODY_END_CANONICAL, /* RFC 6376 3.4.3, 3.4.4 */
    DKIM_BODY_END_OTHER,     /* DkimBodyHash, other_end */
} DkimBodyEnd;

/* Checks all signatures of `message`. The record's From addresses, date and received_at are
 * read (alignment, x=), so they must be filled before. Sets record->signatures and
 * record->verdict. */
void dkim_verifier_check(DkimVerifier *verifier, const RawMessage *message, MailRecord *record);

/* The same with another end of the body. */
void dkim_verifier_check_end(DkimVerifier *verifier, const RawMessage *message,
                             DkimBodyEnd body_end, MailRecord *record);

/* Whether a signature of the message that was checked last has the body hash of the other end.
 * Costs no hashing. */
bool dkim_verifier_fits_other_end(const DkimVerifier *verifier);

/* Sets record->verdict from record->signatures. */
void dkim_verifier_combine(DkimVerifier *verifier, MailRecord *record);
