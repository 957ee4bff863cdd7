/* thread_table.h - which message ids belong together, in memory: a table of ids with a
 * union-find over them.
 *
 * Knows neither messages nor the archive: thread_index.c does.
 *
 * An id is kept as a hash with a secret key, so that no mail can make two ids collide or fill
 * the table badly. A thread is a set of joined ids; its number is the lowest that any of them
 * was given, so it does not depend on the order of anything.
 *
 * Memory: about 40 bytes an id.
 */
#pragma once

#include "schema/slice.h"

typedef struct ThreadTable ThreadTable;

/* The thread number of ids that were given none. */
#define THREAD_NONE INT64_MAX

/* What is known of an id beside its thread. */
typedef enum {
    THREAD_ID_PRESENT = -1, /* a message has it */
    THREAD_ID_STORED = -2   /* none has it, which the archive says already */
} ThreadIdState;            /* else: no message has it; the entry that refers to it */

ThreadTable *thread_table_new(void);

/* Accepts NULL. */
void thread_table_free(ThreadTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThreadTable, thread_table_free)

/* Forgets all ids. */
void thread_table_clear(ThreadTable *table);

/* The number of different ids; they are the nodes from 0. */
uint32_t thread_table_size(const ThreadTable *table);

/* The node of an id. A new one has `state`. `ret_is_new` says whether it is one. */
uint32_t thread_table_find(ThreadTable *table, Slice id, int32_t state, bool *ret_is_new);

/* A node without an id. */
uint32_t thread_table_add(ThreadTable *table);

int32_t thread_table_state(const ThreadTable *table, uint32_t node);
void thread_table_set_state(ThreadTable *table, uint32_t node, int32_t state);

/* The two belong together. */
void thread_table_join(ThreadTable *table, uint32_t a, uint32_t b);

/* The number of the node's thread is at most `thread`. */
void thread_table_lower(ThreadTable *table, uint32_t node, int64_t thread);

/* The number of the node's thread. */
int64_t thread_table_thread(ThreadTable *table, uint32_t node);
