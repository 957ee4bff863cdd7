/* SPDX-License-Identifier: MIT */
#include <sys/mman.h>
#include <unistd.h>

#include "schema/byte_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A stream ends or has an error, and gives the same bytes however they are asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char at_once[1 << 20];
    static char in_pieces[1 << 20];
    const int fd = memfd_create("stream", MFD_CLOEXEC);
    g_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autoptr(ByteStream) first = byte_stream_open(path, NULL);
    g_autoptr(ByteStream) second = byte_stream_open(path, NULL);
    const gssize length = byte_stream_read(first, at_once, sizeof at_once, NULL);
    gssize n_read = 1;
    gssize at = 0;
    for (size_t step = 1; n_read > 0 && at < length; step = step * 2 % 4093) {
        n_read =
            byte_stream_read(second, in_pieces + at, MIN(step, (size_t)(length - at)), NULL);
        at += MAX(n_read, 0);
    }
    g_assert(length < 0 || (at == length && memcmp(at_once, in_pieces, (size_t)at) == 0));
    g_assert(byte_stream_stored_position(first) <= size);
    close(fd);
    return 0;
}
