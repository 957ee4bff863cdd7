/* SPDX-License-Identifier: MIT */
#include "query/snippet.h"

#define ELLIPSIS "…"

void snippet_init(Snippet *snippet)
{
    *snippet = (Snippet){.text = g_string_new(NULL),
                         .hits = g_array_new(false, false, sizeof(TextHit))};
}

void snippet_clear(Snippet *snippet)
{
    if (snippet->text != NULL) {
        g_string_free(snippet->text, true);
    }
    g_clear_pointer(&snippet->hits, g_array_unref);
    *snippet = (Snippet){0};
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f' ||
           byte == '\v' || byte == '\0';
}

/* The start of the piece: at most SNIPPET_LEAD before the hit, after a space if there is one.
 */
static size_t piece_start(Slice text, size_t hit)
{
    if (hit <= SNIPPET_LEAD) {
        return 0;
    }
    size_t start = hit - SNIPPET_LEAD;
    for (size_t at = start; at < hit; at++) {
        if (is_blank(text.ptr[at])) {
            return at;
        }
    }
    while (start < hit && is_continuation(text.ptr[start])) {
        start++;
    }
    return start;
}

static size_t piece_end(Slice text, size_t start)
{
    if (text.len - start <= SNIPPET_BYTES) {
        return text.len;
    }
    size_t end = start + SNIPPET_BYTES;
    while (end > start && is_continuation(text.ptr[end])) {
        end--;
    }
    return end;
}

/* Copies the piece with its white space folded, and moves the hits along. */
static void copy_piece(Slice piece, const GArray *hits, Snippet *snippet)
{
    guint next = 0;
    bool is_inside = false;
    TextHit moved = {0, 0};
    for (size_t at = 0; at <= piece.len; at++) {
        const TextHit *hit = next < hits->len ? &g_array_index(hits, TextHit, next) : NULL;
        if (is_inside && at == hit->end) {
            moved.end = snippet->text->len;
            g_array_append_val(snippet->hits, moved);
            is_inside = false;
            next++;
            hit = next < hits->len ? &g_array_index(hits, TextHit, next) : NULL;
        }
        if (at == piece.len) {
            return;
        }
        bool blank = is_blank(piece.ptr[at]);
        if (!blank || at == 0 || !is_blank(piece.ptr[at - 1])) {
            if (hit != NULL && !is_inside && at == hit->start) {
                moved.start = snippet->text->len;
                is_inside = true;
            }
            g_string_append_c(snippet->text, blank ? ' ' : piece.ptr[at]);
        }
    }
}

/* Hits come by their ends; those that overlap the one before are dropped. */
static GArray *without_overlaps(GArray *hits)
{
    GArray *kept = g_array_new(false, false, sizeof(TextHit));
    size_t end = 0;
    for (guint i = 0; i < hits->len; i++) {
        TextHit hit = g_array_index(hits, TextHit, i);
        if (hit.start >= end && hit.end > hit.start) {
            g_array_append_val(kept, hit);
            end = hit.end;
        }
    }
    return kept;
}

void snippet_make(TextMatcher *matcher, Slice text, Snippet *ret_snippet)
{
    g_string_truncate(ret_snippet->text, 0);
    g_array_set_size(ret_snippet->hits, 0);
    Slice scanned = text;
    if (scanned.len > SNIPPET_SCAN_BYTES) {
        scanned.len = SNIPPET_SCAN_BYTES;
        while (scanned.len > 0 && is_continuation(text.ptr[scanned.len])) {
            scanned.len--;
        }
    }
    TextHit first = {0, 0};
    ret_snippet->is_hit = text_matcher_first(matcher, scanned, &first);
    size_t start = piece_start(scanned, first.start);
    size_t end = piece_end(text, start);
    bool is_cut_before = start > 0;
    bool is_cut_after = end < text.len;
    while (start < end && is_blank(text.ptr[start])) {
        start++;
    }
    while (end > start && is_blank(text.ptr[end - 1])) {
        end--;
    }
    Slice piece = slice_of(text.ptr + start, end - start);
    g_autoptr(GArray) all = text_matcher_all(matcher, piece);
    g_autoptr(GArray) hits = without_overlaps(all);
    if (is_cut_before) {
        g_string_append(ret_snippet->text, ELLIPSIS);
    }
    copy_piece(piece, hits, ret_snippet);
    if (is_cut_after) {
        g_string_append(ret_snippet->text, ELLIPSIS);
    }
}
