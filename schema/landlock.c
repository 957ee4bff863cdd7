/* SPDX-License-Identifier: MIT */
#include "schema/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/landlock.h of newer kernels. */
#define ACCESS_FS_TRUNCATE  (UINT64_C(1) << 14) /* ABI 3 */
#define ACCESS_FS_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define ACCESS_NET_TCP      (UINT64_C(3))       /* ABI 4: bind and connect */
#define SCOPED              (UINT64_C(3))       /* ABI 6: abstract sockets and signals */

/* struct landlock_ruleset_attr as of ABI 6. */
typedef struct {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
} RulesetAttributes;

#define READ_FILE (LANDLOCK_ACCESS_FS_READ_FILE)
#define READ      (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE(abi)                                                                        \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | ((abi) >= 3 ? ACCESS_FS_TRUNCATE : UINT64_C(0)))
#define WRITE(abi)                                                                             \
    (WRITE_FILE(abi) | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |          \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |                             \
     ((abi) >= 2 ? LANDLOCK_ACCESS_FS_REFER : UINT64_C(0)))

int landlock_abi(void)
{
    long abi =
        syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi > 0 ? (int)abi : 0;
}

/* Everything that this version can take away. */
static int make_ruleset(int abi, bool keep_tcp)
{
    RulesetAttributes attributes = {
        .handled_access_fs = READ | WRITE(abi) | LANDLOCK_ACCESS_FS_EXECUTE |
                             LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                             LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                             LANDLOCK_ACCESS_FS_MAKE_SYM | (abi >= 5 ? ACCESS_FS_IOCTL_DEV : 0),
        .handled_access_net = abi >= 4 && !keep_tcp ? ACCESS_NET_TCP : 0,
        .scoped = abi >= 6 ? SCOPED : 0,
    };
    const size_t size = abi >= 6   ? sizeof(attributes)
                        : abi >= 4 ? G_STRUCT_OFFSET(RulesetAttributes, scoped)
                                   : G_STRUCT_OFFSET(RulesetAttributes, handled_access_net);
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0U);
}

/* A file has no rights that only a folder can have. */
static uint64_t access_of(const LandlockPath *path, int abi, bool is_folder)
{
    uint64_t access = 0;
    if ((path->rights & LANDLOCK_READ) != 0) {
        access |= is_folder ? READ : READ_FILE;
    }
    if ((path->rights & LANDLOCK_WRITE) != 0) {
        access |= is_folder ? READ | WRITE(abi) : READ_FILE | WRITE_FILE(abi);
    }
    return access;
}

static bool add_path(int ruleset, const LandlockPath *path, int abi)
{
    int fd = open(path->path, O_PATH | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        return errno == ENOENT || errno == EACCES;
    }
    const struct landlock_path_beneath_attr rule = {
        .allowed_access = access_of(path, abi, S_ISDIR(info.st_mode)),
        .parent_fd = fd,
    };
    const bool ok =
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) == 0;
    close(fd);
    return ok;
}

bool landlock_restrict(int abi, const LandlockPath *paths, bool keep_tcp)
{
    int ruleset = make_ruleset(abi, keep_tcp);
    bool ok = ruleset >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    for (const LandlockPath *path = paths; ok && path->path != NULL; path++) {
        ok = add_path(ruleset, path, abi);
    }
    ok = ok && syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
    const int code = errno;
    if (ruleset >= 0) {
        close(ruleset);
    }
    errno = code;
    return ok;
}
