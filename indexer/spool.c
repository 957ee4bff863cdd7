/* SPDX-License-Identifier: MIT */
#include "indexer/spool.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define COPY_BYTES ((size_t)256 << 10)

struct Spool {
    int fd;
    char *path;
};

static bool fail(const char *what, GError **error)
{
    const int code = errno;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", what,
                g_strerror(code));
    return false;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes += MAX(written, 0);
        length -= (size_t)MAX(written, 0);
    }
    return true;
}

static bool copy_all(int from, int to, GError **error)
{
    g_autofree char *buffer = g_malloc(COPY_BYTES);
    for (;;) {
        const ssize_t n_read = read(from, buffer, COPY_BYTES);
        if (n_read == 0) {
            return true;
        }
        if (n_read < 0 && errno != EINTR) {
            return fail("standard input", error);
        }
        if (n_read > 0 && !write_all(to, buffer, (size_t)n_read)) {
            return fail("a temporary file for standard input", error);
        }
    }
}

Spool *spool_new(int fd, GError **error)
{
    g_autoptr(Spool) spool = g_new0(Spool, 1);
    g_autofree char *name = NULL;
    spool->fd = g_file_open_tmp("waxseal-XXXXXX", &name, error);
    if (spool->fd < 0) {
        return NULL;
    }
    /* Nameless from the start: nothing is left behind, however the program ends. */
    g_unlink(name);
    spool->path = g_strdup_printf("/proc/self/fd/%d", spool->fd);
    return copy_all(fd, spool->fd, error) ? g_steal_pointer(&spool) : NULL;
}

void spool_free(Spool *spool)
{
    if (spool == NULL) {
        return;
    }
    if (spool->fd >= 0) {
        close(spool->fd);
    }
    g_free(spool->path);
    g_free(spool);
}

const char *spool_path(const Spool *spool)
{
    return spool->path;
}
