/* recheck_message.h - the verdict of a message and the validity of its ARC chain, derived again
 * from the rows of its signatures.
 *
 * The same pure functions decide as when the message was read (schema/verdict,
 * schema/arc_verdict). A chain that failed by its form fails whatever its seals come to; such
 * chains are told by their reason not following from their sets.
 *
 * Errors: ARCHIVE_ERROR. Threads: that of the connection.
 */
#pragma once

#include "schema/archive.h"

#include <stdint.h>

typedef struct RecheckMessage RecheckMessage;

/* Returns: (transfer full) NULL with `error`. */
RecheckMessage *recheck_message_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void recheck_message_free(RecheckMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecheckMessage, recheck_message_free)

/* Derives dkim, level and caveats of the message `id`. */
bool recheck_message_judge(RecheckMessage *message, int64_t id, GError **error);

/* Notes the message `id` for recheck_message_judge_chains, unless its chain failed by its form.
 * Call before its sets are changed; twice does no harm. */
bool recheck_message_note_chain(RecheckMessage *message, int64_t id, GError **error);

/* Derives arc and arc_reason of the messages that were noted. */
bool recheck_message_judge_chains(RecheckMessage *message, GError **error);

/* The number of messages of which anything has become another. */
uint64_t recheck_message_count(const RecheckMessage *message);
