/* search_field.h - what can be listed of a hit: the columns of CSV and the members of JSON.
 *
 * One table names them; --fields chooses among them.
 *
 * Memory: a cell borrows from the hit and from the caller's scratch string.
 */
#pragma once

#include "query/search.h"

typedef enum {
    SEARCH_FIELD_ID,
    SEARCH_FIELD_DATE,
    SEARCH_FIELD_DATE_SOURCE,
    SEARCH_FIELD_DKIM,
    SEARCH_FIELD_LEVEL,
    SEARCH_FIELD_CAVEATS,
    SEARCH_FIELD_FROM,
    SEARCH_FIELD_FROM_NAME,
    SEARCH_FIELD_FROM_ADDRESS,
    SEARCH_FIELD_SUBJECT,
    SEARCH_FIELD_MSGID,
    SEARCH_FIELD_SIZE,
    SEARCH_FIELD_ATTACHMENTS,
    SEARCH_FIELD_SHA256,
    SEARCH_FIELD_SNIPPET,
    SEARCH_FIELD_THREAD,
    SEARCH_FIELD_HITS,
    SEARCH_FIELD_MESSAGES,
    SEARCH_FIELD_TAGS,
    SEARCH_FIELD_NOTES,
    SEARCH_FIELD_CURSOR,
    SEARCH_FIELD_COUNT
} SearchField;

typedef enum {
    SEARCH_CELL_NONE, /* null */
    SEARCH_CELL_INTEGER,
    SEARCH_CELL_TEXT,
    SEARCH_CELL_WORDS,  /* text: words separated by a space */
    SEARCH_CELL_MAILBOX /* text: name <address>; in JSON an object */
} SearchCellKind;

typedef struct {
    SearchCellKind kind;
    int64_t integer;
    Slice text;
} SearchCell;

/* "id", "from_address". Returns: (transfer none) a constant. */
const char *search_field_name(SearchField field);

/* Reads "id,date,subject" into `fields` (SearchField). Returns: NULL, or (transfer full) what
 * is wrong. */
char *search_field_parse(const char *list, GArray *fields);

/* The value of a field. */
SearchCell search_field_cell(SearchField field, const SearchHit *hit, GString *scratch);
