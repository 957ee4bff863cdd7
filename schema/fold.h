/* fold.h - the letters that FTS5's unicode61 tokenizer does not fold, folded before it sees
 * them.
 *
 * unicode61 with remove_diacritics 2 lower-cases and drops accents, but keeps the ligatures.
 * The same list stands in the view message_fts_content, as SQL, so that the stock sqlite3 shell
 * checks and rebuilds the index; fold_sql makes it from the table here.
 *
 * Memory: results are the caller's.
 */
#pragma once

#include "schema/slice.h"

/* Whether fold_append would change anything; one fast pass. */
bool fold_needed(Slice text);

/* Appends the folded text. `text` is UTF-8; what is not is copied as it is. */
void fold_append(GString *out, Slice text);

/* Where the first letter that folds to a space stands, text.len when there is none: words end
 * there. `ret_length` is its length. */
size_t fold_find_space(Slice text, size_t *ret_length);

/* The SQL expression that folds `expression` with nested replace() calls.
 * Returns: (transfer full), free with g_free. */
char *fold_sql(const char *expression);
