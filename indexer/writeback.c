/* SPDX-License-Identifier: MIT */
#include "indexer/writeback.h"

#include <fcntl.h>
#include <stdbool.h>

struct Writeback {
    int fd;
    GThread *thread;
    GMutex lock; /* of what follows */
    GCond asked;
    bool is_wanted;
    bool is_ending;
};

static gpointer run_thread(gpointer data)
{
    Writeback *writeback = data;
    g_mutex_lock(&writeback->lock);
    while (!writeback->is_ending) {
        if (!writeback->is_wanted) {
            g_cond_wait(&writeback->asked, &writeback->lock);
            continue;
        }
        writeback->is_wanted = false;
        g_mutex_unlock(&writeback->lock);
        sync_file_range(writeback->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
        g_mutex_lock(&writeback->lock);
    }
    g_mutex_unlock(&writeback->lock);
    return NULL;
}

Writeback *writeback_new(int fd)
{
    Writeback *writeback = g_new0(Writeback, 1);
    writeback->fd = fd;
    g_mutex_init(&writeback->lock);
    g_cond_init(&writeback->asked);
    writeback->thread = g_thread_new("writeback", run_thread, writeback);
    return writeback;
}

static void tell(Writeback *writeback, bool *what)
{
    g_mutex_lock(&writeback->lock);
    *what = true;
    g_cond_signal(&writeback->asked);
    g_mutex_unlock(&writeback->lock);
}

void writeback_free(Writeback *writeback)
{
    if (writeback == NULL) {
        return;
    }
    tell(writeback, &writeback->is_ending);
    g_thread_join(writeback->thread);
    g_cond_clear(&writeback->asked);
    g_mutex_clear(&writeback->lock);
    g_free(writeback);
}

void writeback_start(Writeback *writeback)
{
    tell(writeback, &writeback->is_wanted);
}
