/* dkim_header_index.h - the fields of a header by name, taken from the bottom up.
 *
 * RFC 6376 section 5.4.2: a name that occurs several times in h= takes one instance a mention,
 * from the bottom of the header up; mentions beyond that are the empty string. Linear in the
 * number of fields and of names, whatever they are.
 *
 * Memory: borrows from the RawMessage; keeps its tables between messages.
 */
#pragma once

#include "schema/raw_message.h"

typedef struct DkimHeaderIndex DkimHeaderIndex;

/* Returns: (transfer full). */
DkimHeaderIndex *dkim_header_index_new(void);

/* Accepts NULL. */
void dkim_header_index_free(DkimHeaderIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimHeaderIndex, dkim_header_index_free)

/* Takes in the fields of another message, in place of the last one's. */
void dkim_header_index_build(DkimHeaderIndex *index, const RawMessage *message);

/* Starts another signature, the field `self`: nothing is taken, and `self` is never handed out
 * ("always implicitly signed", RFC 6376 3.5). */
void dkim_header_index_begin(DkimHeaderIndex *index, const RawField *self);

/* The next instance of that name. Returns: (transfer none) NULL when there is none left. */
const RawField *dkim_header_index_take(DkimHeaderIndex *index, Slice name);

/* How many fields of that name there are, and how many were taken since _begin. */
void dkim_header_index_count(const DkimHeaderIndex *index, Slice name, size_t *ret_present,
                             size_t *ret_taken);
