/* option.h - the arguments of a command split into options, field flags and words.
 *
 * Not GOptionContext, because a query may begin with "-": "-budget" is a word, "-d" an option,
 * "--from" a field of the query language. Only what a table knows is an option.
 *
 * Memory: an OptionSet borrows the strings of argv. Errors: one line for a person.
 */
#pragma once

#include "query/query_field.h"

typedef struct {
    const char *name;  /* without "--" */
    char letter;       /* 0 without */
    const char *value; /* what its value is called; NULL when it takes none */
    const char *help;
} Option;

/* One "--from WHO" or "--verified". */
typedef struct {
    const QueryField *field;
    const char *flag; /* as typed, for messages */
    const char *value;
} OptionField;

/* One "--limit 5" or "--json". */
typedef struct {
    const char *name;  /* as in the table */
    const char *value; /* "" when the option takes none */
} OptionGiven;

typedef struct {
    GArray *given;    /* OptionGiven */
    GArray *fields;   /* OptionField */
    GPtrArray *words; /* the rest, in order */
} OptionSet;

void option_set_init(OptionSet *set);
void option_set_clear(OptionSet *set);

/* Splits `arguments`. `table` ends with a nameless entry. With `takes_fields`, the fields of
 * the query language are flags too. Returns: NULL, or (transfer full) what is wrong. */
char *option_parse(const Option *table, bool takes_fields, int n_arguments, char **arguments,
                   OptionSet *ret_set);

/* The value of an option, given last; "" for one without a value. Returns: NULL when the option
 * was not given. */
const char *option_value(const OptionSet *set, const char *name);

bool option_given(const OptionSet *set, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OptionSet, option_set_clear)
