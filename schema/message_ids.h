/* message_ids.h - the message ids of Message-ID, In-Reply-To and References.
 *
 * Reads RFC 5322 section 3.6.4 as mail has it: phrases and comments around ids, ids without
 * < >, ids of one word without "@", ids cut by folding.
 *
 * Memory: results are appended to the caller's string.
 * Limits: MESSAGE_ID_BYTES_MAX bytes of one id, and what the caller says of all.
 */
#pragma once

#include "schema/slice.h"

/* RFC 5322 lines have at most 998 bytes. */
#define MESSAGE_ID_BYTES_MAX 998

/* Appends the ids of `value` without < >, valid UTF-8 without white space, separated by one
 * space. At most `n_max` ids: where there are more, the first and the last ones, which thread
 * building needs most. */
void message_ids_append(Slice value, size_t n_max, GString *out);
