/* snippet.h - the piece of a text that shows why it was found.
 *
 * Linear in the text, unlike FTS5's snippet(). The result is text from mail: whoever writes it
 * makes it safe for its medium.
 *
 * Limits: SNIPPET_SCAN_BYTES of a text are searched, SNIPPET_BYTES are kept.
 */
#pragma once

#include "query/text_match.h"

/* A hit further down is not looked for: the first page must come at once. */
#define SNIPPET_SCAN_BYTES ((size_t)1 << 20)

/* What is cut out, and how much of it stands before the hit. */
#define SNIPPET_BYTES ((size_t)280)
#define SNIPPET_LEAD  ((size_t)50)

typedef struct {
    GString *text; /* white space runs are one space; starts and ends with "…" when cut */
    GArray *hits;  /* TextHit in `text`, ascending, not overlapping */
    bool is_hit;   /* whether there is any; else this is the beginning of the text */
} Snippet;

void snippet_init(Snippet *snippet);
void snippet_clear(Snippet *snippet);

/* Cuts the piece around the first hit of `matcher` out of valid UTF-8. Without one, the
 * beginning. */
void snippet_make(TextMatcher *matcher, Slice text, Snippet *ret_snippet);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Snippet, snippet_clear)
