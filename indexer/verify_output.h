/* verify_output.h - the forms in which --verify-only prints a message.
 *
 * JSON: one object a message, `"schema": 1`. Text: some lines for a person. Either is safe to
 * send to a terminal, whatever the mail holds.
 */
#pragma once

#include "indexer/verify.h"

/* One object and a newline. */
void verify_output_json(const VerifyMessage *message, GString *out);

/* A paragraph and a blank line. */
void verify_output_text(const VerifyMessage *message, GString *out);
