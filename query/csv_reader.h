/* csv_reader.h - CSV as RFC 4180 has it, and as spreadsheets write it.
 *
 * LF as well as CRLF ends a record, a byte order mark is passed over, and the separator is the
 * comma, semicolon or tab that comes first outside of quotes in the first line.
 *
 * Memory: a reader borrows its text. Errors: a fault ends a record, not the reading.
 * Limits: CSV_READER_CELLS_MAX cells in a record.
 */
#pragma once

#include "schema/slice.h"

/* A list of queries has a few columns; what has more is another kind of file. */
#define CSV_READER_CELLS_MAX 1000u

typedef struct {
    Slice rest; /* what is not read yet */
    char separator;
    size_t line; /* of the text, from 1, at which `rest` begins */
} CsvReader;

/* Begins to read `text`, without NUL bytes. */
CsvReader csv_reader_on(Slice text);

/* Reads the next record into `cells`, an array of char * that frees them. `ret_fault` says in a
 * constant what is wrong with the record, of which the cells so far are given; else NULL.
 * Returns: false at the end of the text. */
bool csv_reader_next(CsvReader *reader, GPtrArray *cells, const char **ret_fault);
