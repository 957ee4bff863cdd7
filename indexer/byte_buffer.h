/* byte_buffer.h - bytes that are appended to, inline: GByteArray takes a call and three tests
 * for each varint of an index.
 *
 * Memory: a zeroed ByteBuffer is empty; byte_buffer_clear frees it. Errors: none; it aborts
 * for want of memory, as GLib does. Threads: one at a time.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    uint8_t *data;
    size_t length;
    size_t size; /* of the allocation */
} ByteBuffer;

static inline void byte_buffer_clear(ByteBuffer *buffer)
{
    g_free(buffer->data);
    *buffer = (ByteBuffer){0};
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ByteBuffer, byte_buffer_clear)

static G_GNUC_NO_INLINE G_GNUC_UNUSED void byte_buffer_grow(ByteBuffer *buffer, size_t n_more)
{
    buffer->size = MAX(2 * buffer->size, buffer->length + n_more);
    buffer->data = (uint8_t *)g_realloc(buffer->data, buffer->size);
}

/* Makes room for `n_more` bytes. Returns: where they go; add what was written to `length`. */
static inline uint8_t *byte_buffer_reserve(ByteBuffer *buffer, size_t n_more)
{
    if (buffer->size - buffer->length < n_more) {
        byte_buffer_grow(buffer, n_more);
    }
    return buffer->data + buffer->length;
}

static inline void byte_buffer_append(ByteBuffer *buffer, Slice bytes)
{
    if (bytes.len > 0) {
        memcpy(byte_buffer_reserve(buffer, bytes.len), bytes.ptr, bytes.len);
        buffer->length += bytes.len;
    }
}

static inline void byte_buffer_set(ByteBuffer *buffer, Slice bytes)
{
    buffer->length = 0;
    byte_buffer_append(buffer, bytes);
}

/* Borrowed until the buffer changes. */
static inline Slice byte_buffer_slice(const ByteBuffer *buffer)
{
    return slice_of((const char *)buffer->data, buffer->length);
}
