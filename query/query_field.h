/* query_field.h - the table of the query language's fields.
 *
 * One constant table gives each field its name, aliases, value, meaning and the function that
 * turns it into SQL. The lexer, the flags of the command line, --help, the table in
 * docs/query-language.md and the man page (query_reference.h) all go by it: adding a field is a
 * line here and a compile function.
 *
 * Memory: everything is constant.
 */
#pragma once

#include "query/query_compiler.h"
#include "schema/slice.h"

#define QUERY_FIELD_MAX_ALIASES 4
#define QUERY_FIELD_MAX_WORDS   20

struct QueryField {
    const char *name;
    const char *aliases[QUERY_FIELD_MAX_ALIASES];
    const char *value;     /* what stands behind the colon, for help: "DATE" */
    const char *help;      /* one line */
    const char *reference; /* all that there is to say, for the documentation; `code` */
    QueryFieldCompile *compile;
    unsigned argument;                        /* what `compile` distinguishes by */
    const char *words[QUERY_FIELD_MAX_WORDS]; /* the only values, when there are such */
};

/* Every field, in the order of the reference. */
const QueryField *query_field_table(size_t *ret_count);

/* The field of that name or alias, ASCII case ignored. Returns: NULL when there is none. */
const QueryField *query_field_find(Slice name);

/* The name or alias that a misspelt one was probably meant to be. Returns: NULL when none is
 * near. */
const char *query_field_nearest(Slice name);
