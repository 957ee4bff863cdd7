/* mbox_separator.h - what a From_ line looks like, and what a header field looks like.
 *
 * RFC 4155 appendix A, and what mail programs really write: a sender with spaces or none at
 * all, a time zone before or after the year, "remote from", Thunderbird's "From - ". A line in
 * a body that only begins with "From " is none.
 *
 * Memory: none. All functions are linear in the line and look at no more than LINE_LOOK_MAX
 * bytes.
 */
#pragma once

#include "schema/slice.h"

/* From_ lines are short; nothing beyond is looked at, and a longer line is none. */
#define LINE_LOOK_MAX 1000

/* Whether a line (without its end) is a From_ line: "From ", then a weekday or month name, a
 * time and a year. */
bool mbox_separator_is_from_line(Slice line);

/* Whether a line begins like a header field: a name, perhaps white space, a colon
 * (RFC 5322 section 2.2). */
bool mbox_separator_is_field_line(Slice line);

/* The first line of `text` without its end. */
Slice mbox_separator_first_line(Slice text);

/* The text behind a byte order mark and lines of white space, with which editors begin files;
 * the mails that Gmail shows as "original" begin with a line of 255 spaces. */
Slice mbox_separator_skip_lead(Slice text);
