/* language_words.h - the words by which a language in Latin letters is known.
 *
 * The most frequent function words, and a few that mail begins or ends with. Lower case, UTF-8,
 * two to LANGUAGE_WORD_MAX bytes; a word may stand for several languages.
 */
#pragma once

#include "schema/language.h"

/* A word fits a 64-bit number. */
#define LANGUAGE_WORD_MAX 8

#define LANGUAGE_LATIN_COUNT (LANGUAGE_TURKISH + 1)

/* Words separated by spaces. Returns: (transfer none) a constant; "" for one without words. */
const char *language_words(Language language);
