/* message_rows.h - stores one record as rows: message, text, addresses,
 * attachments, signatures (DKIM and DomainKeys), ARC sets, claims, problems.
 *
 * Decides neither id nor order; the writer does.
 *
 * Memory: borrows the record during the call only. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "indexer/key_store.h"
#include "schema/archive.h"
#include "schema/record.h"

typedef struct MessageRows MessageRows;

typedef struct {
    int64_t id;
    int64_t thread_id;
} MessageRowIds;

/* `keys` is borrowed and may be NULL. Returns: (transfer full) NULL with `error`. */
MessageRows *message_rows_new(sqlite3 *db, const KeyStore *keys, GError **error);

/* Accepts NULL. */
void message_rows_free(MessageRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageRows, message_rows_free)

/* Stores what messages share: addresses, h= lists and keys, and appends the ids of their rows
 * to `shared_ids` (int64_t). Called in the order in which messages were read, so that those
 * rows have the same ids whatever the batches are. */
bool message_rows_intern(MessageRows *rows, const MailRecord *record, GArray *shared_ids,
                         GError **error);

/* Inserts everything of `record` under `ids.id`, which is free. `shared_ids` are those that
 * message_rows_intern appended for this record. */
bool message_rows_insert(MessageRows *rows, MessageRowIds ids, const MailRecord *record,
                         const int64_t *shared_ids, GError **error);
