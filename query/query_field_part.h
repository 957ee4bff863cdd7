/* query_field_part.h - the fields about attachments and about where a message lies.
 */
#pragma once

#include "query/query_compiler.h"

typedef enum { QUERY_PLACE_SOURCE, QUERY_PLACE_FOLDER } QueryPlaceKind;

/* has:attachment, has:twin, has:problem, or has: and any word of type:. */
QueryFieldCompile query_field_compile_has;

/* type:pdf, type:image: by declared type, type by the first bytes, or file name. */
QueryFieldCompile query_field_compile_type;

/* The words of type:, from 0. Returns: NULL behind the last. */
const char *query_field_nth_type(size_t n);

/* Whether the n-th of them finds an attachment of these types and this name, of which the
 * extension suffices. */
bool query_field_type_fits(size_t n, const char *declared, const char *sniffed,
                           const char *name);

/* mime:application/pdf, with * allowed. */
QueryFieldCompile query_field_compile_mime;

/* field->argument is a QueryPlaceKind. */
QueryFieldCompile query_field_compile_place;
