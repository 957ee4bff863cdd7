/* query_field_notes.h - the fields that ask for tags and notes of one's own.
 */
#pragma once

#include "query/query_compiler.h"

QueryFieldCompile query_field_compile_tag;
QueryFieldCompile query_field_compile_note;

/* The condition of has:tag or has:note; "0" without a file of notes. Returns: (transfer none) a
 * constant, NULL when `word` is neither. */
const char *query_field_notes_has(const QueryCompiler *compiler, const char *word);
