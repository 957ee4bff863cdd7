/* worker_pool.h - the parent's side of the worker processes: slots out, finished slots back in
 * the order in which they were submitted.
 *
 * One thread fills slots (acquire, submit, finish), another takes them back (next, release).
 * The number of slots, and of bytes in them, bounds the memory.
 *
 * Memory: the pool owns the slots. Errors: WORKER_POOL_ERROR when workers cannot be started or
 * kept; what a message does to a worker is not an error.
 * Limits: POOL_BYTES_MAX bytes of mail in flight, or one larger message alone; POOL_KEEP_BYTES
 * that are kept.
 * Threads: as said above; start the pool before any thread or SQLite connection.
 */
#pragma once

#include "indexer/job_slot.h"
#include "indexer/key_store.h"

/* Mail on its way through the workers; a message that is larger travels with little else. */
#define POOL_BYTES_MAX ((size_t)32 << 20)

/* Memory of windows beyond JOB_KEEP_BYTES each, for the next large message: a page that is
 * given back is made and mapped anew by the reader and by a worker. */
#define POOL_KEEP_BYTES ((size_t)16 << 20)

/* More workers would only wait for the one writer. */
#define WORKER_POOL_SIZE_MAX 64

#define WORKER_POOL_ERROR (worker_pool_error_quark())
GQuark worker_pool_error_quark(void);

typedef enum { WORKER_POOL_ERROR_START, WORKER_POOL_ERROR_LOST } WorkerPoolError;

typedef struct WorkerPool WorkerPool;

/* One worker a processor that this process may use. */
unsigned worker_pool_default_size(void);

typedef struct {
    unsigned n_workers;
    const KeyStore *keys; /* NULL: signatures are not looked at; else borrowed */
    bool no_repair;       /* signatures that fail are not tried again (dkim_repair.h) */
    bool no_sandbox;      /* workers keep all rights (schema/sandbox.h) */
    bool has_received_at;
    int64_t received_at; /* the time of receipt of every message, whatever it says itself */
} WorkerPoolOptions;

/* Forks the workers. Returns: (transfer full), NULL with `error`. */
WorkerPool *worker_pool_new(const WorkerPoolOptions *options, GError **error);

/* Ends the workers and waits for them. Accepts NULL. */
void worker_pool_free(WorkerPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkerPool, worker_pool_free)

/* How many slots there are; their indexes are below. */
uint32_t worker_pool_n_slots(const WorkerPool *pool);

/* Waits for an empty slot. Returns: (transfer none) NULL once worker_pool_cancel was called. */
JobSlot *worker_pool_acquire(WorkerPool *pool);

/* Hands a filled slot to the workers. A slot without messages comes back at once, in order. */
void worker_pool_submit(WorkerPool *pool, JobSlot *slot);

/* Nothing more will be submitted. */
void worker_pool_finish(WorkerPool *pool);

/* Makes worker_pool_acquire return NULL: the taker has failed. */
void worker_pool_cancel(WorkerPool *pool);

typedef enum { POOL_SLOT, POOL_TIMEOUT, POOL_END, POOL_FAILED } PoolNext;

/* Waits for the next slot in order, at most `timeout_ms`. */
PoolNext worker_pool_next(WorkerPool *pool, int timeout_ms, JobSlot **ret_slot, GError **error);

/* Gives a slot back to be filled again. */
void worker_pool_release(WorkerPool *pool, JobSlot *slot);
