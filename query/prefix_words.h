/* prefix_words.h - the words of the index that begin with a prefix, as alternatives for FTS5.
 *
 * FTS5 merges the lists of all words of a prefix before it gives the first row. It goes through
 * alternatives from the newest row on, and stops after a page. Reading all rows that way, or
 * beside other words, takes longer than the merge: so this is for the first pages of a lone
 * prefix.
 *
 * Memory: see the function. Errors: none; what fails here fails again with the prefix itself.
 * Limits: PREFIX_WORDS_MAX; each word has its own place in the index, a page of 16 KiB.
 */
#pragma once

#include "query/text_match.h"

#define PREFIX_WORDS_MAX 1000

/* `prefix` is a token. Makes a temporary table in `db`, which stays.
 * Returns: (transfer full) "over" OR "overall" OR ...; NULL when there are no words, too many,
 * or one that FTS5 would take for another. */
GString *prefix_words_expand(sqlite3 *db, const TextTokenizer *tokenizer, const char *prefix);
