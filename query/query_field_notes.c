/* SPDX-License-Identifier: MIT */
#include "query/query_field_notes.h"

#include "query/notes.h"
#include "query/notes_file.h"
#include "query/query_field.h"

typedef enum { SQL_NOTHING, SQL_TAG, SQL_TAG_PREFIX, SQL_NOTE, SQL_HAS_TAG, SQL_HAS_NOTE } Sql;

static const char *const sql[] = {
    [SQL_NOTHING] = "0",
    [SQL_TAG] = "m.sha256 IN (SELECT sha256 FROM notes.tag WHERE tag = ",
    [SQL_TAG_PREFIX] = "m.sha256 IN (SELECT sha256 FROM notes.tag WHERE substr(tag, 1, ",
    [SQL_NOTE] = "m.sha256 IN (SELECT sha256 FROM notes.note WHERE address_has('', text, ",
    [SQL_HAS_TAG] = "m.sha256 IN (SELECT sha256 FROM notes.tag)",
    [SQL_HAS_NOTE] = "m.sha256 IN (SELECT sha256 FROM notes.note)",
};

/* Without a file nothing is tagged. */
static bool add_nothing(QueryPart *ret_part)
{
    *ret_part = (QueryPart){.condition = sql_builder_new()};
    sql_builder_add(ret_part->condition, sql[SQL_NOTHING]);
    return true;
}

bool query_field_compile_tag(QueryCompiler *compiler, const QueryNode *term,
                             QueryPart *ret_part)
{
    g_autofree char *tag = notes_normalize_tag(term->text);
    if (tag == NULL) {
        return query_compiler_fail(compiler, term,
                                   "a tag is a word of letters, digits and - _ . / :");
    }
    if (!notes_file_is_attached(compiler->db)) {
        return add_nothing(ret_part);
    }
    SqlBuilder *out = sql_builder_new();
    sql_builder_add(out, sql[term->is_prefix ? SQL_TAG_PREFIX : SQL_TAG]);
    if (term->is_prefix) {
        sql_builder_bind_integer(out, g_utf8_strlen(tag, -1));
        sql_builder_add(out, ") = ");
    }
    sql_builder_bind_text(out, tag);
    sql_builder_add(out, ")");
    *ret_part = (QueryPart){.condition = out};
    return true;
}

bool query_field_compile_note(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    bool is_prefix = term->is_prefix;
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(compiler->tokenizer, slice_of_string(term->text), &is_prefix);
    if (tokens->len == 0) {
        return query_compiler_fail(compiler, term, "a word of the note is missing");
    }
    if (!notes_file_is_attached(compiler->db)) {
        return add_nothing(ret_part);
    }
    SqlBuilder *out = sql_builder_new();
    sql_builder_add(out, sql[SQL_NOTE]);
    sql_builder_bind_text(out, term->text);
    sql_builder_add(out, ", ");
    sql_builder_bind_integer(out, term->is_prefix);
    sql_builder_add(out, "))");
    *ret_part = (QueryPart){.condition = out};
    return true;
}

const char *query_field_notes_has(const QueryCompiler *compiler, const char *word)
{
    const bool is_tag = g_ascii_strcasecmp(word, "tag") == 0;
    if (!is_tag && g_ascii_strcasecmp(word, "note") != 0) {
        return NULL;
    }
    if (!notes_file_is_attached(compiler->db)) {
        return sql[SQL_NOTHING];
    }
    return sql[is_tag ? SQL_HAS_TAG : SQL_HAS_NOTE];
}
