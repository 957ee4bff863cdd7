/* dkim_alignment.h - whether a signing domain is the author's domain.
 *
 * Relaxed alignment (RFC 7489 section 3.1.1): both have the same organizational domain, by the
 * public suffix list (libpsl; the system's list if it is newer than the built-in one).
 *
 * Threads: read only after dkim_alignment_new, which opens a file.
 */
#pragma once

#include "schema/record.h"

typedef struct DkimAlignment DkimAlignment;

/* Returns: (transfer full). */
DkimAlignment *dkim_alignment_new(void);

/* Accepts NULL. */
void dkim_alignment_free(DkimAlignment *alignment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimAlignment, dkim_alignment_free)

/* `domain` is normal (dkim_domain.h), `address` an addr-spec as in RecordAddress. False when
 * the address has no domain. */
bool dkim_alignment_check(const DkimAlignment *alignment, const char *domain, Slice address);

/* Whether `text` (the display name or the local part of `address`) poses as an address of
 * another organization. People, and programs that read From another way, take such an address
 * for the author's. False when either has no domain. */
bool dkim_alignment_is_posing(const DkimAlignment *alignment, Slice address, Slice text);

/* Whether every From address of `record` is aligned with `domain`; false without any.
 * `ret_authors` is how many authors are shown: an address in the place of a name counts as
 * another one, and is no bar to alignment. */
bool dkim_alignment_check_authors(const DkimAlignment *alignment, const char *domain,
                                  const MailRecord *record, size_t *ret_authors);
