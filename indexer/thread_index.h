/* thread_index.h - keeps message.thread_id and the table missing_message true while messages
 * are added.
 *
 * A thread is the messages that are connected by their ids (schema/thread_ids.h); its id is the
 * lowest id of a message in it. So both follow from the messages alone, whatever their order,
 * the number of runs and where batches end.
 *
 * A new archive is loaded (archive_begin_load) with all ids in memory, and threads are
 * corrected at the end. After that ids are looked up in the archive when they are met. After a
 * load that was killed, the ids of its messages are read again.
 *
 * Memory: about 40 bytes an id and 24 a message, up to THREAD_INDEX_MAX of each.
 * Errors: ARCHIVE_ERROR. Threads: that of the connection.
 */
#pragma once

#include "schema/archive.h"
#include "schema/record.h"

/* Then all is written, forgotten, and looked up again when it is met. */
#define THREAD_INDEX_MAX 4000000

/* What thread_index_add gives a message that is connected with nothing. */
#define THREAD_ENTRY_NONE UINT32_MAX

typedef struct ThreadIndex ThreadIndex;

/* Returns: (transfer full) NULL with `error`. */
ThreadIndex *thread_index_new(sqlite3 *db, GError **error);

/* Accepts NULL. */
void thread_index_free(ThreadIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThreadIndex, thread_index_free)

/* Adds a message that is new in the archive. `ret_entry` is what thread_index_thread takes. */
bool thread_index_add(ThreadIndex *index, int64_t message_id, const MailRecord *record,
                      uint32_t *ret_entry, GError **error);

/* The thread of a message as far as it is known, and what its row is given now. */
int64_t thread_index_thread(ThreadIndex *index, uint32_t entry, int64_t message_id);

/* Whether thread_index_store should come soon. */
bool thread_index_is_full(const ThreadIndex *index);

/* Brings the archive up to date, in its transaction; all rows of the messages that were added
 * must be there. Unless it is at the end of a run, a load in memory only goes on. */
bool thread_index_store(ThreadIndex *index, bool at_end, GError **error);
