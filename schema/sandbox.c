/* SPDX-License-Identifier: MIT */
#include "schema/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "schema/landlock.h"

G_DEFINE_QUARK(waxseal - sandbox - error, sandbox_error)

#define ROLE(name) (1U << SANDBOX_##name)
#define CONFINED   (ROLE(WORKER) | ROLE(NURSERY))
#define FILES      (ROLE(READER) | ROLE(EDITOR))
#define ALL        (CONFINED | FILES)

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
    {SCMP_SYS(rt_sigaction), ROLE(NURSERY) | FILES},
    {SCMP_SYS(set_robust_list), ROLE(NURSERY)},
    {SCMP_SYS(wait4), ROLE(NURSERY) | FILES},
    {SCMP_SYS(waitid), ROLE(NURSERY) | FILES},
    {SCMP_SYS(open), FILES},
    {SCMP_SYS(openat), FILES},
    {SCMP_SYS(pread64), FILES},
    {SCMP_SYS(readv), FILES},
    {SCMP_SYS(lseek), FILES},
    {SCMP_SYS(stat), FILES},
    {SCMP_SYS(lstat), FILES},
    {SCMP_SYS(fstat), FILES},
    {SCMP_SYS(newfstatat), FILES},
    {SCMP_SYS(statx), FILES},
    {SCMP_SYS(statfs), FILES},
    {SCMP_SYS(fstatfs), FILES},
    {SCMP_SYS(access), FILES},
    {SCMP_SYS(faccessat), FILES},
    {SCMP_SYS(faccessat2), FILES},
    {SCMP_SYS(fcntl), FILES},
    {SCMP_SYS(flock), FILES},
    {SCMP_SYS(fadvise64), FILES},
    {SCMP_SYS(getdents64), FILES},
    {SCMP_SYS(readlink), FILES},
    {SCMP_SYS(readlinkat), FILES},
    {SCMP_SYS(getcwd), FILES},
    {SCMP_SYS(dup), FILES},
    {SCMP_SYS(dup2), FILES},
    {SCMP_SYS(dup3), FILES},
    {SCMP_SYS(pipe2), FILES},
    {SCMP_SYS(poll), FILES},
    {SCMP_SYS(ppoll), FILES},
    {SCMP_SYS(select), FILES},
    {SCMP_SYS(pselect6), FILES},
    {SCMP_SYS(uname), FILES},
    {SCMP_SYS(getuid), FILES},
    {SCMP_SYS(geteuid), FILES},
    {SCMP_SYS(getgid), FILES},
    {SCMP_SYS(getegid), FILES},
    {SCMP_SYS(umask), FILES},
    {SCMP_SYS(nanosleep), FILES},
    {SCMP_SYS(clock_nanosleep), FILES},
    {SCMP_SYS(sched_getaffinity), FILES},
    /* Landlock says where; without it a reader can still write files. */
    {SCMP_SYS(pwrite64), FILES},
    {SCMP_SYS(writev), FILES},
    {SCMP_SYS(ftruncate), FILES},
    {SCMP_SYS(fallocate), FILES},
    {SCMP_SYS(fsync), FILES},
    {SCMP_SYS(fdatasync), FILES},
    {SCMP_SYS(unlink), FILES},
    {SCMP_SYS(unlinkat), FILES},
    {SCMP_SYS(fchmod), FILES},
    {SCMP_SYS(fchown), FILES},
    {SCMP_SYS(mkdir), ROLE(EDITOR)},
    {SCMP_SYS(mkdirat), ROLE(EDITOR)},
    {SCMP_SYS(rmdir), ROLE(EDITOR)},
    {SCMP_SYS(rename), ROLE(EDITOR)},
    {SCMP_SYS(renameat), ROLE(EDITOR)},
    {SCMP_SYS(renameat2), ROLE(EDITOR)},
    {SCMP_SYS(link), ROLE(EDITOR)},
    {SCMP_SYS(linkat), ROLE(EDITOR)},
    {SCMP_SYS(chmod), ROLE(EDITOR)},
    {SCMP_SYS(fchmodat), ROLE(EDITOR)},
    {SCMP_SYS(utimensat), ROLE(EDITOR)},
    {SCMP_SYS(chdir), ROLE(EDITOR)},
    {SCMP_SYS(fchdir), ROLE(EDITOR)},
    {SCMP_SYS(sync_file_range), ROLE(EDITOR)},
    {SCMP_SYS(copy_file_range), ROLE(EDITOR)},
    {SCMP_SYS(sendfile), ROLE(EDITOR)},
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
    {SCMP_SYS(ioctl), FILES, 1, UINT32_MAX, TCGETS},
    {SCMP_SYS(ioctl), FILES, 1, UINT32_MAX, TIOCGWINSZ},
    /* Asks for a limit, does not set one. */
    {SCMP_SYS(prlimit64), FILES, 2, UINT64_MAX, 0},
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

static bool load_filter(unsigned role, GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int code = filter == NULL ? -ENOMEM : add_rules(filter, role);
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
    const LandlockPath editor[] = {
        {"/", LANDLOCK_READ | LANDLOCK_WRITE},
        {NULL, LANDLOCK_NOTHING},
    };
    const LandlockPath *paths = NULL;
    switch (role) {
    case SANDBOX_WORKER:
        return true;
    case SANDBOX_NURSERY:
        paths = none;
        break;
    case SANDBOX_READER:
        paths = reader;
        break;
    case SANDBOX_EDITOR:
        paths = editor;
        break;
    }
    if (!landlock_restrict(abi, paths)) {
        g_set_error(error, SANDBOX_ERROR, SANDBOX_ERROR_LANDLOCK, "Landlock: %s",
                    g_strerror(errno));
        return false;
    }
    return true;
}

bool sandbox_enter(SandboxRole role, const SandboxSupport *support, GError **error)
{
    return (support->landlock_abi == 0 || raise_landlock(role, support->landlock_abi, error)) &&
           (!support->has_seccomp || load_filter(1U << role, error));
}
