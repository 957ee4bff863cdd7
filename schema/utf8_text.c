/* SPDX-License-Identifier: MIT */
#include "schema/utf8_text.h"

#define WORD_HIGH_BITS UINT64_C(0x8080808080808080)

#define REPLACEMENT_CHARACTER "\xEF\xBF\xBD"

size_t utf8_text_ascii_length(Slice bytes)
{
    size_t at = 0;
    for (; bytes.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes.ptr + at, sizeof word);
        if ((word & WORD_HIGH_BITS) != 0) {
            break;
        }
    }
    while (at < bytes.len && (bytes.ptr[at] & 0x80) == 0) {
        at++;
    }
    return at;
}

static bool is_continuation(char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The length of the well-formed character at the begin of `text`, by the table of RFC 3629
 * section 4; 0 when there is none. */
static size_t character_length(Slice text)
{
    const uint8_t lead = (uint8_t)text.ptr[0];
    if (lead < 0x80) {
        return 1;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.len < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(text.ptr[i])) {
            return 0;
        }
    }
    const uint8_t second = (uint8_t)text.ptr[1];
    const bool is_overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool is_outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return is_overlong || is_outside ? 0 : length;
}

Utf8Census utf8_text_census(Slice bytes)
{
    Utf8Census census = {0};
    size_t at = 0;
    while (at < bytes.len) {
        at += utf8_text_ascii_length(slice_from(bytes, at));
        if (at == bytes.len) {
            break;
        }
        const size_t length = character_length(slice_from(bytes, at));
        census.sequences += length > 1;
        census.bad += length == 0;
        at += MAX(length, 1);
    }
    return census;
}

static void append_without_nul(GString *out, Slice ascii)
{
    const size_t from = out->len;
    g_string_append_len(out, ascii.ptr, (gssize)ascii.len);
    char *nul = memchr(out->str + from, '\0', ascii.len);
    while (nul != NULL) {
        *nul = ' ';
        nul = memchr(nul, '\0', (size_t)(out->str + out->len - nul));
    }
}

void utf8_text_append(GString *out, Slice bytes)
{
    size_t at = 0;
    while (at < bytes.len) {
        const Slice rest = slice_from(bytes, at);
        const size_t ascii = utf8_text_ascii_length(rest);
        if (ascii > 0) {
            append_without_nul(out, slice_of(rest.ptr, ascii));
            at += ascii;
            continue;
        }
        const size_t length = character_length(rest);
        if (length == 0) {
            g_string_append(out, REPLACEMENT_CHARACTER);
            at++;
        } else {
            g_string_append_len(out, rest.ptr, (gssize)length);
            at += length;
        }
    }
}

void utf8_text_append_char(GString *out, uint32_t character)
{
    const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (character == 0 || is_surrogate || character > 0x10FFFF) {
        g_string_append(out, REPLACEMENT_CHARACTER);
    } else {
        g_string_append_unichar(out, character);
    }
}

/* C0, DEL, space, and C1 as two bytes. Returns: the number of bytes, 0 for anything else. */
static size_t gap_length(Slice text)
{
    const uint8_t first = (uint8_t)text.ptr[0];
    if (first <= ' ' || first == 0x7F) {
        return 1;
    }
    return first == 0xC2 && text.len > 1 && (uint8_t)text.ptr[1] < 0xA0 ? 2 : 0;
}

void utf8_text_make_line(GString *out, size_t from)
{
    size_t to = from;
    size_t at = from;
    bool has_gap = false;
    while (at < out->len) {
        const size_t gap = gap_length(slice_of(out->str + at, out->len - at));
        if (gap > 0) {
            has_gap = to > from;
            at += gap;
            continue;
        }
        if (has_gap) {
            out->str[to++] = ' ';
            has_gap = false;
        }
        out->str[to++] = out->str[at++];
    }
    g_string_truncate(out, to);
}

Slice utf8_text_cut(Slice text, size_t limit)
{
    if (text.len <= limit) {
        return text;
    }
    while (limit > 0 && is_continuation(text.ptr[limit])) {
        limit--;
    }
    return slice_of(text.ptr, limit);
}
