/* signature_text.h - what a signature proves, in words for a person who knows no DKIM.
 *
 * Text from mail is made safe on its way; nothing here is more than the archive says.
 */
#pragma once

#include "query/message_view.h"

/* What the signature says of the message, in one to three sentences: "The domain firm.example
 * signed this message on 2016-03-02. What was signed is unchanged." */
void signature_text_claim(const ViewSignature *signature, GString *out);

/* Two lines: the claim with the result, then what it rests on and what it leaves open. */
void signature_text_brief(const ViewSignature *signature, guint number, GString *out);

/* The distinct names of h=, in its order: "From, To, Subject". */
void signature_text_fields(const char *signed_fields, GString *out);
