/* SPDX-License-Identifier: MIT */
#include "indexer/writeback.h"

#include <fcntl.h>
#include <unistd.h>

struct Writeback {
    int fd; /* -1 without */
};

Writeback *writeback_new(const char *path)
{
    Writeback *writeback = g_new0(Writeback, 1);
    writeback->fd =
        path == NULL || *path == '\0' ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return writeback;
}

void writeback_free(Writeback *writeback)
{
    if (writeback == NULL) {
        return;
    }
    if (writeback->fd >= 0) {
        close(writeback->fd);
    }
    g_free(writeback);
}

void writeback_start(const Writeback *writeback)
{
    if (writeback->fd >= 0) {
        sync_file_range(writeback->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
}
