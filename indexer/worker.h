/* worker.h - the process that reads what senders wrote, and the nursery that keeps such
 * processes alive.
 *
 * The nursery is forked first of all, while the program has one thread; it forks the workers,
 * waits for them, and replaces one that died. It never touches mail. A message on which a
 * worker died is tried again by the next one with less care, then left to the parent.
 *
 * Both are confined (schema/sandbox.h), the nursery less, and have no file open but the pipes
 * and /dev/null. What libraries load is loaded in the nursery before, once for all workers.
 *
 * Slots are named on the pipe `jobs`; workers take whichever comes next. An answer goes back on
 * the pipe `results`.
 *
 * Memory: everything here lives in child processes. Errors: exit codes; the nursery exits with
 * WORKER_EXIT_HOPELESS when workers die without having begun a message.
 */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "indexer/job_slot.h"
#include "indexer/key_store.h"
#include "indexer/worker_pool.h"

/* Private memory of one worker; beyond it an allocation fails and the worker dies alone. */
#define WORKER_MEMORY_BYTES ((size_t)512 << 20)

/* CPU time for one message: a floor, and more for each MiB of it. Ordinary mail takes a
 * thousandth of that. */
#define WORKER_TIME_FLOOR_MS   10000
#define WORKER_TIME_PER_MIB_MS 100

#define WORKER_EXIT_HOPELESS   3
#define WORKER_EXIT_UNCONFINED 4 /* the sandbox could not be entered */

/* On both pipes. Smaller than PIPE_BUF, so never torn. */
typedef struct {
    uint32_t slot;
    uint32_t generation;
} WorkerNotice;

/* What the workers share beside the slots: who is busy with what. */
typedef struct {
    _Atomic uint32_t busy[WORKER_POOL_SIZE_MAX]; /* slot + 1 */
} WorkerTable;

typedef struct {
    WorkerPoolOptions options;
    JobSlot *slots;
    uint32_t n_slots;
    WorkerTable *table;
    int jobs_fd;    /* to read from */
    int results_fd; /* to write to */
} WorkerContext;

/* Forks the nursery, which forks the workers. The caller must have one thread only. `close_fds`
 * are the parent's ends of the pipes. Returns: its process id, -1 with errno. */
pid_t worker_nursery_start(const WorkerContext *context, const int close_fds[2]);
