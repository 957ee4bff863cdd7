/* thread_tree.h - the messages of a thread as a tree: who answers whom.
 *
 * The shape is JWZ's: the last of References is the parent, without References the first of
 * In-Reply-To (schema/thread_ids.h). A parent that is not in the archive has its place, too;
 * where those stand among themselves is told by the References of others. What a message
 * answers, only it says. Loops are broken where the younger message closes them.
 *
 * Memory: a tree owns everything. Errors: ARCHIVE_ERROR.
 * Limits: the caller's number of messages; no recursion, whatever the depth.
 */
#pragma once

#include <sqlite3.h>

#include "schema/slice.h"

typedef struct {
    int64_t id;
    bool has_date;
    int64_t date;
    char *dkim;
    char *level;
    char *sender_name;
    char *sender_address;
    char *subject;
    char *msgid;
    char *in_reply_to;
    char *references;
} ThreadMessage;

/* A message or a missing one, with its place. */
typedef struct {
    const ThreadMessage *message; /* NULL when it is missing, or left out by the limit */
    bool is_left_out;
    const char *msgid; /* "" when it has none */
    int parent;        /* index of a line above; -1 for a root */
    unsigned depth;
} ThreadLine;

typedef struct {
    GArray *messages; /* ThreadMessage, by id */
    GArray *lines;    /* ThreadLine, parents first, each followed by what answers it */
    int64_t thread_id;
    int64_t n_messages; /* of the whole thread; more than those read with a limit */
    GStringChunk *strings;
} ThreadTree;

/* Reads the thread of a message: at most `limit` of its messages, the oldest.
 * Returns: (transfer full) NULL without `error` when there is no such message. */
ThreadTree *thread_tree_read(sqlite3 *db, int64_t id, int64_t limit, GError **error);

/* Makes the lines of messages, which are in the order of their ids.
 * Returns: (transfer full) GArray of ThreadLine; their msgids are in `messages` or `strings`.
 */
GArray *thread_tree_lines(const GArray *messages, GStringChunk *strings);

void thread_message_clear(ThreadMessage *message);

/* Accepts NULL. */
void thread_tree_free(ThreadTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThreadTree, thread_tree_free)
