/* landlock.h - Landlock, the kernel's access control for programs without privileges, by its
 * system calls: Debian 12's C library has no functions for them, and its kernel headers know
 * its first versions only.
 *
 * Errors: errno.
 */
#pragma once

#include <stdbool.h>

typedef enum { LANDLOCK_NOTHING = 0, LANDLOCK_READ = 1, LANDLOCK_WRITE = 2 } LandlockRights;

typedef struct {
    const char *path; /* a file, or a folder with all below it; NULL ends a list */
    unsigned rights;  /* LandlockRights */
} LandlockPath;

/* The version of Landlock that the kernel has: 1 in Linux 5.13, 2 in Debian 12's 6.1.
 * Returns: 0 when there is none, or we may not use it. */
int landlock_abi(void);

/* Takes from this process for good every right to files but those of `paths`, which may name
 * what does not exist; the right to execute; and, as far as `abi` reaches, TCP unless it is to
 * be kept, abstract sockets of others and signals to others. Returns: false with errno. */
bool landlock_restrict(int abi, const LandlockPath *paths, bool keep_tcp);
