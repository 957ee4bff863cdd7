/* mail_date.h - the dates of mail: Date, Received and mbox From_ lines, to Unix time.
 *
 * Reads RFC 5322 sections 3.3 and 4.3, RFC 850 and asctime forms, ISO 8601, and what else old
 * mailers wrote: two-digit years, named or broken zones, `1999/01/31`, no weekday, AM and PM.
 * A date that could mean two days (`05/06/2017`) is none. Nothing here asks the system for
 * its time zone.
 *
 * Limits: a date outside of 1971-01-01 to 2100-01-01 is implausible and so none; only the first
 * MAIL_DATE_BYTES_MAX bytes are looked at.
 */
#pragma once

#include "schema/slice.h"

/* A date with comments has under 100 bytes. */
#define MAIL_DATE_BYTES_MAX 1000

typedef struct {
    int64_t time;           /* Unix seconds, UTC */
    int32_t offset_minutes; /* of the zone, east is positive; 0 when it has none or a bad one */
} MailDate;

/* Reads the body of a Date field. Returns: false when it is no plausible date. */
bool mail_date_parse(Slice text, MailDate *ret_date);

/* Reads what follows the last ";" of a Received field (RFC 5321 section 4.4). */
bool mail_date_parse_received(Slice text, MailDate *ret_date);

/* Reads the date of a line "From address date" (RFC 4155). */
bool mail_date_parse_envelope(Slice line, MailDate *ret_date);
