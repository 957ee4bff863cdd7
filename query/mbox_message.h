/* mbox_message.h - one message in the mboxrd dialect, so that it can be cut out again.
 *
 * What waxseal-index reads from an mbox that is written so has the same bytes (docs/sources.md
 * has its rules), except for messages that no mbox can hold; those are told.
 */
#pragma once

#include "schema/slice.h"

/* Appends the From_ line, the message with its "From " lines quoted, and the blank line.
 * `sender` is an address from mail, or empty; `date` Unix time, 0 when there is none.
 * Returns: NULL; or why an mbox would not keep the bytes of the message (constant words), and
 * then nothing is appended. */
const char *mbox_message_append(GString *out, Slice message, Slice sender, int64_t date);
