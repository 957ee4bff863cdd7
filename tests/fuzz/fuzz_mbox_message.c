/* SPDX-License-Identifier: MIT */
#include "query/mbox_message.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/source_collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void append(GString *mbox, GPtrArray *messages, const char *bytes, size_t length)
{
    if (mbox_message_append(mbox, slice_of(bytes, length), SLICE_LITERAL("a@b.example"), 0) ==
        NULL) {
        g_ptr_array_add(messages, g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                                              (const guchar *)bytes, length));
    }
}

/* Messages separated by NUL bytes, written into an mbox that begins and ends with an ordinary
 * one: the indexer's reader finds them all again, byte for byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char ordinary[] = "Subject: x\n\nFrom x\n>From y\n";
    g_autoptr(GString) mbox = g_string_new(NULL);
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    append(mbox, messages, ordinary, strlen(ordinary));
    for (size_t from = 0, to = 0; from < size; from = to + 1) {
        const uint8_t *end = memchr(data + from, 0, size - from);
        to = end == NULL ? size : (size_t)(end - data);
        append(mbox, messages, (const char *)data + from, to - from);
    }
    append(mbox, messages, ordinary, strlen(ordinary));
    const int fd = memfd_create("mbox", MFD_CLOEXEC);
    g_assert(fd >= 0 && write(fd, mbox->str, mbox->len) == (ssize_t)mbox->len);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autoptr(GPtrArray) spans =
        source_collect(path, "file", SOURCE_MESSAGE_MAX, 0, NULL, NULL);
    g_assert(spans->len == messages->len);
    for (guint i = 0; i < spans->len; i++) {
        const CollectedSpan *span = g_ptr_array_index(spans, i);
        g_assert(g_strcmp0(span->sha256, g_ptr_array_index(messages, i)) == 0);
    }
    close(fd);
    return 0;
}
