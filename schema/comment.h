/* comment.h - comments in structured header fields (RFC 5322 3.2.2).
 */
#pragma once

#include "schema/slice.h"

/* The length of the comment that `text` begins with, inner ones and both parentheses included;
 * 0 when it does not end. */
static inline size_t comment_length(Slice text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\') {
            i++;
        } else if (text.ptr[i] == '(') {
            depth++;
        } else if (text.ptr[i] == ')' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}
