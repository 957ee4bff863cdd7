/* complete.h - what may stand next on a command line of waxseal-query, for the shells.
 *
 * Goes by the tables of commands, options and fields, so that completions follow them; of the
 * archive it asks a prefix of the index of addresses, or the tags.
 *
 * Errors: none; what cannot be read gives nothing.
 */
#pragma once

#include "query/command.h"

/* The most addresses that are offered. */
#define COMPLETE_ADDRESSES_MAX 50

/* Appends the candidates for the last of `words`, one a line. `words` is the command line
 * without the program's name. */
void complete_line(const Command *const *commands, size_t n_commands, int n_words, char **words,
                   GString *out);
