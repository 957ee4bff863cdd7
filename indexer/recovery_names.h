/* recovery_names.h - the signatures of an archive that no key has decided, by name.
 *
 * RSA signatures of DKIM, of both fields of ARC, and of DomainKeys. How doubtful it is that the
 * signed header is what was signed is guessed from what the archive knows of the message.
 *
 * Memory: 32 bytes a signature, and those of the name that is loaded. Errors: ARCHIVE_ERROR.
 * Threads: that of the connection.
 */
#pragma once

#include "indexer/recovery_search.h"
#include "schema/archive.h"

/* Signatures of one length, which is the length of their key. */
typedef struct {
    char *selector; /* normal, as in DkimSignature */
    char *domain;
    size_t signature_len;
    GArray *places; /* where they lie; for recovery_names_load */
} RecoveryName;

typedef struct RecoveryNames RecoveryNames;

/* `only` is a NULL-terminated list of names selector._domainkey.domain, or NULL for all.
 * Returns: (transfer full) NULL with `error`. */
RecoveryNames *recovery_names_new(sqlite3 *db, const char *const *only, GError **error);

/* Accepts NULL. */
void recovery_names_free(RecoveryNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecoveryNames, recovery_names_free)

/* Those with most signatures first. */
size_t recovery_names_count(const RecoveryNames *names);
const RecoveryName *recovery_names_get(const RecoveryNames *names, size_t index);

/* Signatures with the bytes that they need. */
typedef struct {
    GArray *list; /* RecoverySignature */
    GStringChunk *bytes;
} RecoverySignatures;

void recovery_signatures_clear(RecoverySignatures *signatures);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecoverySignatures, recovery_signatures_clear)

/* Reads the signatures of a name that are still undecided, each once, at most `max` of them,
 * evenly chosen. Returns: false with `error`; `signatures` can be cleared. */
bool recovery_names_load(RecoveryNames *names, size_t index, size_t max,
                         RecoverySignatures *signatures, GError **error);
