/* uu_file.h - uuencoded files inside plain text, as mail had them before MIME.
 *
 * Finds where they begin and end; transfer_decoder decodes them.
 *
 * Memory: what is found borrows from the text. Linear.
 */
#pragma once

#include "schema/slice.h"

/* Finds the next uuencoded file in `text`. `ret_before` is the text before its "begin" line,
 * `ret_lines` what follows that line, `text` is moved behind its "end" line. Returns: false
 * when there is none. */
bool uu_file_next(Slice *text, Slice *ret_before, Slice *ret_name, Slice *ret_lines);
