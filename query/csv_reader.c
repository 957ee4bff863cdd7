/* SPDX-License-Identifier: MIT */
#include "query/csv_reader.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static char separator_of(Slice text)
{
    bool in_quotes = false;
    for (size_t i = 0; i < text.len; i++) {
        const char byte = text.ptr[i];
        if (byte == '"') {
            in_quotes = !in_quotes;
        } else if (!in_quotes && (byte == ',' || byte == ';' || byte == '\t')) {
            return byte;
        } else if (!in_quotes && (byte == '\n' || byte == '\r')) {
            break;
        }
    }
    return ',';
}

CsvReader csv_reader_on(Slice text)
{
    if (slice_starts_with(text, SLICE_LITERAL(BYTE_ORDER_MARK))) {
        text = slice_from(text, strlen(BYTE_ORDER_MARK));
    }
    return (CsvReader){.rest = text, .separator = separator_of(text), .line = 1};
}

static bool at_end_of_record(const CsvReader *reader)
{
    return reader->rest.len == 0 || *reader->rest.ptr == '\n' || *reader->rest.ptr == '\r';
}

/* escaped = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE */
static const char *read_escaped(CsvReader *reader, GString *cell)
{
    const char *text = reader->rest.ptr;
    size_t at = 1;
    for (; at < reader->rest.len; at++) {
        if (text[at] == '"' && at + 1 < reader->rest.len && text[at + 1] == '"') {
            at++;
        } else if (text[at] == '"') {
            reader->rest = slice_from(reader->rest, at + 1);
            return at_end_of_record(reader) || *reader->rest.ptr == reader->separator
                       ? NULL
                       : "text follows a closing quote";
        } else if (text[at] == '\n') {
            reader->line++;
        }
        g_string_append_c(cell, text[at]);
    }
    reader->rest = slice_from(reader->rest, at);
    return "a quote is not closed";
}

/* non-escaped = *TEXTDATA; a quote inside is text, as spreadsheets read it. */
static void read_plain(CsvReader *reader, GString *cell)
{
    size_t at = 0;
    while (at < reader->rest.len && reader->rest.ptr[at] != reader->separator &&
           reader->rest.ptr[at] != '\n' && reader->rest.ptr[at] != '\r') {
        at++;
    }
    g_string_append_len(cell, reader->rest.ptr, (gssize)at);
    reader->rest = slice_from(reader->rest, at);
}

static const char *read_cell(CsvReader *reader, GPtrArray *cells)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    const char *fault = NULL;
    if (reader->rest.len > 0 && *reader->rest.ptr == '"') {
        fault = read_escaped(reader, cell);
    } else {
        read_plain(reader, cell);
    }
    g_ptr_array_add(cells, g_string_free(g_steal_pointer(&cell), false));
    return fault;
}

/* After a fault the record ends with its line. */
static void skip_line(CsvReader *reader)
{
    size_t at = 0;
    while (at < reader->rest.len && reader->rest.ptr[at] != '\n') {
        at++;
    }
    reader->rest = slice_from(reader->rest, at);
}

static void end_record(CsvReader *reader)
{
    if (reader->rest.len > 0 && *reader->rest.ptr == '\r') {
        reader->rest = slice_from(reader->rest, 1);
    }
    if (reader->rest.len > 0 && *reader->rest.ptr == '\n') {
        reader->rest = slice_from(reader->rest, 1);
    }
    reader->line++;
}

bool csv_reader_next(CsvReader *reader, GPtrArray *cells, const char **ret_fault)
{
    g_ptr_array_set_size(cells, 0);
    *ret_fault = NULL;
    if (reader->rest.len == 0) {
        return false;
    }
    for (;;) {
        *ret_fault =
            cells->len < CSV_READER_CELLS_MAX ? read_cell(reader, cells) : "too many cells";
        if (*ret_fault != NULL || at_end_of_record(reader)) {
            break;
        }
        reader->rest = slice_from(reader->rest, 1); /* the separator */
    }
    if (*ret_fault != NULL) {
        skip_line(reader);
    }
    end_record(reader);
    return true;
}
