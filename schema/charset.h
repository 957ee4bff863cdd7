/* charset.h - text in a declared charset, or in none, to UTF-8.
 *
 * Only charsets of a fixed list are ever opened: a name from a mail never reaches iconv, so
 * that no rare converter with a history of overflows can be reached from a mail. Each is opened
 * when the decoder is made, since a sandboxed process can no longer load converters; those too
 * that GMime may ask for. A charset that is not on the list, or that this machine does not
 * have, is the problem bad-charset.
 *
 * What is tried, in order: UTF-8 where the bytes are well-formed (a mail that says iso-8859-1
 * and sends UTF-8 is common, the opposite accident is next to impossible), the declared
 * charset, windows-1252. A byte that no charset explains becomes U+FFFD.
 *
 * Memory: results are appended to the caller's string.
 * Errors: none; bad-charset and charset-guessed are added to `problems`.
 * Threads: one decoder a thread.
 */
#pragma once

#include "schema/problem.h"
#include "schema/slice.h"

/* The longest name in IANA's registry has 45 characters. */
#define CHARSET_NAME_MAX 60

typedef struct CharsetDecoder CharsetDecoder;

/* Opens every charset of the list. Call it before a sandbox is entered.
 * Returns: (transfer full). */
CharsetDecoder *charset_decoder_new(void);

/* Accepts NULL. */
void charset_decoder_free(CharsetDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CharsetDecoder, charset_decoder_free)

/* Whether a declared name is on the list; case and punctuation are ignored. */
bool charset_is_known(Slice name);

/* Appends `bytes` as valid UTF-8 without NUL. `name` is the declared charset, or empty. */
void charset_decoder_append(CharsetDecoder *decoder, Slice name, Slice bytes, GString *out,
                            ProblemSet *problems);
