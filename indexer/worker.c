/* SPDX-License-Identifier: MIT */
#include "indexer/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/mail_processor.h"
#include "schema/record_codec.h"
#include "schema/sandbox.h"

/* Workers that die in a row without having begun a message: the cause is not in the mail. */
#define FRUITLESS_DEATHS_MAX 10

static bool write_notice(int fd, WorkerNotice notice)
{
    ssize_t written = 0;
    do {
        written = write(fd, &notice, sizeof(notice));
    } while (written < 0 && errno == EINTR);
    return written == (ssize_t)sizeof(notice);
}

static bool read_notice(int fd, WorkerNotice *ret_notice)
{
    ssize_t n_read = 0;
    do {
        n_read = read(fd, ret_notice, sizeof(*ret_notice));
    } while (n_read < 0 && errno == EINTR);
    return n_read == (ssize_t)sizeof(*ret_notice);
}

/* CPU time, so that a machine under load does not condemn a message. The default action of
 * SIGPROF ends the process. */
static void limit_time(size_t length)
{
    uint64_t limit_ms = WORKER_TIME_FLOOR_MS + (length >> 20) * WORKER_TIME_PER_MIB_MS;
    struct itimerval timer = {.it_value = {.tv_sec = (time_t)(limit_ms / 1000),
                                           .tv_usec = (suseconds_t)(limit_ms % 1000) * 1000}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

/* GMime and GLib complain about mail on stderr; what was odd is in the record. */
static GLogWriterOutput log_nothing(GLogLevelFlags level G_GNUC_UNUSED,
                                    const GLogField *fields G_GNUC_UNUSED,
                                    gsize n_fields G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
    return G_LOG_WRITER_HANDLED;
}

/* AddressSanitizer reserves far more address space than any limit here. */
static void limit_memory(void)
{
#ifndef WAXSEAL_INSTRUMENTED
    struct rlimit memory = {WORKER_MEMORY_BYTES, WORKER_MEMORY_BYTES};
    setrlimit(RLIMIT_DATA, &memory);
#endif
    struct rlimit core = {0, 0};
    setrlimit(RLIMIT_CORE, &core);
}

/* Where the kernel has no sandbox these limits still hold: no file is opened, none grows. */
static void limit_files(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
}

/* A child dies with its parent, and ^C is for the parent to answer. */
static void become_child(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

/* A record that does not fit its slot loses its text rather than the message. */
static void store_record(JobSlot *slot, JobItem *item, MailRecord *record)
{
    uint64_t at = slot->shared->output_used;
    size_t length = record_encode(record, slot->output + at, JOB_OUTPUT_BYTES - at);
    if (length == 0) {
        record->body = SLICE_EMPTY;
        record->attachment_text = SLICE_EMPTY;
        problem_set_add(&record->problems, PROBLEM_TEXT_TOO_LARGE);
        length = record_encode(record, slot->output + at, JOB_OUTPUT_BYTES - at);
    }
    item->record_at = at;
    item->record_length = length;
    slot->shared->output_used = at + length;
}

static void process_item(MailProcessor *processor, JobSlot *slot, JobItem *item,
                         MailRecord *record)
{
    char *bytes = slot->window.base + item->bytes_at;
    limit_time(item->bytes_length);
    const Slice quoted = slice_of(bytes, item->bytes_length);
    if (occurrence_is_quoted(quoted, item->quoting)) {
        mail_processor_keep_quoted(processor, quoted);
        item->bytes_length = occurrence_unquote(bytes, item->bytes_length, item->quoting);
    } else if (item->quoting == QUOTING_MBOXRD) {
        mail_processor_set_plain(processor);
    }
    item->quoting = QUOTING_NONE;
    mail_record_clear(record);
    Slice envelope = slice_of(slot->window.base + item->envelope_at, item->envelope_length);
    mail_processor_run(processor, slice_of(bytes, item->bytes_length), envelope, item->care,
                       record);
    if (item->has_sha256) {
        memcpy(record->sha256, item->sha256, sizeof(record->sha256));
        record->size = item->size;
    }
    if (item->care != CARE_FULL) {
        problem_set_add(&record->problems,
                        item->timed_out ? PROBLEM_PARSER_TIMEOUT : PROBLEM_PARSER_CRASHED);
    }
    store_record(slot, item, record);
}

static void process_slot(MailProcessor *processor, JobSlot *slot, MailRecord *record)
{
    JobHeader *header = slot->shared;
    for (uint32_t i = atomic_load(&header->next); i < header->n_items; i++) {
        process_item(processor, slot, &header->items[i], record);
        atomic_store(&header->next, i + 1);
    }
}

static void enter_sandbox(SandboxRole role, const SandboxSupport *support)
{
    if (!sandbox_enter(role, support, NULL)) {
        _exit(WORKER_EXIT_UNCONFINED);
    }
}

/* The life of a worker. `resume` is a slot that its predecessor left, or UINT32_MAX. */
static void worker_run(const WorkerContext *context, MailProcessor *processor, unsigned number,
                       uint32_t resume)
{
    MailRecord record;
    mail_record_init(&record);
    WorkerNotice notice = {.slot = resume};
    while (notice.slot != UINT32_MAX || read_notice(context->jobs_fd, &notice)) {
        JobSlot *slot = &context->slots[notice.slot];
        atomic_store(&context->table->busy[number], notice.slot + 1);
        notice.generation = slot->shared->generation;
        process_slot(processor, slot, &record);
        if (!write_notice(context->results_fd, notice)) {
            break;
        }
        atomic_store(&context->table->busy[number], 0);
        notice.slot = UINT32_MAX;
    }
    mail_record_destroy(&record);
}

/* A processor that has loaded whatever it will need. */
static MailProcessor *make_processor(const WorkerContext *context)
{
    MailProcessor *processor = mail_processor_new(context->options.keys);
    if (context->options.has_received_at) {
        mail_processor_set_received_at(processor, context->options.received_at);
    }
    mail_processor_set_repair(processor, !context->options.no_repair);
    return processor;
}

/* Sets the message on which a worker died one step down, or leaves it to the parent.
 * Returns: false when the dead worker had answered already. */
static bool lower_care(JobSlot *slot, int status)
{
    JobHeader *header = slot->shared;
    uint32_t next = atomic_load(&header->next);
    if (next >= header->n_items || next >= JOB_ITEM_MAX) {
        return false;
    }
    JobItem *item = &header->items[next];
    item->record_length = 0;
    item->timed_out |= WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
    if (item->care < CARE_HASH_ONLY) {
        item->care++;
    }
    if (item->care == CARE_HASH_ONLY) {
        atomic_store(&header->next, next + 1);
    }
    return true;
}

typedef struct {
    const WorkerContext *context;
    MailProcessor *processor; /* never used here; each worker begins with a copy */
    SandboxSupport sandbox;   /* none with --no-sandbox */
    pid_t pids[WORKER_POOL_SIZE_MAX];
    unsigned n_alive;
    unsigned fruitless_deaths;
} Nursery;

static pid_t start_worker(const Nursery *nursery, unsigned number, uint32_t resume)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become_child(parent);
        limit_memory();
        enter_sandbox(SANDBOX_WORKER, &nursery->sandbox);
        worker_run(nursery->context, nursery->processor, number, resume);
        mail_processor_free(nursery->processor);
        exit(EXIT_SUCCESS);
    }
    return pid;
}

static bool is_clean_exit(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

/* Replaces worker `number`. Returns: false when there is no hope. */
static bool replace_worker(Nursery *nursery, unsigned number, int status)
{
    const WorkerContext *context = nursery->context;
    uint32_t resume = UINT32_MAX;
    uint32_t busy = atomic_exchange(&context->table->busy[number], 0);
    if (busy == 0 || busy > context->n_slots) {
        if (++nursery->fruitless_deaths > FRUITLESS_DEATHS_MAX) {
            return false;
        }
    } else {
        nursery->fruitless_deaths = 0;
        JobSlot *slot = &context->slots[busy - 1];
        if (lower_care(slot, status)) {
            resume = busy - 1;
        } else {
            /* It may have died between its last message and its answer; the parent knows a
             * second answer by its generation. */
            WorkerNotice notice = {busy - 1, slot->shared->generation};
            write_notice(context->results_fd, notice);
        }
    }
    nursery->pids[number] = start_worker(nursery, number, resume);
    return nursery->pids[number] > 0;
}

/* What a worker that was taken over could write to: nothing but the pipe of its answers. */
static void close_files(const WorkerContext *context)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int first = MIN(context->jobs_fd, context->results_fd);
    const int second = MAX(context->jobs_fd, context->results_fd);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++) {
        if (fd != first && fd != second) {
            dup2(null, fd);
        }
    }
    const int after_standard = STDERR_FILENO + 1;
    const int ranges[][2] = {{after_standard, first - 1},
                             {MAX(first + 1, after_standard), second - 1},
                             {MAX(second + 1, after_standard), INT_MAX}};
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++) {
        if (ranges[i][0] <= ranges[i][1]) {
            close_range((unsigned)ranges[i][0], (unsigned)ranges[i][1], 0);
        }
    }
}

static void confine(Nursery *nursery)
{
    nursery->sandbox = sandbox_support();
    if (!nursery->sandbox.is_instrumented) {
        close_files(nursery->context);
        enter_sandbox(SANDBOX_NURSERY, &nursery->sandbox);
        limit_files();
    }
}

/* Waits for a worker to end, and replaces it unless its work is done. */
static void tend_workers(Nursery *nursery)
{
    int status = 0;
    pid_t pid = waitpid(-1, &status, 0);
    if (pid < 0 && errno != EINTR) {
        _exit(WORKER_EXIT_HOPELESS);
    }
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_UNCONFINED) {
        _exit(WORKER_EXIT_UNCONFINED);
    }
    for (unsigned i = 0; i < nursery->context->options.n_workers; i++) {
        if (pid < 0 || nursery->pids[i] != pid) {
            continue;
        }
        if (is_clean_exit(status)) {
            nursery->pids[i] = 0;
            nursery->n_alive--;
        } else if (!replace_worker(nursery, i, status)) {
            _exit(WORKER_EXIT_HOPELESS);
        }
    }
}

static void nursery_run(const WorkerContext *context)
{
    g_log_set_writer_func(log_nothing, NULL, NULL);
    Nursery nursery = {.context = context, .processor = make_processor(context)};
    if (!context->options.no_sandbox) {
        confine(&nursery);
    }
    for (unsigned i = 0; i < context->options.n_workers; i++) {
        nursery.pids[i] = start_worker(&nursery, i, UINT32_MAX);
        if (nursery.pids[i] < 0) {
            _exit(WORKER_EXIT_HOPELESS);
        }
        nursery.n_alive++;
    }
    while (nursery.n_alive > 0) {
        tend_workers(&nursery);
    }
    _exit(EXIT_SUCCESS);
}

pid_t worker_nursery_start(const WorkerContext *context, const int close_fds[2])
{
    g_assert(context->options.n_workers > 0 &&
             context->options.n_workers <= WORKER_POOL_SIZE_MAX);
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        become_child(parent);
        close(close_fds[0]);
        close(close_fds[1]);
        nursery_run(context);
    }
    return pid;
}
