/* option.h - the arguments of a program split into options, flags of a query, and words.
 *
 * Not GOptionContext, because a query may begin with "-": "-budget" is a word, "-d" an option,
 * "--from" a field of the query language. Only what the syntax knows is an option then.
 *
 * Memory: an OptionSet borrows the strings of argv. Errors: one line for a person.
 */
#pragma once

#include "schema/option_table.h"

/* What a flag of the query language stands for: "--from WHO" or "--verified". */
typedef struct {
    const void *field;
    const char *word;       /* the value that it has by itself; NULL: one follows */
    const char *value_name; /* what that is called */
} OptionFlag;

typedef struct {
    const Option *table;
    /* Beside the table. NULL: nothing. Returns: whether `name`, without "--", is a flag. */
    bool (*find_flag)(Slice name, OptionFlag *ret_flag);
    /* The flag that was probably meant, or NULL. Goes with find_flag. */
    const char *(*nearest_flag)(Slice name);
    /* As in most programs: "-j1" is "-j 1", "-qj1" both, and another "-x" an error. Without,
     * all of these are words. */
    bool joins_letters;
} OptionSyntax;

/* One "--from WHO" or "--verified". */
typedef struct {
    const void *field; /* of OptionFlag */
    const char *flag;  /* as typed, for messages */
    const char *value;
    bool is_word; /* the flag is its value */
} OptionField;

/* One "--limit 5" or "--json". */
typedef struct {
    const char *name;  /* as in the table */
    const char *value; /* "" when the option takes none */
} OptionGiven;

typedef struct {
    GArray *given;      /* OptionGiven */
    GArray *fields;     /* OptionField */
    GPtrArray *words;   /* the rest, in order */
    const char *joined; /* one of them that looks like an option and its number: "-n5" */
} OptionSet;

void option_set_init(OptionSet *set);
void option_set_clear(OptionSet *set);

/* Splits `arguments`. "--" ends the options. Returns: NULL, or (transfer full) what is
 * wrong. */
char *option_parse(const OptionSyntax *syntax, int n_arguments, char **arguments,
                   OptionSet *ret_set);

/* The value of an option, given last; "" for one without a value. Returns: NULL when the option
 * was not given. */
const char *option_value(const OptionSet *set, const char *name);

bool option_given(const OptionSet *set, const char *name);

/* Every value of an option, in order. Returns: (transfer container) ends with NULL; NULL when
 * the option was not given. */
const char **option_values(const OptionSet *set, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OptionSet, option_set_clear)
