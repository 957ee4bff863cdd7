/* SPDX-License-Identifier: MIT
 *
 * What a worker that was taken over could do: the processor here replaces
 * indexer/mail_processor.c and tries, inside a real worker, the forbidden thing that a message
 * names. Its answer, in the subject, is the error it met. */
#include "schema/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/mail_processor.h"
#include "indexer/worker_pool.h"
#include "pool_double.h"
#include "schema/landlock.h"
#include "schema/record_codec.h"

/* A connection that is not refused by the sandbox is refused by the port. */
#define CLOSED_PORT 1

/* Each tries one thing. Returns: as a system call, -1 with errno. */
typedef long (*Attempt)(void);

static long try_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static long try_create(void)
{
    return open("/tmp/waxseal-escaped", O_WRONLY | O_CREAT, 0600);
}

static long try_openat2(void)
{
    const uint64_t how[3] = {O_RDONLY};
    return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof(how));
}

static long try_stat(void)
{
    struct stat info;
    return stat("/etc/passwd", &info);
}

static long try_unlink(void)
{
    return unlink("/tmp/waxseal-there-is-no-such-file");
}

static long try_mkdir(void)
{
    return mkdir("/tmp", 0700);
}

static long try_tcp(void)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(CLOSED_PORT),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect(fd, (const struct sockaddr *)&to, sizeof(to));
}

static long try_udp(void)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(CLOSED_PORT),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to));
}

static long try_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long try_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}

static long try_socketpair(void)
{
    int fds[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static long try_connect(void)
{
    const struct sockaddr_un to = {.sun_family = AF_UNIX};
    return connect(STDIN_FILENO, (const struct sockaddr *)&to, sizeof(to));
}

static long try_exec(void)
{
    char *const arguments[] = {(char[]){"true"}, NULL};
    return execve("/bin/true", arguments, NULL);
}

static long try_execveat(void)
{
    char *const arguments[] = {(char[]){"true"}, NULL};
    return syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, NULL, 0);
}

/* A child that came to be ends at once. */
static long end_child(long pid)
{
    if (pid == 0) {
        _exit(0);
    }
    return pid;
}

static long try_fork(void)
{
    return end_child(fork());
}

static long try_clone(void)
{
    return end_child(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0L));
}

static long try_clone3(void)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    return end_child(syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

static long try_namespace(void)
{
    return syscall(SYS_unshare, CLONE_NEWUSER);
}

static long try_ptrace(void)
{
    return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
}

static long try_kill(void)
{
    return kill(1, 0);
}

static long try_tgkill(void)
{
    return syscall(SYS_tgkill, 1, 1, 0);
}

static long try_process_vm(void)
{
    char byte = 0;
    const struct iovec here = {&byte, 1};
    return syscall(SYS_process_vm_readv, 1, &here, 1, &here, 1, 0);
}

static long try_pidfd(void)
{
    return syscall(SYS_pidfd_open, 1, 0);
}

static long try_io_uring(void)
{
    char parameters[256] = {0};
    return syscall(SYS_io_uring_setup, 1, parameters);
}

static long try_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}

static long try_perf(void)
{
    char attributes[256] = {0};
    return syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0);
}

static long try_userfaultfd(void)
{
    return syscall(SYS_userfaultfd, 0);
}

static long try_memfd(void)
{
    return memfd_create("escaped", 0);
}

static long try_keyring(void)
{
    return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static long try_exec_map(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED
               ? -1
               : 0;
}

static long try_exec_protect(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long try_ioctl(void)
{
    return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static long try_prctl(void)
{
    return prctl(PR_SET_PDEATHSIG, 0);
}

static long try_more_memory(void)
{
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_DATA, &all);
}

static long try_no_filter(void)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
}

/* Nothing is open but the two pipes and what stands for standard input, output and error. */
static long try_inherited_files(void)
{
    int n_open = 0;
    for (int fd = 0; fd < 1024; fd++) {
        n_open += write(fd, "", 0) == 0 || errno != EBADF;
    }
    errno = EPERM;
    return n_open > 5 ? 0 : -1;
}

static const struct {
    const char *name;
    Attempt attempt;
    bool works_outside; /* and does no harm there */
} attempts[] = {
    {"open a file", try_open, true},
    {"create a file", try_create, false},
    {"openat2", try_openat2, false},
    {"look at a file", try_stat, true},
    {"delete a file", try_unlink, false},
    {"make a folder", try_mkdir, false},
    {"TCP", try_tcp, false},
    {"UDP", try_udp, false},
    {"a unix socket", try_unix, true},
    {"netlink", try_netlink, false},
    {"a pair of sockets", try_socketpair, true},
    {"connect", try_connect, false},
    {"execve", try_exec, false},
    {"execveat", try_execveat, false},
    {"fork", try_fork, true},
    {"clone", try_clone, false},
    {"clone3", try_clone3, true},
    {"a namespace", try_namespace, false},
    {"ptrace", try_ptrace, false},
    {"kill", try_kill, false},
    {"tgkill", try_tgkill, false},
    {"memory of another process", try_process_vm, false},
    {"pidfd", try_pidfd, false},
    {"io_uring", try_io_uring, false},
    {"bpf", try_bpf, false},
    {"perf", try_perf, false},
    {"userfaultfd", try_userfaultfd, false},
    {"memfd", try_memfd, true},
    {"the keyring", try_keyring, false},
    {"executable memory", try_exec_map, false},
    {"memory made executable", try_exec_protect, true},
    {"ioctl", try_ioctl, false},
    {"prctl", try_prctl, true},
    {"a higher limit", try_more_memory, false},
    {"another filter", try_no_filter, false},
    {"inherited files", try_inherited_files, true},
};

struct MailProcessor {
    char unused;
};

MailProcessor *mail_processor_new(const KeyStore *keys G_GNUC_UNUSED)
{
    return g_new0(MailProcessor, 1);
}

void mail_processor_free(MailProcessor *processor)
{
    g_free(processor);
}

void mail_processor_run(MailProcessor *processor G_GNUC_UNUSED, Slice bytes,
                        Slice envelope G_GNUC_UNUSED, Care care G_GNUC_UNUSED,
                        MailRecord *record)
{
    mail_processor_hash(bytes, record->sha256);
    record->size = bytes.len;
    for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++) {
        if (slice_equal(bytes, slice_of_string(attempts[i].name))) {
            errno = 0;
            const long result = attempts[i].attempt();
            const char *answer = result >= 0 ? "done" : strerrorname_np(errno);
            record->subject = mail_record_keep(record, slice_of_string(answer));
        }
    }
}

static void check_answer(const JobSlot *slot, uint32_t item, const char *name,
                         const char *expected)
{
    g_assert_cmpint(job_slot_care(slot, item), ==, CARE_FULL); /* no worker died of it */
    MailRecord record;
    mail_record_init(&record);
    g_assert_true(record_decode(job_slot_result(slot, item), false, &record));
    g_autofree char *answer = slice_dup(record.subject);
    g_test_message("%s: %s", name, answer);
    g_assert_cmpstr(answer, ==, expected);
    mail_record_destroy(&record);
}

/* Checks what each attempt comes to in a worker. */
static void check_attempts(bool no_sandbox, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool =
        worker_pool_new(&(WorkerPoolOptions){.n_workers = 1, .no_sandbox = no_sandbox}, &error);
    g_assert_no_error(error);
    JobSlot *slot = worker_pool_acquire(pool);
    size_t tried[G_N_ELEMENTS(attempts)];
    size_t n_tried = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++) {
        if (attempts[i].works_outside || !no_sandbox) {
            pool_double_add(slot, attempts[i].name);
            tried[n_tried++] = i;
        }
    }
    worker_pool_submit(pool, slot);
    worker_pool_finish(pool);
    PoolNext next = POOL_TIMEOUT;
    while ((next = worker_pool_next(pool, 1000, &slot, &error)) == POOL_TIMEOUT) {
    }
    g_assert_no_error(error);
    g_assert_cmpint(next, ==, POOL_SLOT);
    for (uint32_t i = 0; i < slot->n_items; i++) {
        check_answer(slot, i, attempts[tried[i]].name, expected);
    }
    worker_pool_release(pool, slot);
}

static bool skip_without(bool has_wall, const char *wall)
{
    if (!has_wall) {
        g_autofree char *reason = g_strdup_printf("no %s here", wall);
        g_test_skip(reason);
    }
    return !has_wall;
}

static void test_a_worker_is_refused_everything(void)
{
    const SandboxSupport support = sandbox_support();
    if (skip_without(support.has_seccomp, "seccomp")) {
        return;
    }
    check_attempts(false, "EPERM");
    g_assert_cmpint(access("/tmp/waxseal-escaped", F_OK), ==, -1);
}

/* Else the test above would prove nothing. */
static void test_without_a_sandbox_the_same_is_possible(void)
{
    check_attempts(true, "done");
}

/* Runs `check` in a child, whose exit code is its answer. */
static void in_child(int (*check)(void))
{
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(check());
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* Only what Landlock does: the other wall is not raised. */
static int landlock_alone(void)
{
    const SandboxSupport support = {.landlock_abi = landlock_abi()};
    if (!sandbox_enter(SANDBOX_NURSERY, &support, NULL)) {
        return 1;
    }
    if (try_open() >= 0 || errno != EACCES || try_create() >= 0 || try_exec() >= 0) {
        return 2;
    }
    if (support.landlock_abi >= 4 && (try_tcp() >= 0 || errno != EACCES)) {
        return 3;
    }
    return support.landlock_abi >= 6 && (kill(getppid(), 0) == 0 || errno != EPERM) ? 4 : 0;
}

static void test_landlock_alone_closes_files(void)
{
    if (!skip_without(sandbox_support().landlock_abi > 0, "Landlock")) {
        in_child(landlock_alone);
    }
}

static int reader_reads_only(void)
{
    const SandboxSupport support = sandbox_support();
    if (!sandbox_enter(SANDBOX_READER, &support, NULL)) {
        return 1;
    }
    if (try_open() < 0 || try_stat() < 0) {
        return 2;
    }
    if (open("/etc/waxseal-escaped", O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES) {
        return 3;
    }
    if (try_unix() >= 0 || try_tcp() >= 0 || try_exec() >= 0 || try_fork() >= 0 ||
        try_ptrace() >= 0 || try_kill() >= 0 || try_ioctl() >= 0 || try_mkdir() >= 0) {
        return 4;
    }
    return try_create() < 0 || unlink("/tmp/waxseal-escaped") != 0 ? 5 : 0;
}

static void test_a_reader_reads_and_writes_temporary_files_only(void)
{
    if (!skip_without(
            sandbox_is_whole(&(SandboxSupport){sandbox_support().has_seccomp,
                                               sandbox_support().landlock_abi, false}),
            "whole sandbox")) {
        in_child(reader_reads_only);
    }
}

/* Folders that are not for temporary files, one of which is needed. */
#define WRITER_NEEDS  "writer-needs"
#define WRITER_OTHERS "writer-others"

static int writer_writes_what_it_needs(void)
{
    const SandboxSupport support = sandbox_support();
    const SandboxNeeds needs = {.paths = {WRITER_NEEDS "/not/there/yet.db"}};
    if (!sandbox_enter_writer(&needs, &support, NULL)) {
        return 1;
    }
    if (try_open() < 0 || try_fork() < 0 || open(WRITER_NEEDS "/a", O_CREAT, 0600) < 0 ||
        unlink(WRITER_NEEDS "/a") != 0 || mkdir(WRITER_NEEDS "/not", 0700) != 0) {
        return 2;
    }
    if (open(WRITER_OTHERS "/a", O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES ||
        open(WRITER_OTHERS "/kept", O_WRONLY) >= 0 || unlink(WRITER_OTHERS "/kept") == 0) {
        return 3;
    }
    if (try_exec() >= 0 || try_execveat() >= 0 || try_ptrace() >= 0 || try_process_vm() >= 0 ||
        try_unix() >= 0 || try_tcp() >= 0 || try_udp() >= 0 || try_io_uring() >= 0) {
        return 4;
    }
    return 0;
}

static int writer_with_a_network(void)
{
    const SandboxSupport support = sandbox_support();
    const SandboxNeeds needs = {.network = true};
    if (!sandbox_enter_writer(&needs, &support, NULL)) {
        return 1;
    }
    /* Nobody listens there. */
    return try_unix() < 0 || try_tcp() >= 0 || errno != ECONNREFUSED ? 2 : 0;
}

static void test_a_writer_writes_what_it_needs_only(void)
{
    const SandboxSupport support = sandbox_support();
    if (skip_without(sandbox_is_whole(&support), "whole sandbox")) {
        return;
    }
    /* Not among temporary files, which may be written. */
    g_autofree char *folder = g_strdup("/dev/shm/waxseal-XXXXXX");
    g_assert_nonnull(g_mkdtemp(folder));
    g_autofree char *before = g_get_current_dir();
    g_assert_true(chdir(folder) == 0 && mkdir(WRITER_NEEDS, 0700) == 0 &&
                  mkdir(WRITER_OTHERS, 0700) == 0);
    g_assert_true(g_file_set_contents(WRITER_OTHERS "/kept", "x", 1, NULL));
    in_child(writer_writes_what_it_needs);
    in_child(writer_with_a_network);
    g_assert_true(unlink(WRITER_OTHERS "/kept") == 0 && rmdir(WRITER_NEEDS "/not") == 0 &&
                  rmdir(WRITER_NEEDS) == 0 && rmdir(WRITER_OTHERS) == 0);
    g_assert_true(chdir(before) == 0 && rmdir(folder) == 0);
}

/* A kernel as old as the system call is young. */
static bool forget_landlock(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const bool ok = filter != NULL &&
                    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
                                     SCMP_SYS(landlock_create_ruleset), 0) == 0 &&
                    seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

static int program_on_an_old_kernel(void)
{
    g_autofree char *program =
        g_build_filename(g_getenv("WAXSEAL_BUILD_DIR"), "indexer", "waxseal-index", NULL);
    g_autofree char *dump =
        g_build_filename(g_getenv("WAXSEAL_SOURCE_DIR"), "data", "sample", "dump", NULL);
    g_autofree char *folder = g_dir_make_tmp("waxseal-XXXXXX", NULL);
    g_autofree char *database = g_build_filename(folder, "archive.db", NULL);
    char *arguments[] = {program, (char[]){"-d"}, database, dump, NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status = 0;
    if (!forget_landlock() ||
        !g_spawn_sync(NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status,
                      NULL) ||
        status != 0) {
        return 1;
    }
    unlink(database);
    rmdir(folder);
    const char *const warning = "waxseal-index: the processes that read mail are confined less "
                                "than they should be: seccomp, no Landlock in this kernel\n";
    /* On a slow machine lines of progress follow. */
    if (!g_str_has_prefix(err, warning) || strstr(err + strlen(warning), "Landlock") != NULL) {
        g_printerr("%s", err);
        return 2;
    }
    return strstr(out, "\nSandbox      seccomp, no Landlock in this kernel\n") == NULL ? 3 : 0;
}

static void test_an_old_kernel_is_one_line_of_warning(void)
{
    if (!skip_without(sandbox_support().has_seccomp, "seccomp")) {
        in_child(program_on_an_old_kernel);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sandbox/a_worker_is_refused_everything",
                    test_a_worker_is_refused_everything);
    g_test_add_func("/sandbox/without_a_sandbox_the_same_is_possible",
                    test_without_a_sandbox_the_same_is_possible);
    g_test_add_func("/sandbox/landlock_alone_closes_files", test_landlock_alone_closes_files);
    g_test_add_func("/sandbox/a_reader_reads_and_writes_temporary_files_only",
                    test_a_reader_reads_and_writes_temporary_files_only);
    g_test_add_func("/sandbox/a_writer_writes_what_it_needs_only",
                    test_a_writer_writes_what_it_needs_only);
    g_test_add_func("/sandbox/an_old_kernel_is_one_line_of_warning",
                    test_an_old_kernel_is_one_line_of_warning);
    return g_test_run();
}
