/* SPDX-License-Identifier: MIT */
#include "schema/thread_ids.h"

/* A shorter id without "@" is a word that many mailers may have written. */
#define BARE_ID_BYTES_MIN 8

bool thread_id_is_good(Slice id)
{
    const char *at = id.len == 0 ? NULL : memchr(id.ptr, '@', id.len);
    if (at != NULL) {
        return at != id.ptr;
    }
    for (size_t i = 0; i < id.len && id.len >= BARE_ID_BYTES_MIN; i++) {
        if (g_ascii_isdigit(id.ptr[i])) {
            return true;
        }
    }
    return false;
}

/* Takes the last id off `rest`, which must not be empty. */
static Slice take_last(Slice *rest)
{
    const char *space = memrchr(rest->ptr, ' ', rest->len);
    const size_t begin = space == NULL ? 0 : (size_t)(space + 1 - rest->ptr);
    const Slice id = slice_from(*rest, begin);
    rest->len = begin == 0 ? 0 : begin - 1;
    return id;
}

/* Takes the first id off `rest`, which must not be empty. */
static Slice take_first(Slice *rest)
{
    const char *space = memchr(rest->ptr, ' ', rest->len);
    const size_t length = space == NULL ? rest->len : (size_t)(space - rest->ptr);
    const Slice id = slice_of(rest->ptr, length);
    *rest = slice_from(*rest, MIN(length + 1, rest->len));
    return id;
}

static void reverse(Slice *ids, size_t n_ids)
{
    for (size_t i = 0; i < n_ids / 2; i++) {
        const Slice kept = ids[i];
        ids[i] = ids[n_ids - 1 - i];
        ids[n_ids - 1 - i] = kept;
    }
}

/* Appends good ids from one end of `rest` until there are `n_max` of them. */
static size_t take_good(Slice *rest, Slice (*take)(Slice *), size_t n_max, Slice *ids)
{
    size_t n_ids = 0;
    while (rest->len > 0 && n_ids < n_max) {
        const Slice id = take(rest);
        if (thread_id_is_good(id)) {
            ids[n_ids++] = id;
        }
    }
    return n_ids;
}

void thread_ids_collect(Slice references, Slice in_reply_to, ThreadIds *ret_ids)
{
    ret_ids->n_replies = take_good(&in_reply_to, take_first, THREAD_REPLIES_MAX, ret_ids->ids);
    reverse(ret_ids->ids, ret_ids->n_replies);
    Slice *ids = ret_ids->ids + ret_ids->n_replies;
    size_t n_ids = take_good(&references, take_last, THREAD_REFERENCES_MAX - 1, ids);
    n_ids += take_good(&references, take_first, 1, ids + n_ids);
    reverse(ids, n_ids);
    ret_ids->n_ids = ret_ids->n_replies + n_ids;
}
