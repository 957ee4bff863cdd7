/* query_field_value.h - the fields that are a column of the table message: date, size, ids.
 */
#pragma once

#include "query/query_compiler.h"

typedef enum {
    QUERY_DATE_WITHIN, /* date: and on: */
    QUERY_DATE_SINCE,  /* from the first second on */
    QUERY_DATE_BEFORE, /* before the first second */
    QUERY_DATE_UNTIL   /* up to the last second */
} QueryDateKind;

typedef enum { QUERY_SIZE_RANGE, QUERY_SIZE_LARGER, QUERY_SIZE_SMALLER } QuerySizeKind;

/* field->argument is a QueryDateKind. */
QueryFieldCompile query_field_compile_date;

/* field->argument is a QuerySizeKind. */
QueryFieldCompile query_field_compile_size;

/* A code of schema/language.h, or "none". */
QueryFieldCompile query_field_compile_language;

/* A Message-ID with or without < >. */
QueryFieldCompile query_field_compile_msgid;

/* The number of a message in this archive. */
QueryFieldCompile query_field_compile_id;
QueryFieldCompile query_field_compile_thread;

/* The first hexadecimal digits of the SHA-256 of a message or an attachment. */
QueryFieldCompile query_field_compile_hash;
