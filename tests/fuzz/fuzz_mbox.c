/* SPDX-License-Identifier: MIT */
#include <sys/mman.h>
#include <unistd.h>

#include "tests/source_collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static GPtrArray *read_from(const char *path, size_t target, uint64_t resume_at)
{
    g_autoptr(GError) error = NULL;
    return source_collect(path, "file", target, resume_at, NULL, &error);
}

/* The spans tile the file (source_collect asserts it), however much is read at a time, and
 * reading goes on from any span's end as if it had not stopped. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *path = NULL;
    const int fd = memfd_create("mbox", MFD_CLOEXEC);
    g_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autoptr(GPtrArray) all = read_from(path, SOURCE_MESSAGE_MAX, 0);
    g_autoptr(GPtrArray) one_by_one = read_from(path, 1, 0);
    g_assert(all->len == one_by_one->len);
    for (guint i = 0; i < all->len; i++) {
        const SourceSpan *span = &((CollectedSpan *)g_ptr_array_index(all, i))->span;
        const SourceSpan *same = &((CollectedSpan *)g_ptr_array_index(one_by_one, i))->span;
        const uint64_t end = span->offset + span->length + span->separator_after;
        g_assert(span->kind == same->kind && span->length == same->length &&
                 span->quoting == same->quoting && span->problems == same->problems);
        g_autoptr(GPtrArray) rest = i % 8 == size % 8 ? read_from(path, 1, end) : NULL;
        g_assert(rest == NULL || rest->len + i + 1 == all->len);
        g_assert(i + 1 < all->len || end == size || data[0] == 0x1F);
    }
    close(fd);
    return 0;
}
