/* encoded_word.h - header text with RFC 2047 encoded-words, to one line of UTF-8.
 *
 * GMime loses text after base64 padding, so words are decoded here, one by one. Read as mail
 * has them, not only as RFC 2047 allows: in quotes and in the middle of a word, with spaces
 * inside, with the language suffix of RFC 2231 section 5, with no charset or an unknown one,
 * cut at the end, characters split over two words, raw 8-bit text between them.
 *
 * Memory: the decoder keeps buffers between fields; results are appended to the caller's
 * string. Errors: none; bad-encoded-word, raw-8bit-header and those of charset.h are added.
 * Threads: one decoder a thread.
 */
#pragma once

#include "schema/charset.h"

typedef struct EncodedWordDecoder EncodedWordDecoder;

/* Returns: (transfer full). `charsets` is borrowed and must outlive the decoder. */
EncodedWordDecoder *encoded_word_decoder_new(CharsetDecoder *charsets);

/* Accepts NULL. */
void encoded_word_decoder_free(EncodedWordDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EncodedWordDecoder, encoded_word_decoder_free)

/* Appends `value`, a field body or a part of one, folding still in: one line without control
 * characters, runs of white space as one space. Linear. */
void encoded_word_decoder_append(EncodedWordDecoder *decoder, Slice value, GString *out,
                                 ProblemSet *problems);
