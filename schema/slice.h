/* slice.h - a borrowed run of bytes: pointer and length, never NUL-terminated by assumption.
 *
 * Raw mail is only ever handled through slices; nobody edits what a slice points to.
 *
 * Memory: a slice owns nothing; the header that hands one out says what it borrows from.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "schema/banned.h"

typedef struct {
    const char *ptr; /* may be NULL only when len is 0 */
    size_t len;
} Slice;

#define SLICE_EMPTY ((Slice){NULL, 0})

/* A slice of a string literal, without its NUL. */
#define SLICE_LITERAL(text) ((Slice){(text), sizeof(text) - 1})

static inline Slice slice_of(const char *ptr, size_t len)
{
    return (Slice){ptr, len};
}

/* A slice of a NUL-terminated string; NULL gives the empty slice. */
static inline Slice slice_of_string(const char *string)
{
    return (Slice){string, string == NULL ? 0 : strlen(string)};
}

static inline bool slice_equal(Slice a, Slice b)
{
    return a.len == b.len &&
           (a.len == 0 || (a.ptr[0] == b.ptr[0] && memcmp(a.ptr, b.ptr, a.len) == 0));
}

/* As memcmp; of two that begin alike the shorter is less. */
static inline int slice_compare(Slice a, Slice b)
{
    const size_t n_both = a.len < b.len ? a.len : b.len;
    const int order = n_both == 0 ? 0 : memcmp(a.ptr, b.ptr, n_both);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* A letter in lower case, and every other byte as it is. */
static inline char slice_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* ASCII case is ignored; every other byte must be the same. */
static inline bool slice_equal_nocase(Slice a, Slice b)
{
    if (a.len != b.len || slice_equal(a, b)) {
        return a.len == b.len;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (slice_lower(a.ptr[i]) != slice_lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

static inline bool slice_starts_with(Slice text, Slice prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

/* The rest of `text` from byte `at`, which must not lie beyond its end. */
static inline Slice slice_from(Slice text, size_t at)
{
    g_assert(at <= text.len);
    return (Slice){at == 0 ? text.ptr : text.ptr + at, text.len - at};
}

/* Takes the next line off `rest`, which must not be empty. Returns: the line without its LF or
 * CRLF. */
static inline Slice slice_take_line(Slice *rest)
{
    const char *end = (const char *)memchr(rest->ptr, '\n', rest->len);
    const size_t length = end == NULL ? rest->len : (size_t)(end - rest->ptr);
    Slice line = slice_of(rest->ptr, length);
    *rest = slice_from(*rest, end == NULL ? length : length + 1);
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

/* A NUL-terminated copy. Returns: (transfer full), free with g_free. */
static inline char *slice_dup(Slice text)
{
    return g_strndup(text.len == 0 ? "" : text.ptr, text.len);
}
