/* sniff.h - the type of a file by its first bytes.
 *
 * Answers for the types that mail carries; a type it does not know gives NULL, never a guess
 * from a name.
 */
#pragma once

#include "schema/slice.h"

/* How many first bytes are worth giving. */
#define SNIFF_BYTES 4096

/* The type of a file that begins with `begin`. `is_whole`: there are no more bytes.
 * Returns: (transfer none) "application/pdf" and the like, NULL when it is not recognised. */
const char *sniff_type(Slice begin, bool is_whole);
