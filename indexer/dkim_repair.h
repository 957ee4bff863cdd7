/* dkim_repair.h - signatures that fail, tried again with what mail goes through on its way into
 * a dump undone: line ends, mbox quoting, fields that mail programs add (docs/dkim-repair.md).
 *
 * Works on copies; the bytes of the message, their hash and what is shown of it stay. A repair
 * is tried alone, never two together, and only where it changes bytes of the part that failed:
 * the body with a body hash that does not match, the header fields with a signature that does
 * not hold. One that mends a signature gives it result, digest and caveats of the repaired
 * message, and the caveat `repaired` with those that it had before.
 *
 * Two repairs that mend the same body give the same canonical bytes, or the hash would differ:
 * the first in the order of schema/repair.h is kept.
 *
 * Memory: keeps its buffers between messages. Errors: none.
 * Limits: DKIM_REPAIR_BYTES_MAX, DKIM_REPAIR_SIGNATURE_MAX; beyond them nothing is tried. Each
 * of the REPAIR_COUNT - 1 repairs costs at most as much as the check before it. Threads: one a
 * thread.
 */
#pragma once

#include "indexer/dkim.h"

/* Mail systems take 25 to 50 MiB at most; beyond this, copies are not worth a worker's memory.
 */
#define DKIM_REPAIR_BYTES_MAX ((size_t)32 << 20)

/* The most DKIM-Signature fields of a message; real mail has below 10. */
#define DKIM_REPAIR_SIGNATURE_MAX 10

typedef struct DkimRepairer DkimRepairer;

/* What is known of the quoting of a message. */
typedef struct {
    Slice quoted;  /* the message as it lies in its mbox, when quoting was undone, else empty */
    bool is_plain; /* it was looked through: no line begins with ">From ", or more of ">" */
} RepairQuoting;

/* Returns: (transfer full). `verifier` is borrowed. */
DkimRepairer *dkim_repairer_new(DkimVerifier *verifier);

/* Accepts NULL. */
void dkim_repairer_free(DkimRepairer *repairer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimRepairer, dkim_repairer_free)

/* Tries again what failed in the record's signatures, which dkim_verifier_check has just set
 * for `message`. `quoting` says how it lies in its mbox. Sets record->signatures and
 * record->verdict where something was mended. */
void dkim_repairer_run(DkimRepairer *repairer, const RawMessage *message,
                       const RepairQuoting *quoting, MailRecord *record);
