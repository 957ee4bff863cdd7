/* claims.h - what the fields of a message claim that others have checked.
 *
 * Authentication-Results and Received-SPF, as text: nothing of it is believed, and no verdict
 * looks at it (DESIGN, "Evidence, not a badge").
 *
 * Memory: results are kept in the record's arena.
 * Errors: none; beyond a limit the problem too-many-claims.
 * Limits: CLAIM_FIELDS_MAX fields and CLAIMS_MAX claims of a message, CLAIM_FIELD_BYTES_MAX of
 * a field, CLAIM_TEXT_MAX of a reason or of properties, CLAIM_WORD_MAX of what is a word.
 */
#pragma once

#include "schema/raw_message.h"
#include "schema/record.h"

/* Mail that passed many servers has some 10 fields with some 40 claims. */
#define CLAIM_FIELDS_MAX 100
#define CLAIMS_MAX       500

#define CLAIM_FIELD_BYTES_MAX ((size_t)64 << 10)
#define CLAIM_TEXT_MAX        ((size_t)2 << 10)
#define CLAIM_WORD_MAX        ((size_t)256)

/* Sets record->claims, top to bottom. */
void claims_read(const RawMessage *message, MailRecord *record);
