/* SPDX-License-Identifier: MIT */
#include "indexer/flowed.h"

/* One line, taken apart (RFC 3676 4.1). */
typedef struct {
    size_t quote_depth;
    Slice text; /* without quote marks, stuffing and line end */
    bool is_flowed;
} FlowedLine;

static FlowedLine take_line(Slice *rest)
{
    FlowedLine line = {0};
    const char *feed = memchr(rest->ptr, '\n', rest->len);
    const size_t length = feed == NULL ? rest->len : (size_t)(feed - rest->ptr);
    Slice text = slice_of(rest->ptr, length);
    *rest = slice_from(*rest, feed == NULL ? length : length + 1);
    if (text.len > 0 && text.ptr[text.len - 1] == '\r') {
        text.len--;
    }
    while (line.quote_depth < text.len && text.ptr[line.quote_depth] == '>') {
        line.quote_depth++;
    }
    text = slice_from(text, line.quote_depth);
    if (text.len > 0 && text.ptr[0] == ' ') {
        text = slice_from(text, 1);
    }
    /* A signature mark is fixed though it ends in a space (RFC 3676 4.3). */
    line.is_flowed = text.len > 0 && text.ptr[text.len - 1] == ' ' &&
                     !slice_equal(text, SLICE_LITERAL("-- "));
    line.text = text;
    return line;
}

static void begin_paragraph(GString *out, size_t quote_depth)
{
    for (size_t i = 0; i < quote_depth; i++) {
        g_string_append_c(out, '>');
    }
    if (quote_depth > 0) {
        g_string_append_c(out, ' ');
    }
}

void flowed_append(Slice text, bool delsp, GString *out)
{
    bool in_paragraph = false;
    size_t quote_depth = 0;
    while (text.len > 0) {
        const FlowedLine line = take_line(&text);
        const bool is_signature = slice_equal(line.text, SLICE_LITERAL("-- "));
        if (in_paragraph && (line.quote_depth != quote_depth || is_signature)) {
            g_string_append_c(out, '\n');
            in_paragraph = false;
        }
        if (!in_paragraph) {
            begin_paragraph(out, line.quote_depth);
        }
        const size_t dropped = line.is_flowed && delsp ? 1 : 0;
        g_string_append_len(out, line.text.ptr, (gssize)(line.text.len - dropped));
        if (!line.is_flowed) {
            g_string_append_c(out, '\n');
        }
        in_paragraph = line.is_flowed;
        quote_depth = line.quote_depth;
    }
    if (in_paragraph) {
        g_string_append_c(out, '\n');
    }
}
