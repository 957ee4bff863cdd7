/* pairs.h - text in scripts that put no space between words, cut into overlapping pairs of
 * characters.
 *
 * unicode61 takes a run of Chinese, Japanese, Korean or Thai letters for one word, so that only
 * the whole run would be found. Cut into pairs, "ABC" is the words "AB BC C": each character
 * begins one word, any two characters or more are a phrase, and one is a prefix. Text in other
 * scripts stays as it is, parted from the pairs by a space.
 *
 * Half-width and decomposed forms (macOS writes file names so) become the usual ones; marks
 * that the tokenizer would drop, such as Thai tones, are dropped.
 *
 * Memory: a reader borrows its text.
 */
#pragma once

#include "schema/slice.h"

/* Whether `text` has anything to be cut; one pass over its bytes. */
bool pairs_needed(Slice text);

/* Appends the text with its runs cut. What is not UTF-8 is copied as it is. */
void pairs_append(GString *out, Slice text);

/* Two characters of UTF-8 and a NUL. */
#define PAIR_BYTES 13

/* A piece of a text: two characters of a run, the last one of a run, or other text. */
typedef struct {
    bool is_other;
    bool starts_run;
    bool ends_run;    /* one character, the last */
    size_t start;     /* bytes of the text that it stands for */
    size_t first_end; /* where its first character ends */
    size_t end;
    char word[PAIR_BYTES]; /* what is indexed, unless it is other text */
} PairPiece;

typedef struct {
    Slice text;
    size_t at;
    bool is_inside; /* a run */
} PairReader;

/* Reads the next piece. Returns: false at the end. */
bool pair_reader_next(PairReader *reader, PairPiece *ret_piece);
