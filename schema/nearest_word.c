/* SPDX-License-Identifier: MIT */
#include "schema/nearest_word.h"

/* A word further away than this many edits was something else. */
#define MAX_EDITS 3

/* Names are short; what is longer is no misspelt one. */
#define MAX_LENGTH 24

/* Case does not matter, and a hyphen and an underscore count as the same. */
static bool same_letter(char a, char b)
{
    return g_ascii_tolower(a) == g_ascii_tolower(b) || (a == '_' && b == '-');
}

/* Levenshtein's distance. */
static size_t edit_distance(Slice a, Slice b)
{
    size_t row[MAX_LENGTH + 1];
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool is_same = same_letter(a.ptr[i - 1], b.ptr[j - 1]);
            size_t substituted = diagonal + (is_same ? 0 : 1);
            diagonal = row[j];
            row[j] = MIN(substituted, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.len];
}

NearestWord nearest_word_begin(Slice typed)
{
    return (NearestWord){.distance = MAX_EDITS + 1, .typed = typed};
}

void nearest_word_try(NearestWord *nearest, const char *candidate)
{
    const Slice other = slice_of_string(candidate);
    const Slice typed = nearest->typed;
    if (other.len < 2 || other.len > MAX_LENGTH || typed.len > MAX_LENGTH) {
        return;
    }
    const size_t distance = edit_distance(typed, other);
    /* Half of a short word changed is another word. */
    if (distance < nearest->distance && distance * 2 <= MAX(other.len, typed.len)) {
        nearest->word = candidate;
        nearest->distance = distance;
    }
}

const char *nearest_word_of(Slice typed, const char *const *words, size_t n_words)
{
    NearestWord nearest = nearest_word_begin(typed);
    for (size_t i = 0; i < n_words && words[i] != NULL; i++) {
        nearest_word_try(&nearest, words[i]);
    }
    return nearest.word;
}
