/* SPDX-License-Identifier: MIT */
#include "query/list_writer.h"

#include "query/csv_writer.h"
#include "query/search_output.h"
#include "query/view_json.h"
#include "schema/json_writer.h"
#include "schema/terminal_text.h"

/* Between two columns. */
#define GAP_COLUMNS 2

/* A column of text is never cut below this. */
#define TEXT_MIN_COLUMNS 12

#define COLOR_DIM "\x1b[2m"
#define COLOR_END "\x1b[0m"

struct ListWriter {
    ListForm form;
    const ListColumn *columns;
    size_t n_columns;
    size_t column; /* of the next cell */
    GString *text; /* JSON or CSV */
    JsonWriter json;
    CsvWriter csv;
    GPtrArray *cells; /* of a table, char *, row after row */
};

static void name_clear(gpointer data)
{
    ListName *name = data;
    g_free(name->text);
}

GArray *list_names_new(void)
{
    GArray *names = g_array_new(false, false, sizeof(ListName));
    g_array_set_clear_func(names, name_clear);
    return names;
}

static void begin_csv(ListWriter *writer)
{
    for (size_t i = 0; i < writer->n_columns; i++) {
        csv_writer_text(&writer->csv, slice_of_string(writer->columns[i].key));
    }
    csv_writer_end(&writer->csv);
}

ListWriter *list_writer_new(ListStyle style, const ListColumn *columns, size_t n_columns)
{
    ListWriter *writer = g_new0(ListWriter, 1);
    writer->form = style.form;
    writer->columns = columns;
    writer->n_columns = n_columns;
    writer->text = g_string_new(NULL);
    writer->csv = csv_writer_on(writer->text, style.separator);
    writer->cells = g_ptr_array_new_with_free_func(g_free);
    if (style.form == LIST_CSV) {
        begin_csv(writer);
    }
    return writer;
}

void list_writer_free(ListWriter *writer)
{
    if (writer == NULL) {
        return;
    }
    g_string_free(writer->text, true);
    g_ptr_array_unref(writer->cells);
    g_free(writer);
}

/* Before a cell. Returns: its key. */
static const char *begin_cell(ListWriter *writer)
{
    if (writer->column == 0 && writer->form == LIST_JSON) {
        writer->json = json_writer_on(writer->text);
        json_writer_begin_object(&writer->json, NULL);
        json_writer_integer(&writer->json, "schema", 1);
    }
    return writer->columns[writer->column].key;
}

static void end_cell(ListWriter *writer)
{
    if (++writer->column < writer->n_columns) {
        return;
    }
    writer->column = 0;
    if (writer->form == LIST_JSON) {
        json_writer_end_object(&writer->json);
        g_string_append_c(writer->text, '\n');
    } else if (writer->form == LIST_CSV) {
        csv_writer_end(&writer->csv);
    }
}

static void add_to_table(ListWriter *writer, Slice text)
{
    g_ptr_array_add(writer->cells, terminal_text_line(text, TERMINAL_TEXT_CELL));
}

void list_writer_text(ListWriter *writer, Slice text)
{
    const char *key = begin_cell(writer);
    switch (writer->form) {
    case LIST_TABLE:
        add_to_table(writer, text);
        break;
    case LIST_JSON:
        json_writer_string(&writer->json, key, text);
        break;
    case LIST_CSV:
        csv_writer_text(&writer->csv, text);
        break;
    }
    end_cell(writer);
}

void list_writer_number(ListWriter *writer, int64_t number)
{
    const char *key = begin_cell(writer);
    switch (writer->form) {
    case LIST_TABLE:
        g_ptr_array_add(writer->cells, g_strdup_printf("%" G_GINT64_FORMAT, number));
        break;
    case LIST_JSON:
        json_writer_integer(&writer->json, key, number);
        break;
    case LIST_CSV:
        csv_writer_integer(&writer->csv, number);
        break;
    }
    end_cell(writer);
}

void list_writer_nothing(ListWriter *writer, const char *shown)
{
    const char *key = begin_cell(writer);
    switch (writer->form) {
    case LIST_TABLE:
        add_to_table(writer, slice_of_string(shown));
        break;
    case LIST_JSON:
        json_writer_null(&writer->json, key);
        break;
    case LIST_CSV:
        csv_writer_text(&writer->csv, SLICE_EMPTY);
        break;
    }
    end_cell(writer);
}

void list_writer_share(ListWriter *writer, guint part, guint whole)
{
    const char *key = begin_cell(writer);
    const int64_t tenths = whole == 0 ? 0 : (int64_t)part * 1000 / whole;
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT ".%d", tenths / 10, (int)(tenths % 10));
    switch (writer->form) {
    case LIST_TABLE:
        g_ptr_array_add(writer->cells, g_strconcat(text, "%", NULL));
        break;
    case LIST_JSON:
        json_writer_tenths(&writer->json, key, tenths);
        break;
    case LIST_CSV:
        csv_writer_text(&writer->csv, slice_of_string(text));
        break;
    }
    end_cell(writer);
}

void list_writer_date(ListWriter *writer, bool has_date, int64_t date)
{
    const bool in_table = writer->form == LIST_TABLE;
    g_autofree char *text =
        search_date_text(has_date, date, in_table ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ");
    if (*text == '\0') {
        list_writer_nothing(writer, "");
    } else {
        list_writer_text(writer, slice_of_string(text));
    }
}

static void names_as_json(JsonWriter *json, const char *key, const GArray *names)
{
    json_writer_begin_array(json, key);
    for (guint i = 0; i < names->len; i++) {
        const ListName *name = &g_array_index(names, ListName, i);
        json_writer_begin_object(json, NULL);
        json_writer_text(json, "name", name->text);
        json_writer_integer(json, "messages", name->messages);
        json_writer_end_object(json);
    }
    json_writer_end_array(json);
}

/* All of them, or the first and how many more there are. */
static char *names_as_text(const GArray *names, bool all)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < (all ? names->len : MIN(names->len, 1)); i++) {
        g_string_append(out, i > 0 ? "; " : "");
        g_string_append(out, g_array_index(names, ListName, i).text);
    }
    if (!all && names->len > 1) {
        g_string_append_printf(out, " (+%u)", names->len - 1);
    }
    return g_string_free(out, false);
}

void list_writer_names(ListWriter *writer, const GArray *names)
{
    if (writer->form != LIST_JSON) {
        g_autofree char *text = names_as_text(names, writer->form == LIST_CSV);
        list_writer_text(writer, slice_of_string(text));
        return;
    }
    const char *key = begin_cell(writer);
    names_as_json(&writer->json, key, names);
    end_cell(writer);
}

static bool can_be_cut(const ListColumn *column)
{
    return column->title != NULL && (column->kind == LIST_TEXT || column->kind == LIST_NAMES);
}

/* How wide each column wants to be. Returns: all of them together. */
static size_t natural_widths(const ListWriter *writer, size_t *widths)
{
    size_t sum = 0;
    for (size_t i = 0; i < writer->n_columns; i++) {
        const char *title = writer->columns[i].title;
        widths[i] = title == NULL ? 0 : terminal_text_width(title);
        for (guint cell = (guint)i; title != NULL && cell < writer->cells->len;
             cell += (guint)writer->n_columns) {
            widths[i] =
                MAX(widths[i], terminal_text_width(g_ptr_array_index(writer->cells, cell)));
        }
        sum += title == NULL ? 0 : widths[i] + GAP_COLUMNS;
    }
    return sum - MIN(sum, GAP_COLUMNS);
}

/* Takes from the widest text until the table fits, or nothing can be taken any more. */
static void shrink(const ListWriter *writer, size_t *widths, size_t sum, size_t columns)
{
    while (sum > columns) {
        size_t widest = writer->n_columns;
        for (size_t i = 0; i < writer->n_columns; i++) {
            if (can_be_cut(&writer->columns[i]) && widths[i] > TEXT_MIN_COLUMNS &&
                (widest == writer->n_columns || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (widest == writer->n_columns) {
            return;
        }
        widths[widest]--;
        sum--;
    }
}

static void append_cell(GString *out, const ListColumn *column, const char *text, size_t width)
{
    if (column->kind == LIST_NUMBER) {
        const size_t used = MIN(terminal_text_width(text), width);
        g_string_append_printf(out, "%*s", (int)(width - used), "");
        g_string_append(out, text);
    } else {
        terminal_text_append_fitted(out, text, width);
    }
}

/* One line of the table: the row's cells, or the titles for NULL. */
static void append_line(const ListWriter *writer, gpointer *row, const size_t *widths,
                        GString *out)
{
    bool is_first = true;
    for (size_t i = 0; i < writer->n_columns; i++) {
        const ListColumn *column = &writer->columns[i];
        if (column->title == NULL) {
            continue;
        }
        g_string_append(out, is_first ? "" : "  ");
        append_cell(out, column, row == NULL ? column->title : row[i], widths[i]);
        is_first = false;
    }
    while (out->len > 0 && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
}

static void append_table(const ListWriter *writer, size_t columns, bool color, GString *out)
{
    g_autofree size_t *widths = g_new0(size_t, writer->n_columns);
    shrink(writer, widths, natural_widths(writer, widths), columns);
    g_string_append(out, color ? COLOR_DIM : "");
    append_line(writer, NULL, widths, out);
    g_string_append(out, color ? COLOR_END "\n" : "\n");
    for (guint i = 0; i + writer->n_columns <= writer->cells->len;
         i += (guint)writer->n_columns) {
        append_line(writer, writer->cells->pdata + i, widths, out);
        g_string_append_c(out, '\n');
    }
}

void list_writer_end(ListWriter *writer, size_t columns, bool color, GString *out)
{
    g_assert(writer->column == 0);
    if (writer->form == LIST_TABLE) {
        append_table(writer, columns, color, out);
    } else {
        g_string_append_len(out, writer->text->str, (gssize)writer->text->len);
    }
}
