/* option_table.h - what a program or command takes: one constant table of options.
 *
 * The parser (option.h), --help, the manual pages and what the shells complete go by it.
 */
#pragma once

#include "schema/slice.h"

/* An entry; a table ends with a nameless one. */
typedef struct {
    const char *name;  /* without "--" */
    char letter;       /* 0 without */
    const char *value; /* what its value is called; NULL when it takes none */
    const char *help;  /* one line; NULL: it is taken, and --help does not list it */
} Option;

/* Returns: NULL when there is none. */
const Option *option_table_find(const Option *table, Slice name);
const Option *option_table_find_letter(const Option *table, char letter);

/* The option that was probably meant. Returns: NULL when none is near. */
const char *option_table_nearest(const Option *table, Slice name);

/* Whether `word` of a command line is an option whose value is the next word. */
bool option_table_takes_value(const Option *table, const char *word);

/* Appends a line for each option. A line has 80 columns at most when its help has 50. */
void option_table_help(const Option *table, GString *out);

/* Appends "--name" and a line end for each option that begins with `prefix`. */
void option_table_offer(const Option *table, const char *prefix, GString *out);
