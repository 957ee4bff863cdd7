/* mail_processor.h - from the exact bytes of one message to its record: hash, MIME, signatures.
 *
 * The whole of what a worker does with a message; runs in any process.
 *
 * Memory: keeps its buffers between messages. The KeyStore is borrowed.
 * Errors: none; whatever the bytes are there is a record.
 * Threads: one processor a thread.
 */
#pragma once

#include "indexer/job_slot.h"
#include "indexer/key_store.h"
#include "schema/record.h"

typedef struct MailProcessor MailProcessor;

/* Without `keys` no signature is looked at. Whatever libraries have to load is loaded here, so
 * that a process may give up its right to open files then. Returns: (transfer full). */
MailProcessor *mail_processor_new(const KeyStore *keys);

/* Accepts NULL. */
void mail_processor_free(MailProcessor *processor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailProcessor, mail_processor_free)

/* From now on every message was received at that Unix time, whatever it says itself. */
void mail_processor_set_received_at(MailProcessor *processor, int64_t received_at);

/* Whether signatures that fail are tried again with known damage undone; they are unless this
 * says no. */
void mail_processor_set_repair(MailProcessor *processor, bool is_on);

/* Keeps a copy of the next message as it lies in its mbox, for repairs: call it before quoting
 * is undone in place, when that changes the message. */
void mail_processor_keep_quoted(MailProcessor *processor, Slice bytes);

/* Says of the next message that no line of it is quoted: with `>` at its beginning, one or
 * more, and "From " behind. */
void mail_processor_set_plain(MailProcessor *processor);

/* Reads one message, mbox quoting undone. `record` was cleared. With CARE_HASH_ONLY only size,
 * hash and the problem `unreadable` are set. */
void mail_processor_run(MailProcessor *processor, Slice bytes, Slice envelope, Care care,
                        MailRecord *record);

/* SHA-256 (FIPS 180-4) of a run of bytes. */
void mail_processor_hash(Slice bytes, uint8_t ret_sha256[SHA256_BYTES]);
