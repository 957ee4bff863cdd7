/* dkim_record_text.h - tag values as the record wants them: valid UTF-8 in its own memory.
 *
 * Limits: DKIM_RECORD_TEXT_MAX bytes of a name; longer ones are cut.
 */
#pragma once

#include "schema/dkim_signature.h"
#include "schema/record.h"

/* Longer values are nobody's domain, selector or identity. */
#define DKIM_RECORD_TEXT_MAX ((size_t)1 << 10)

/* `text` up to `max` bytes. */
Slice dkim_record_text(MailRecord *record, Slice text, size_t max);

/* `text` in lower case. */
Slice dkim_record_lower(MailRecord *record, Slice text);

/* d= in lower case: A-labels where it is a domain name, else as written. */
Slice dkim_record_domain(MailRecord *record, const DkimSignature *signature);

/* h= without white space. */
Slice dkim_record_signed_fields(MailRecord *record, Slice text);

/* "relaxed/simple". Returns: a constant. */
Slice dkim_record_canonicalization(const DkimSignature *signature);
