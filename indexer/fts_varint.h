/* fts_varint.h - SQLite's variable-length integers, written.
 *
 * Seven bits a byte, the highest first; the highest bit of a byte says that more follow; the
 * ninth byte carries eight bits (sqlite.org/fileformat2.html, section 1.6).
 */
#pragma once

#include "indexer/byte_buffer.h"

#define FTS_VARINT_BYTES_MAX 9

static G_GNUC_NO_INLINE size_t fts_varint_put_long(uint8_t *out, uint64_t value)
{
    uint8_t bytes[FTS_VARINT_BYTES_MAX];
    size_t at = sizeof(bytes);
    if (value >> 56 != 0) {
        bytes[--at] = (uint8_t)value;
        value >>= 8;
        while (at > 0) {
            bytes[--at] = (uint8_t)(value | 0x80);
            value >>= 7;
        }
    } else {
        bytes[--at] = (uint8_t)(value & 0x7F);
        while ((value >>= 7) != 0) {
            bytes[--at] = (uint8_t)(value | 0x80);
        }
    }
    for (size_t i = at; i < sizeof(bytes); i++) {
        out[i - at] = bytes[i];
    }
    return sizeof(bytes) - at;
}

/* Writes `value` to `out`, which has room for FTS_VARINT_BYTES_MAX. Returns: the bytes written.
 */
static inline size_t fts_varint_put(uint8_t *out, uint64_t value)
{
    if (value < 0x80) {
        out[0] = (uint8_t)value;
        return 1;
    }
    if (value < 0x4000) {
        out[0] = (uint8_t)(value >> 7 | 0x80);
        out[1] = (uint8_t)(value & 0x7F);
        return 2;
    }
    if (value < 0x200000) {
        out[0] = (uint8_t)(value >> 14 | 0x80);
        out[1] = (uint8_t)(value >> 7 | 0x80);
        out[2] = (uint8_t)(value & 0x7F);
        return 3;
    }
    return fts_varint_put_long(out, value);
}

static G_GNUC_NO_INLINE size_t fts_varint_get_long(const uint8_t *bytes, size_t n_bytes,
                                                   uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n_bytes && i < FTS_VARINT_BYTES_MAX; i++) {
        const bool is_last = i == FTS_VARINT_BYTES_MAX - 1;
        value = is_last ? value << 8 | bytes[i] : value << 7 | (bytes[i] & 0x7F);
        if (is_last || (bytes[i] & 0x80) == 0) {
            *ret_value = value;
            return i + 1;
        }
    }
    return 0;
}

/* Reads a varint of at most `n_bytes` bytes. Returns: its length, 0 when it does not end. */
static inline size_t fts_varint_get(const uint8_t *bytes, size_t n_bytes, uint64_t *ret_value)
{
    if (n_bytes > 0 && bytes[0] < 0x80) {
        *ret_value = bytes[0];
        return 1;
    }
    if (n_bytes > 1 && bytes[1] < 0x80) {
        *ret_value = (uint64_t)(bytes[0] & 0x7F) << 7 | bytes[1];
        return 2;
    }
    if (n_bytes > 2 && bytes[2] < 0x80) {
        *ret_value =
            (uint64_t)(bytes[0] & 0x7F) << 14 | (uint64_t)(bytes[1] & 0x7F) << 7 | bytes[2];
        return 3;
    }
    return fts_varint_get_long(bytes, n_bytes, ret_value);
}

static inline void fts_varint_append(ByteBuffer *out, uint64_t value)
{
    out->length += fts_varint_put(byte_buffer_reserve(out, FTS_VARINT_BYTES_MAX), value);
}
