/* query_field_text.h - the fields that are a column of the full-text index.
 */
#pragma once

#include "query/query_compiler.h"

typedef enum {
    QUERY_TEXT_SUBJECT,
    QUERY_TEXT_BODY,
    QUERY_TEXT_ATTACHMENT_NAME,
    QUERY_TEXT_ATTACHMENT_TEXT
} QueryTextColumn;

/* field->argument is a QueryTextColumn. */
QueryFieldCompile query_field_compile_text;

/* The column filter of a field that compiles with query_field_compile_text.
 * Returns: false for any other field. */
bool query_field_columns(const QueryField *field, const char **ret_columns);
