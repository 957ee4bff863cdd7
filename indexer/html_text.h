/* html_text.h - the text that a reader of an HTML mail sees.
 *
 * A state machine over the tokens of HTML, forgiving as browsers are: no tree, no charset, no
 * links followed. Left out: comments, script, style and the like, elements hidden by the
 * attribute `hidden` or by inline CSS (display:none, visibility:hidden, font-size:0). Blocks,
 * rows and list items begin lines, table cells are set apart, entities are decoded.
 *
 * Memory: results are appended to the caller's string. Linear, no nesting is followed.
 */
#pragma once

#include "schema/slice.h"

/* Appends the text of `html`, valid UTF-8; the result is valid UTF-8 without NUL. */
void html_text_append(Slice html, GString *out);
