/* dkim_base64.h - the base64 of DKIM tags: white space anywhere, padding optional.
 *
 * RFC 6376 section 2.10: base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS]
 * "=" ] ]. Stricter than GLib's decoder, which steps over anything. Not for MIME bodies.
 */
#pragma once

#include "schema/slice.h"

/* The most bytes that `text_len` bytes of base64 decode to. */
#define DKIM_BASE64_MAX(text_len) ((text_len) / 4 * 3 + 3)

/* Decodes `text` into `out`, which has room for DKIM_BASE64_MAX(text.len) bytes.
 * Returns: false when `text` is no base64; `*ret_len` is then untouched. */
bool dkim_base64_decode(Slice text, uint8_t *out, size_t *ret_len);
