/* domainkeys.h - checks every DomainKey-Signature of one message on its raw bytes (RFC 4870).
 *
 * DomainKeys is what Yahoo and Gmail signed with from 2004 to about 2011. It is a method of its
 * own: it never makes a message signed, verified or dkim:pass. Its results are evidence that is
 * shown beside those of DKIM. One signature covers header and body together, so a failure does
 * not say which of the two was altered.
 *
 * The sender is the first mailbox of the signed Sender field, else of the signed From field;
 * its domain must be d= or lie below it. Keys come from the same KeyStore as those of DKIM.
 *
 * Memory: results are kept in the record's arena; the KeyStore must outlive the verifier.
 * Errors: none. Any field ends in a result and a constant reason.
 * Limits: DOMAINKEYS_SIGNATURE_MAX signatures are checked, those with a known key first; more
 * are recorded as policy, and so are all of a message with too-many-headers.
 * Threads: one verifier a thread; the KeyStore is shared and read only.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/raw_message.h"
#include "schema/record.h"

/* Real mail has one, or two after a mailing list. Each costs up to two walks over the body. */
#define DOMAINKEYS_SIGNATURE_MAX 8

typedef struct DomainKeysVerifier DomainKeysVerifier;

/* Opens what DkimVerifier opens. Returns: (transfer full). `keys` is borrowed. */
DomainKeysVerifier *domainkeys_verifier_new(const KeyStore *keys);

/* Accepts NULL. */
void domainkeys_verifier_free(DomainKeysVerifier *verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DomainKeysVerifier, domainkeys_verifier_free)

/* Checks all signatures of `message`. The record's From addresses are read (alignment), so they
 * must be filled before. Sets record->domainkeys. */
void domainkeys_verifier_check(DomainKeysVerifier *verifier, const RawMessage *message,
                               MailRecord *record);
