/* SPDX-License-Identifier: MIT */
#include "schema/message_ids.h"

#include "schema/utf8_text.h"

/* A walk over the ids of one field. */
typedef struct {
    Slice rest;
} IdWalk;

static bool is_space(char byte)
{
    return (uint8_t)byte <= ' ' || byte == 0x7F;
}

/* The next "<...>". A second "<" before the ">" ends an id that was cut. */
static bool next_bracketed(IdWalk *walk, Slice *ret_id)
{
    const char *open = walk->rest.len == 0 ? NULL : memchr(walk->rest.ptr, '<', walk->rest.len);
    if (open == NULL) {
        return false;
    }
    const char *end = walk->rest.ptr + walk->rest.len;
    const char *p = open + 1;
    while (p < end && *p != '<' && *p != '>') {
        p++;
    }
    walk->rest = slice_of(p, (size_t)(end - p));
    *ret_id = slice_of(open + 1, (size_t)(p - open - 1));
    return true;
}

/* The next word with an "@", for fields without any "<". */
static bool next_bare(IdWalk *walk, Slice *ret_id)
{
    while (walk->rest.len > 0) {
        const Slice text = walk->rest;
        size_t begin = 0;
        while (begin < text.len && (is_space(text.ptr[begin]) || text.ptr[begin] == ',')) {
            begin++;
        }
        size_t end = begin;
        while (end < text.len && !is_space(text.ptr[end]) && text.ptr[end] != ',') {
            end++;
        }
        walk->rest = slice_from(text, end);
        const Slice word = slice_of(text.ptr + begin, end - begin);
        if (word.len > 0 && memchr(word.ptr, '@', word.len) != NULL) {
            *ret_id = word;
            return true;
        }
    }
    return false;
}

static bool next_id(IdWalk *walk, bool is_bracketed, Slice *ret_id)
{
    return is_bracketed ? next_bracketed(walk, ret_id) : next_bare(walk, ret_id);
}

/* White space inside an id comes from folding, or from a mailer that is beyond help. */
static void append_id(Slice id, GString *out)
{
    char plain[MESSAGE_ID_BYTES_MAX];
    size_t length = 0;
    for (size_t i = 0; i < id.len && length < sizeof plain; i++) {
        if (!is_space(id.ptr[i])) {
            plain[length++] = id.ptr[i];
        }
    }
    if (length > 0) {
        if (out->len > 0) {
            g_string_append_c(out, ' ');
        }
        utf8_text_append(out, slice_of(plain, length));
    }
}

/* A field that is one word is an id, even without "@". */
static bool only_word(Slice value, Slice *ret_id)
{
    size_t begin = 0;
    while (begin < value.len && is_space(value.ptr[begin])) {
        begin++;
    }
    size_t end = begin;
    while (end < value.len && !is_space(value.ptr[end])) {
        end++;
    }
    *ret_id = slice_of(value.ptr + begin, end - begin);
    while (end < value.len && is_space(value.ptr[end])) {
        end++;
    }
    return ret_id->len > 0 && end == value.len;
}

void message_ids_append(Slice value, size_t n_max, GString *out)
{
    const bool is_bracketed = value.len > 0 && memchr(value.ptr, '<', value.len) != NULL;
    size_t n_ids = 0;
    Slice id;
    for (IdWalk walk = {value}; next_id(&walk, is_bracketed, &id);) {
        n_ids++;
    }
    if (n_ids == 0 && value.len > 0 && only_word(value, &id)) {
        append_id(id, out);
    }
    /* The first names the thread, the last the parent. */
    const size_t n_skipped = n_ids > n_max ? n_ids - n_max : 0;
    size_t i = 0;
    for (IdWalk walk = {value}; next_id(&walk, is_bracketed, &id); i++) {
        if (i == 0 || i > n_skipped) {
            append_id(id, out);
        }
    }
}
