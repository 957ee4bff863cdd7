/* flowed.h - text of format=flowed to paragraphs (RFC 3676).
 *
 * Memory: results are appended to the caller's string. Linear.
 */
#pragma once

#include "schema/slice.h"

/* Appends `text`, UTF-8 with LF or CRLF line ends: lines that end in a space are joined with
 * the next one of the same quote depth, space-stuffing is undone, quote marks stay.
 * `delsp`: that space is not part of the text (RFC 3676 section 4.3). */
void flowed_append(Slice text, bool delsp, GString *out);
