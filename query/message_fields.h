/* message_fields.h - all header fields of a message, decoded, one a line, by a confined child.
 *
 * Errors: CONFINED_ERROR.
 */
#pragma once

#include "schema/slice.h"

/* Top to bottom as they stand: "Name: value", unfolded, encoded words decoded (RFC 2047).
 * Returns: (transfer full) UTF-8 text; NULL with `error`. */
GBytes *message_fields_read(GBytes *message, GError **error);
