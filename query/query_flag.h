/* query_flag.h - the fields of the query language as flags: --from WHO, --has-attachment.
 *
 * Each field and alias of more than one letter is a flag with a value; the words of "is:" are
 * flags by themselves, those of "has:" behind "--has-".
 */
#pragma once

#include "query/query_field.h"
#include "schema/option.h"

/* For OptionSyntax: the field of the flag is a QueryField. */
bool query_flag_find(Slice name, OptionFlag *ret_flag);

/* Appends "--flag" and a line end for each flag that begins with `prefix`; no aliases. */
void query_flag_offer(const char *prefix, GString *out);
