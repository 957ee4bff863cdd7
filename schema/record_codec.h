/* record_codec.h - a MailRecord as one flat run of bytes, from a worker process to the writer.
 *
 * The format is private to one run of the program: host byte order, no version, never stored.
 * The reader trusts nothing: a worker that was taken over can send anything. Lengths are
 * checked against what is there, enums against their range, text against UTF-8.
 *
 * Memory: a decoded record borrows the flat bytes; they must outlive it.
 * Errors: bool. Limits: RECORD_LIST_MAX entries of each list.
 */
#pragma once

#include "schema/record.h"

/* More addresses, attachments or signatures than the workers ever send. */
#define RECORD_LIST_MAX 100000

/* Writes `record` to `out`. Returns: bytes written, 0 when `capacity` is too small. */
size_t record_encode(const MailRecord *record, char *out, size_t capacity);

/* Reads what record_encode wrote into `record`, which was cleared. With `trusted` the text is
 * not checked again: for bytes that were decoded untrusted before. Returns: false when the
 * bytes are no record; `record` is then undefined but can be cleared. */
bool record_decode(Slice flat, bool trusted, MailRecord *record);

/* The same, trusted, for what is searched: no signatures, ARC sets, claims and problems. */
bool record_decode_searched(Slice flat, MailRecord *record);

/* Whether `text` is UTF-8 (RFC 3629) without NUL. Fast on ASCII. */
bool record_text_is_valid(Slice text);
