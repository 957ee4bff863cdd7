/* SPDX-License-Identifier: MIT */
#include "query/query_field_text.h"

#include "query/query_field.h"

static const char *const columns[] = {
    [QUERY_TEXT_SUBJECT] = "subject",
    [QUERY_TEXT_BODY] = "body",
    [QUERY_TEXT_ATTACHMENT_NAME] = "attachment_names",
    [QUERY_TEXT_ATTACHMENT_TEXT] = "attachment_text",
};

bool query_field_compile_text(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    return query_compiler_text(compiler, term, columns[term->field->argument], ret_part);
}

bool query_field_columns(const QueryField *field, const char **ret_columns)
{
    if (field->compile != query_field_compile_text) {
        return false;
    }
    *ret_columns = columns[field->argument];
    return true;
}
