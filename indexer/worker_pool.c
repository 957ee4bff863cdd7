/* SPDX-License-Identifier: MIT */
#include "indexer/worker_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/worker.h"

/* One being filled, one being written, and for each worker as many as it can do while the
 * writer writes a batch. */
#define SLOTS_BESIDE_WORKERS 2
#define SLOTS_PER_WORKER     8

/* On the results pipe: the submitting thread tells the taker to look again. */
#define NOTICE_WAKE UINT32_MAX

typedef enum { SLOT_FREE, SLOT_FILLING, SLOT_RUNNING, SLOT_DONE, SLOT_TAKEN } SlotState;

struct WorkerPool {
    JobSlot *slots;
    SlotState *states; /* guarded by lock */
    uint32_t n_slots;
    char *memory;
    size_t memory_length;
    WorkerTable *table;
    pid_t nursery;
    int jobs_fd;    /* to write to; -1 when finished */
    int results_fd; /* to read from */
    int wake_fd;    /* to write to, the other end of results_fd */

    GMutex lock;
    GCond freed;
    size_t bytes_in_flight; /* guarded by lock, like all below */
    uint64_t n_submitted;
    uint64_t n_taken;
    bool finished;
    bool cancelled;
};

G_DEFINE_QUARK(waxseal - worker - pool - error, worker_pool_error)

unsigned worker_pool_default_size(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0) {
        return 1;
    }
    return (unsigned)CLAMP(CPU_COUNT(&cpus), 1, WORKER_POOL_SIZE_MAX);
}

static void *map_shared(size_t length)
{
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static bool map_slots(WorkerPool *pool, GError **error)
{
    pool->memory_length = pool->n_slots * job_slot_stride();
    pool->memory = map_shared(pool->memory_length);
    pool->table = map_shared(sizeof(WorkerTable));
    if (pool->memory == NULL || pool->table == NULL) {
        g_set_error(error, WORKER_POOL_ERROR, WORKER_POOL_ERROR_START,
                    "cannot share memory with the workers: %s", g_strerror(errno));
        return false;
    }
    for (uint32_t i = 0; i < pool->n_slots; i++) {
        job_slot_init(&pool->slots[i], i, pool->memory + i * job_slot_stride());
    }
    return true;
}

static bool start_nursery(WorkerPool *pool, const WorkerPoolOptions *options, GError **error)
{
    int jobs[2] = {-1, -1};
    int results[2] = {-1, -1};
    if (pipe2(jobs, O_CLOEXEC) == 0 && pipe2(results, O_CLOEXEC) == 0) {
        WorkerContext context = {
            .options = *options,
            .slots = pool->slots,
            .n_slots = pool->n_slots,
            .table = pool->table,
            .jobs_fd = jobs[0],
            .results_fd = results[1],
        };
        const int parent_ends[2] = {jobs[1], results[0]};
        pool->nursery = worker_nursery_start(&context, parent_ends);
    }
    if (pool->nursery <= 0) {
        g_set_error(error, WORKER_POOL_ERROR, WORKER_POOL_ERROR_START,
                    "cannot start worker processes: %s", g_strerror(errno));
        for (int i = 0; i < 2; i++) {
            if (jobs[i] >= 0) {
                close(jobs[i]);
            }
            if (results[i] >= 0) {
                close(results[i]);
            }
        }
        return false;
    }
    close(jobs[0]);
    pool->jobs_fd = jobs[1];
    pool->results_fd = results[0];
    pool->wake_fd = results[1];
    return true;
}

WorkerPool *worker_pool_new(const WorkerPoolOptions *options, GError **error)
{
    WorkerPoolOptions capped = *options;
    capped.n_workers = CLAMP(options->n_workers, 1, WORKER_POOL_SIZE_MAX);
    WorkerPool *pool = g_new0(WorkerPool, 1);
    pool->n_slots = capped.n_workers * SLOTS_PER_WORKER + SLOTS_BESIDE_WORKERS;
    pool->slots = g_new0(JobSlot, pool->n_slots);
    pool->states = g_new0(SlotState, pool->n_slots);
    pool->jobs_fd = pool->results_fd = pool->wake_fd = -1;
    g_mutex_init(&pool->lock);
    g_cond_init(&pool->freed);
    if (!map_slots(pool, error) || !start_nursery(pool, &capped, error)) {
        worker_pool_free(pool);
        return NULL;
    }
    return pool;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void worker_pool_free(WorkerPool *pool)
{
    if (pool == NULL) {
        return;
    }
    close_fd(&pool->jobs_fd);
    if (pool->nursery > 0) {
        if (pool->cancelled) {
            kill(pool->nursery, SIGKILL);
        }
        while (waitpid(pool->nursery, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close_fd(&pool->results_fd);
    close_fd(&pool->wake_fd);
    if (pool->memory != NULL) {
        munmap(pool->memory, pool->memory_length);
    }
    if (pool->table != NULL) {
        munmap(pool->table, sizeof(WorkerTable));
    }
    g_mutex_clear(&pool->lock);
    g_cond_clear(&pool->freed);
    g_free(pool->states);
    g_free(pool->slots);
    g_free(pool);
}

uint32_t worker_pool_n_slots(const WorkerPool *pool)
{
    return pool->n_slots;
}

/* The free slot that has most memory already. */
static JobSlot *find_free(WorkerPool *pool)
{
    JobSlot *found = NULL;
    for (uint32_t i = 0; i < pool->n_slots; i++) {
        JobSlot *slot = &pool->slots[i];
        if (pool->states[i] == SLOT_FREE &&
            (found == NULL || slot->resident > found->resident)) {
            found = slot;
        }
    }
    return found;
}

JobSlot *worker_pool_acquire(WorkerPool *pool)
{
    g_mutex_lock(&pool->lock);
    JobSlot *slot = NULL;
    while (!pool->cancelled) {
        slot = find_free(pool);
        if (slot != NULL && pool->bytes_in_flight < POOL_BYTES_MAX) {
            pool->states[slot->index] = SLOT_FILLING;
            break;
        }
        slot = NULL;
        g_cond_wait(&pool->freed, &pool->lock);
    }
    g_mutex_unlock(&pool->lock);
    return slot;
}

/* A failure shows on the other pipe, as an end of results. */
static void send_notice(int fd, WorkerNotice notice)
{
    ssize_t written = 0;
    do {
        written = write(fd, &notice, sizeof(notice));
    } while (written < 0 && errno == EINTR);
}

void worker_pool_submit(WorkerPool *pool, JobSlot *slot)
{
    bool empty = slot->n_items == 0;
    g_mutex_lock(&pool->lock);
    slot->sequence = pool->n_submitted++;
    pool->bytes_in_flight += slot->window.used;
    slot->resident = MAX(slot->resident, slot->window.used);
    pool->states[slot->index] = empty ? SLOT_DONE : SLOT_RUNNING;
    g_mutex_unlock(&pool->lock);
    WorkerNotice notice = {empty ? NOTICE_WAKE : slot->index, slot->generation};
    send_notice(empty ? pool->wake_fd : pool->jobs_fd, notice);
}

void worker_pool_finish(WorkerPool *pool)
{
    g_mutex_lock(&pool->lock);
    pool->finished = true;
    g_mutex_unlock(&pool->lock);
    send_notice(pool->wake_fd, (WorkerNotice){NOTICE_WAKE, 0});
}

void worker_pool_cancel(WorkerPool *pool)
{
    g_mutex_lock(&pool->lock);
    pool->cancelled = true;
    g_cond_broadcast(&pool->freed);
    g_mutex_unlock(&pool->lock);
}

/* Takes the next slot in order if it is done. */
static PoolNext take_next(WorkerPool *pool, JobSlot **ret_slot)
{
    PoolNext next = POOL_TIMEOUT;
    g_mutex_lock(&pool->lock);
    for (uint32_t i = 0; i < pool->n_slots; i++) {
        if (pool->states[i] == SLOT_DONE && pool->slots[i].sequence == pool->n_taken) {
            pool->states[i] = SLOT_TAKEN;
            pool->n_taken++;
            *ret_slot = &pool->slots[i];
            next = POOL_SLOT;
            break;
        }
    }
    if (next != POOL_SLOT && pool->finished && pool->n_taken == pool->n_submitted) {
        next = POOL_END;
    }
    g_mutex_unlock(&pool->lock);
    return next;
}

/* What a worker says is checked: only a running slot of this generation can be done. */
static void mark_done(WorkerPool *pool, WorkerNotice notice)
{
    if (notice.slot >= pool->n_slots) {
        return;
    }
    g_mutex_lock(&pool->lock);
    if (pool->states[notice.slot] == SLOT_RUNNING &&
        pool->slots[notice.slot].generation == notice.generation) {
        pool->states[notice.slot] = SLOT_DONE;
    }
    g_mutex_unlock(&pool->lock);
}

/* The parent holds a writing end of the results pipe, so the end of the nursery is seen by
 * asking. */
static bool nursery_is_lost(WorkerPool *pool, GError **error)
{
    int status = 0;
    if (pool->nursery > 0) {
        if (waitpid(pool->nursery, &status, WNOHANG) != pool->nursery) {
            return false;
        }
        pool->nursery = 0;
    }
    const bool unconfined = WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_UNCONFINED;
    g_set_error(error, WORKER_POOL_ERROR, WORKER_POOL_ERROR_LOST, "the worker processes %s",
                unconfined ? "cannot be confined; --no-sandbox would run them with all rights"
                           : "cannot be kept alive");
    return true;
}

PoolNext worker_pool_next(WorkerPool *pool, int timeout_ms, JobSlot **ret_slot, GError **error)
{
    for (;;) {
        PoolNext next = take_next(pool, ret_slot);
        if (next != POOL_TIMEOUT) {
            return next;
        }
        struct pollfd ready = {.fd = pool->results_fd, .events = POLLIN};
        int n_ready = poll(&ready, 1, timeout_ms);
        WorkerNotice notice;
        if (n_ready > 0 && read(pool->results_fd, &notice, sizeof(notice)) == sizeof(notice)) {
            mark_done(pool, notice);
            continue;
        }
        if (nursery_is_lost(pool, error)) {
            return POOL_FAILED;
        }
        if (n_ready <= 0) {
            return POOL_TIMEOUT;
        }
    }
}

/* Whether the slot's memory is to be given back. */
static bool must_trim(WorkerPool *pool, const JobSlot *slot)
{
    size_t excess = 0;
    g_mutex_lock(&pool->lock);
    for (uint32_t i = 0; i < pool->n_slots; i++) {
        excess += job_slot_excess(&pool->slots[i]);
    }
    g_mutex_unlock(&pool->lock);
    return excess > POOL_KEEP_BYTES && job_slot_excess(slot) > 0;
}

void worker_pool_release(WorkerPool *pool, JobSlot *slot)
{
    const size_t used = slot->window.used;
    if (must_trim(pool, slot)) {
        job_slot_trim(slot);
    }
    job_slot_reset(slot);
    g_mutex_lock(&pool->lock);
    g_assert(pool->states[slot->index] == SLOT_TAKEN);
    pool->states[slot->index] = SLOT_FREE;
    pool->bytes_in_flight -= used;
    g_cond_signal(&pool->freed);
    g_mutex_unlock(&pool->lock);
}
