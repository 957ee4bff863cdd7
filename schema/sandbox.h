/* sandbox.h - gives up what a process does not need, before it touches what somebody else made.
 *
 * Two walls that do not depend on each other. seccomp: only system calls of a list can be made,
 * all others fail with EPERM; no list has sockets, exec, ptrace, io_uring or executable memory.
 * Landlock: no file can be opened beyond those that a role may (and, as far as the kernel knows
 * how, no TCP, no signal to another process). Both are for life, and for all children.
 *
 * What a library loads at its first use (converters of iconv, openssl.cnf) must be loaded
 * before.
 *
 * Errors: SANDBOX_ERROR when a wall that the kernel has cannot be raised.
 * Threads: enter while the process has one thread; others would stay outside.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define SANDBOX_ERROR (sandbox_error_quark())
GQuark sandbox_error_quark(void);

typedef enum { SANDBOX_ERROR_SECCOMP, SANDBOX_ERROR_LANDLOCK } SandboxError;

typedef enum {
    SANDBOX_WORKER,  /* reads and writes what is open, and memory: no files, no processes */
    SANDBOX_NURSERY, /* the same, and forks, and waits for its children */
    SANDBOX_READER   /* reads any file, writes none but temporary ones */
} SandboxRole;

typedef struct {
    bool has_seccomp;
    int landlock_abi;     /* 0: the kernel has none, or does not let us */
    bool is_instrumented; /* a build with a sanitizer, which needs what is forbidden here */
} SandboxSupport;

/* What this kernel and this build can do. */
SandboxSupport sandbox_support(void);

/* Whether both walls can be raised. */
bool sandbox_is_whole(const SandboxSupport *support);

/* "seccomp, Landlock ABI 7", or what is missing. Returns: (transfer full) one line. */
char *sandbox_describe(const SandboxSupport *support);

/* What a program that writes needs beside reading. */
typedef struct {
    /* Files and folders, which may not be there yet; the folder that each is in, or the folder
     * itself, can be written, with all below. NULL where fewer are needed. */
    const char *paths[3];
    bool network;
} SandboxNeeds;

/* Raises lower walls around a program that writes, and its children: it can read any file,
 * write only what it needs and temporary files, run no program, look into no process and,
 * without `network`, make no socket. Returns: as sandbox_enter. */
bool sandbox_enter_writer(const SandboxNeeds *needs, const SandboxSupport *support,
                          GError **error);

/* Raises both walls around this process, as far as there is `support`. A role may be followed
 * by a narrower one. Returns: false with `error`, and the process is not to go on. */
bool sandbox_enter(SandboxRole role, const SandboxSupport *support, GError **error);
