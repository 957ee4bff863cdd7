/* utf8_text.h - the edge where bytes become valid UTF-8 without NUL.
 *
 * Does not know charsets (charset.h) or headers; looks at bytes only. Everything is linear.
 *
 * Memory: results are appended to the caller's string.
 */
#pragma once

#include "schema/slice.h"

/* What a run of bytes looks like as UTF-8. */
typedef struct {
    size_t sequences; /* well-formed characters above U+007F */
    size_t bad;       /* bytes that belong to no well-formed character */
} Utf8Census;

/* The length of the leading bytes that are ASCII. */
size_t utf8_text_ascii_length(Slice bytes);

/* Counts characters above U+007F and bad bytes. */
Utf8Census utf8_text_census(Slice bytes);

/* Appends `bytes`; what is not well-formed becomes U+FFFD, one a byte; NUL becomes a space. */
void utf8_text_append(GString *out, Slice bytes);

/* Appends one character; NUL, surrogates and what lies above U+10FFFF become U+FFFD. */
void utf8_text_append_char(GString *out, uint32_t character);

/* Makes one line of what `out` holds from byte `from` on, which is valid UTF-8: control
 * characters and line ends become spaces, runs of them one space, none at either end. */
void utf8_text_make_line(GString *out, size_t from);

/* Cuts `text`, valid UTF-8, to at most `limit` bytes between two characters. */
Slice utf8_text_cut(Slice text, size_t limit);
