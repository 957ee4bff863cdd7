/* arc.h - checks the Authenticated Received Chain of one message on its raw bytes (RFC 8617).
 *
 * Fills the ARC sets of a MailRecord and their verdict. A chain is evidence beside DKIM and
 * takes no part in record->verdict: it says what a mail server on the way claims to have seen,
 * and that these are its words; not that they are true.
 *
 * Offline, a key that is not known leaves a chain nokey as long as nothing contradicts it; a
 * mail server would say fail ("all errors, including DNS failures, become unrecoverable"). Keys
 * of another name are not tried, and RSA keys below 1,024 bits are none: a seal is worth what
 * its sealer's name is worth. Every message signature is checked, the newest one counts.
 *
 * Memory: results are kept in the record's arena; the KeyStore must outlive the verifier.
 * Errors: none. Any field ends in a result and a constant reason.
 * Limits: ARC_SET_MAX sets (RFC 8617 section 5.2), ARC_BYTES_MAX bytes.
 * Threads: one verifier a thread; the KeyStore is shared and read only.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/raw_message.h"
#include "schema/record.h"

/* Of all ARC fields of a message together; each seal hashes all before it. Mail servers take no
 * headers of this size. */
#define ARC_BYTES_MAX ((size_t)1 << 20)

/* What is kept of an ARC-Authentication-Results field; real ones have up to 2 KiB. */
#define ARC_RESULTS_TEXT_MAX ((size_t)16 << 10)

typedef struct ArcVerifier ArcVerifier;

/* Reads OpenSSL's configuration: a process that gives up its right to open files does so
 * afterwards. Returns: (transfer full). `keys` is borrowed. */
ArcVerifier *arc_verifier_new(const KeyStore *keys);

/* Accepts NULL. */
void arc_verifier_free(ArcVerifier *verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArcVerifier, arc_verifier_free)

/* Checks the chain of `message`. Sets record->arc_sets, arc and arc_reason. */
void arc_verifier_check(ArcVerifier *verifier, const RawMessage *message, MailRecord *record);
