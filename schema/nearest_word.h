/* nearest_word.h - the word that a misspelt one was probably meant to be.
 *
 * By Levenshtein's distance; ASCII case does not matter, and a hyphen is an underscore. What is
 * more than three edits away, or half of a short word, was something else.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    const char *word; /* the nearest so far; NULL: none is near */
    size_t distance;
    Slice typed;
} NearestWord;

NearestWord nearest_word_begin(Slice typed);

/* Takes `candidate` when it is nearer than those before it. */
void nearest_word_try(NearestWord *nearest, const char *candidate);

/* The nearest of `words`; the count ends at the first NULL or at `n_words`. Returns: NULL when
 * none is near. */
const char *nearest_word_of(Slice typed, const char *const *words, size_t n_words);
