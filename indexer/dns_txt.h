/* dns_txt.h - the RDATA of a TXT record as one text.
 *
 * RFC 1035 section 3.3.14: one or more strings of up to 255 bytes, each behind its length.
 * RFC 6376 section 3.6.2.2: they are joined without anything between. Whoever owns a domain
 * chooses the bytes: what is not UTF-8 becomes U+FFFD, NUL a space.
 *
 * Memory: the caller's string. Limits: DNS_TXT_BYTES_MAX.
 */
#pragma once

#include <glib.h>

#include "schema/slice.h"

/* The record of an RSA key of KEY_BITS_MAX has 2,900 bytes; the rest is for notes. */
#define DNS_TXT_BYTES_MAX 4096

typedef enum {
    DNS_TXT_OK,
    DNS_TXT_BROKEN,  /* the strings do not fill the RDATA, or there are none */
    DNS_TXT_TOO_LONG /* for a key */
} DnsTxtStatus;

/* Appends the text of the record to `text`, only with DNS_TXT_OK. */
DnsTxtStatus dns_txt_read(Slice rdata, GString *text);
