/* SPDX-License-Identifier: MIT */
#include "schema/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "schema/landlock.h"

G_DEFINE_QUARK(waxseal - sandbox - error, sandbox_error)

#define ROLE(name) (1U << SANDBOX_##name)
#define CONFINED   (ROLE(WORKER) | ROLE(NURSERY))
#define ALL        (CONFINED | ROLE(READER))

/* A system call and the roles that may make it whatever its arguments are. */
typedef struct {
    int number;
    unsigned roles;
} Allowed;

/* What a worker does for every message comes first: libseccomp keeps the order. Calls that do
 * not exist on a processor have negative numbers, and are passed over. */
static const Allowed allowed[] = {
    {SCMP_SYS(setitimer), CONFINED},
    {SCMP_SYS(read), ALL},
    {SCMP_SYS(write), ALL},
    {SCMP_SYS(munmap), ALL},
    {SCMP_SYS(brk), ALL},
    {SCMP_SYS(futex), ALL},
    {SCMP_SYS(madvise), ALL},
    {SCMP_SYS(mremap), ALL},
    {SCMP_SYS(close), ALL},
    {SCMP_SYS(exit), ALL},
    {SCMP_SYS(exit_group), ALL},
    {SCMP_SYS(rt_sigreturn), ALL},
    {SCMP_SYS(rt_sigprocmask), ALL},
    {SCMP_SYS(restart_syscall), ALL},
    {SCMP_SYS(getrandom), ALL},
    {SCMP_SYS(clock_gettime), ALL},
    {SCMP_SYS(gettimeofday), ALL},
    {SCMP_SYS(getpid), ALL},
    {SCMP_SYS(gettid), ALL},
    {SCMP_SYS(sysinfo), ALL}, /* glibc's qsort asks how much memory there is */
    {SCMP_SYS(sched_yield), ALL},
    {SCMP_SYS(getppid), ROLE(NURSERY)},
    {SCMP_SYS(prctl), ROLE(NURSERY)},
    {SCMP_SYS(seccomp), ROLE(NURSERY)},
    {SCMP_SYS(prlimit64), ROLE(NURSERY)},
    {SCMP_SYS(setrlimit), ROLE(NURSERY)},
    {SCMP_SYS(rt_sigaction), ROLE(NURSERY) | ROLE(READER)},
    {SCMP_SYS(set_robust_list), ROLE(NURSERY)},
    {SCMP_SYS(wait4), ROLE(NURSERY) | ROLE(READER)},
    {SCMP_SYS(waitid), ROLE(NURSERY) | ROLE(READER)},
    {SCMP_SYS(open), ROLE(READER)},
    {SCMP_SYS(openat), ROLE(READER)},
    {SCMP_SYS(pread64), ROLE(READER)},
    {SCMP_SYS(readv), ROLE(READER)},
    {SCMP_SYS(lseek), ROLE(READER)},
    {SCMP_SYS(stat), ROLE(READER)},
    {SCMP_SYS(lstat), ROLE(READER)},
    {SCMP_SYS(fstat), ROLE(READER)},
    {SCMP_SYS(newfstatat), ROLE(READER)},
    {SCMP_SYS(statx), ROLE(READER)},
    {SCMP_SYS(statfs), ROLE(READER)},
    {SCMP_SYS(fstatfs), ROLE(READER)},
    {SCMP_SYS(access), ROLE(READER)},
    {SCMP_SYS(faccessat), ROLE(READER)},
    {SCMP_SYS(faccessat2), ROLE(READER)},
    {SCMP_SYS(fcntl), ROLE(READER)},
    {SCMP_SYS(flock), ROLE(READER)},
    {SCMP_SYS(fadvise64), ROLE(READER)},
    {SCMP_SYS(getdents64), ROLE(READER)},
    {SCMP_SYS(readlink), ROLE(READER)},
    {SCMP_SYS(readlinkat), ROLE(READER)},
    {SCMP_SYS(getcwd), ROLE(READER)},
    {SCMP_SYS(dup), ROLE(READER)},
    {SCMP_SYS(dup2), ROLE(READER)},
    {SCMP_SYS(dup3), ROLE(READER)},
    {SCMP_SYS(pipe2), ROLE(READER)},
    {SCMP_SYS(poll), ROLE(READER)},
    {SCMP_SYS(ppoll), ROLE(READER)},
    {SCMP_SYS(select), ROLE(READER)},
    {SCMP_SYS(pselect6), ROLE(READER)},
    {SCMP_SYS(uname), ROLE(READER)},
    {SCMP_SYS(getuid), ROLE(READER)},
    {SCMP_SYS(geteuid), ROLE(READER)},
    {SCMP_SYS(getgid), ROLE(READER)},
    {SCMP_SYS(getegid), ROLE(READER)},
    {SCMP_SYS(umask), ROLE(READER)},
    {SCMP_SYS(nanosleep), ROLE(READER)},
    {SCMP_SYS(clock_nanosleep), ROLE(READER)},
    {SCMP_SYS(sched_getaffinity), ROLE(READER)},
    /* Landlock says where; without it a reader can still write files. */
    {SCMP_SYS(pwrite64), ROLE(READER)},
    {SCMP_SYS(writev), ROLE(READER)},
    {SCMP_SYS(ftruncate), ROLE(READER)},
    {SCMP_SYS(fallocate), ROLE(READER)},
    {SCMP_SYS(fsync), ROLE(READER)},
    {SCMP_SYS(fdatasync), ROLE(READER)},
    {SCMP_SYS(unlink), ROLE(READER)},
    {SCMP_SYS(unlinkat), ROLE(READER)},
    {SCMP_SYS(fchmod), ROLE(READER)},
    {SCMP_SYS(fchown), ROLE(READER)},
};

/* A system call that is allowed when (argument & mask) == value. */
typedef struct {
    int number;
    unsigned roles;
    unsigned argument;
    uint64_t mask;
    uint64_t value;
} AllowedIf;

static const AllowedIf allowed_if[] = {
    {SCMP_SYS(mmap), ALL, 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), ALL, 2, PROT_EXEC, 0},
    /* A plain fork: no thread, no namespace. */
    {SCMP_SYS(clone), ROLE(NURSERY), 0,
     ~(uint64_t)(CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | CSIGNAL), 0},
    {SCMP_SYS(ioctl), ROLE(READER), 1, UINT32_MAX, TCGETS},
    {SCMP_SYS(ioctl), ROLE(READER), 1, UINT32_MAX, TIOCGWINSZ},
    /* Asks for a limit, does not set one. */
    {SCMP_SYS(prlimit64), ROLE(READER), 2, UINT64_MAX, 0},
};

/* What no program that writes does. */
static const int denied[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(mount),
};

#ifdef WAXSEAL_INSTRUMENTED
static const bool is_instrumented = true;
#else
static const bool is_instrumented = false;
#endif

static bool seccomp_is_supported(void)
{
    const uint32_t action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

SandboxSupport sandbox_support(void)
{
    if (is_instrumented) {
        return (SandboxSupport){.is_instrumented = true};
    }
    return (SandboxSupport){
        .has_seccomp = seccomp_is_supported(),
        .landlock_abi = landlock_abi(),
    };
}

bool sandbox_is_whole(const SandboxSupport *support)
{
    return support->has_seccomp && support->landlock_abi > 0;
}

char *sandbox_describe(const SandboxSupport *support)
{
    if (support->is_instrumented) {
        return g_strdup("none: this is a build with a sanitizer");
    }
    g_autofree char *landlock = support->landlock_abi > 0
                                    ? g_strdup_printf("Landlock ABI %d", support->landlock_abi)
                                    : g_strdup("no Landlock in this kernel");
    return g_strdup_printf(
        "%s, %s", support->has_seccomp ? "seccomp" : "no seccomp in this kernel", landlock);
}

static int add_rules(scmp_filter_ctx filter, unsigned role)
{
    int code = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(allowed) && code == 0; i++) {
        if ((allowed[i].roles & role) != 0) {
            code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i].number, 0);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(allowed_if) && code == 0; i++) {
        const AllowedIf *rule = &allowed_if[i];
        if ((rule->roles & role) != 0) {
            code = seccomp_rule_add(
                filter, SCMP_ACT_ALLOW, rule->number, 1,
                SCMP_CMP(rule->argument, SCMP_CMP_MASKED_EQ, rule->mask, rule->value));
        }
    }
    return code;
}

/* Loads the filter, frees it, and tells of `code`, which is that of its making. */
static bool load_filter(scmp_filter_ctx filter, int code, GError **error)
{
    if (code == 0) {
        code = seccomp_load(filter);
    }
    seccomp_release(filter);
    if (code != 0) {
        g_set_error(error, SANDBOX_ERROR, SANDBOX_ERROR_SECCOMP, "seccomp: %s",
                    g_strerror(-code));
    }
    return code == 0;
}

static bool allow_listed(unsigned role, GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    return load_filter(filter, filter == NULL ? -ENOMEM : add_rules(filter, role), error);
}

static bool deny_listed(bool network, GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int code = filter == NULL ? -ENOMEM : 0;
    for (size_t i = 0; i < G_N_ELEMENTS(denied) && code == 0; i++) {
        code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied[i], 0);
    }
    if (code == 0 && !network) {
        code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 0);
    }
    return load_filter(filter, code, error);
}

static bool restrict_files(int abi, const LandlockPath *paths, bool keep_tcp, GError **error)
{
    if (landlock_restrict(abi, paths, keep_tcp)) {
        return true;
    }
    g_set_error(error, SANDBOX_ERROR, SANDBOX_ERROR_LANDLOCK, "Landlock: %s",
                g_strerror(errno));
    return false;
}

/* What files a role may use. A worker was born behind the nursery's wall. */
static bool raise_landlock(SandboxRole role, int abi, GError **error)
{
    g_autofree char *temporary = g_strdup(g_get_tmp_dir());
    const LandlockPath none[] = {{NULL, LANDLOCK_NOTHING}};
    const LandlockPath reader[] = {
        {"/", LANDLOCK_READ},
        {"/dev/null", LANDLOCK_WRITE},
        /* SQLite sorts in temporary files what is too much for its cache. */
        {temporary, LANDLOCK_WRITE},
        {"/var/tmp", LANDLOCK_WRITE},
        {NULL, LANDLOCK_NOTHING},
    };
    switch (role) {
    case SANDBOX_WORKER:
        return true;
    case SANDBOX_NURSERY:
        return restrict_files(abi, none, false, error);
    case SANDBOX_READER:
        return restrict_files(abi, reader, false, error);
    }
    g_assert_not_reached();
}

/* The folder that a file is in, or will be made in; links are followed. */
static char *folder_of(const char *path)
{
    char *real = realpath(path, NULL);
    char *folder = g_strdup(real == NULL ? path : real);
    free(real);
    while (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_autofree char *below = folder;
        folder = g_path_get_dirname(below);
    }
    return folder;
}

static bool restrict_writer(const SandboxNeeds *needs, int abi, GError **error)
{
    g_autofree char *temporary = g_strdup(g_get_tmp_dir());
    char *folders[G_N_ELEMENTS(needs->paths)] = {NULL};
    LandlockPath paths[G_N_ELEMENTS(needs->paths) + 5] = {
        {"/", LANDLOCK_READ},
        {"/dev/null", LANDLOCK_WRITE},
        {temporary, LANDLOCK_WRITE},
        {"/var/tmp", LANDLOCK_WRITE},
    };
    size_t n_paths = 4;
    for (size_t i = 0; i < G_N_ELEMENTS(needs->paths); i++) {
        if (needs->paths[i] != NULL) {
            folders[i] = folder_of(needs->paths[i]);
            paths[n_paths++] = (LandlockPath){folders[i], LANDLOCK_WRITE};
        }
    }
    const bool ok = restrict_files(abi, paths, needs->network, error);
    for (size_t i = 0; i < G_N_ELEMENTS(needs->paths); i++) {
        g_free(folders[i]);
    }
    return ok;
}

bool sandbox_enter_writer(const SandboxNeeds *needs, const SandboxSupport *support,
                          GError **error)
{
    return (support->landlock_abi == 0 ||
            restrict_writer(needs, support->landlock_abi, error)) &&
           (!support->has_seccomp || deny_listed(needs->network, error));
}

bool sandbox_enter(SandboxRole role, const SandboxSupport *support, GError **error)
{
    return (support->landlock_abi == 0 || raise_landlock(role, support->landlock_abi, error)) &&
           (!support->has_seccomp || allow_listed(1U << role, error));
}
