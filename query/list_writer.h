/* list_writer.h - a list of rows as a table, as JSON or as CSV, from one description.
 *
 * A command describes its columns once and adds cells in their order. Text from mail is escaped
 * on its way in, whatever the form.
 *
 * Memory: a writer copies what it gets; a table is laid out when it ends, because only then the
 * widths are known. Errors: none.
 */
#pragma once

#include "schema/slice.h"

typedef enum { LIST_TABLE, LIST_JSON, LIST_CSV } ListForm;

typedef struct {
    ListForm form;
    char separator; /* of CSV */
} ListStyle;

typedef enum {
    LIST_TEXT,   /* cut when the table is too wide */
    LIST_WHOLE,  /* text that is never cut */
    LIST_NUMBER, /* on the right */
    LIST_NAMES   /* several texts, each with a number of messages; a table shows the first */
} ListKind;

typedef struct {
    const char *key;   /* of JSON and CSV */
    const char *title; /* of the table; NULL leaves the column out */
    ListKind kind;
} ListColumn;

/* One of the texts of a LIST_NAMES cell. */
typedef struct {
    char *text;
    guint messages;
} ListName;

typedef struct ListWriter ListWriter;

/* Begins a list. `columns` outlives the writer. Returns: (transfer full). */
ListWriter *list_writer_new(ListStyle style, const ListColumn *columns, size_t n_columns);
void list_writer_free(ListWriter *writer);

/* Adds the next cell. */
void list_writer_text(ListWriter *writer, Slice text);
void list_writer_number(ListWriter *writer, int64_t number);

/* What is not known or not there: null, an empty cell, or `shown` in a table. */
void list_writer_nothing(ListWriter *writer, const char *shown);

/* A share of a whole, in percent with one decimal, rounded down: 100.0 is all of it. */
void list_writer_share(ListWriter *writer, guint part, guint whole);

/* A date; ISO 8601 in JSON and CSV, the day in a table. */
void list_writer_date(ListWriter *writer, bool has_date, int64_t date);

/* ListName, the most frequent first. */
void list_writer_names(ListWriter *writer, const GArray *names);

/* Returns: (transfer full) ListName. */
GArray *list_names_new(void);

/* Appends the list to `out`, a table within `columns` of a terminal. */
void list_writer_end(ListWriter *writer, size_t columns, bool color, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListWriter, list_writer_free)
