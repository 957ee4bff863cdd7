/* SPDX-License-Identifier: MIT
 *
 * Preloaded into the programs. WAXSEAL_SYNC_FAULT=1: a disk that takes all and then fails, as
 * fsync tells. Else, when a chosen file is read beyond an offset for the first time,
 * something happens to it. WAXSEAL_READ_FAULT=ACTION:OFFSET:PATH; ACTION is error (reading
 * fails with EIO, from then on), shrink, grow or unlink. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether `fd` is the file, also when its name is gone. */
static int is_chosen(int fd, const char *path)
{
    static ino_t chosen;
    struct stat named;
    struct stat opened;
    if (chosen == 0 && stat(path, &named) == 0) {
        chosen = named.st_ino;
    }
    return fstat(fd, &opened) == 0 && S_ISREG(opened.st_mode) && opened.st_ino == chosen;
}

static void act(const char *action, const char *path, off64_t offset)
{
    static int is_done;
    if (is_done) {
        return;
    }
    is_done = 1;
    if (strncmp(action, "shrink", 6) == 0) {
        (void)!truncate(path, offset);
    } else if (strncmp(action, "grow", 4) == 0) {
        struct stat info;
        (void)!(stat(path, &info) == 0 && truncate(path, info.st_size + 1) == 0);
    } else if (strncmp(action, "unlink", 6) == 0) {
        unlink(path);
    }
}

ssize_t pread64(int fd, void *buffer, size_t length, off64_t offset)
{
    const char *action = getenv("WAXSEAL_READ_FAULT");
    const char *colon = action == NULL ? NULL : strchr(action, ':');
    const char *path = colon == NULL ? NULL : strchr(colon + 1, ':');
    const off64_t at = colon == NULL ? 0 : strtoll(colon + 1, NULL, 10);
    if (path != NULL && offset >= at && is_chosen(fd, path + 1)) {
        if (strncmp(action, "error", 5) == 0) {
            errno = EIO;
            return -1;
        }
        act(action, path + 1, at);
    }
    return syscall(SYS_pread64, fd, buffer, length, offset);
}

ssize_t pread(int fd, void *buffer, size_t length, off_t offset)
{
    return pread64(fd, buffer, length, offset);
}

static int sync_or_fail(long number, int fd)
{
    if (getenv("WAXSEAL_SYNC_FAULT") != NULL) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(number, fd);
}

int fsync(int fd)
{
    return sync_or_fail(SYS_fsync, fd);
}

int syncfs(int fd)
{
    return sync_or_fail(SYS_syncfs, fd);
}
