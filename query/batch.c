/* SPDX-License-Identifier: MIT */
#include "query/batch.h"

#include "query/csv_reader.h"
#include "query/csv_writer.h"
#include "query/deadline.h"
#include "query/query_compiler.h"
#include "query/query_parser.h"
#include "query/search_output.h"
#include "schema/archive.h"

typedef enum { SQL_VERIFIED, SQL_DATE } Sql;

static const char *const sql[] = {
    [SQL_VERIFIED] = "SELECT id FROM message WHERE level = 'verified' AND level <> 'none' "
                     "ORDER BY id DESC",
    [SQL_DATE] = "SELECT date FROM message WHERE id = ?1",
};

static const char *const result_names[] = {"hits", "verified", "newest", "error"};

typedef struct {
    int64_t hits;
    int64_t verified;
    char *newest; /* a date, or "" */
    char *fault;  /* NULL when the query was answered */
} Answer;

typedef struct {
    sqlite3 *db;
    const BatchOptions *options;
    GArray *verified; /* int64_t: ids, the highest first, as the hits come */
    sqlite3_stmt *date;
    guint n_columns; /* of the first row */
    guint column;    /* of the queries */
    BatchCounts counts;
} Batch;

static GArray *read_verified(sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_VERIFIED], error);
    if (rows == NULL) {
        return NULL;
    }
    g_autoptr(GArray) ids = g_array_new(false, false, sizeof(int64_t));
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const int64_t id = sqlite3_column_int64(rows, 0);
        g_array_append_val(ids, id);
    }
    return archive_end_rows(rows, code, error) ? g_steal_pointer(&ids) : NULL;
}

/* Whether `id` is verified; `at` goes down the list with ids that go down. */
static bool is_verified(const GArray *verified, guint *at, int64_t id)
{
    while (*at < verified->len && g_array_index(verified, int64_t, *at) > id) {
        (*at)++;
    }
    return *at < verified->len && g_array_index(verified, int64_t, *at) == id;
}

static bool read_newest(Batch *batch, int64_t id, Answer *answer, GError **error)
{
    sqlite3_bind_int64(batch->date, 1, id);
    if (sqlite3_step(batch->date) != SQLITE_ROW) {
        archive_set_error(batch->db, error);
        return false;
    }
    g_free(answer->newest);
    answer->newest = search_date_text(sqlite3_column_type(batch->date, 0) != SQLITE_NULL,
                                      sqlite3_column_int64(batch->date, 0), "%Y-%m-%d");
    /* The next query registers its functions, which SQLite allows between statements only. */
    sqlite3_reset(batch->date);
    return true;
}

static bool count_hits(Batch *batch, const CompiledQuery *query, Answer *answer, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = sql_builder_prepare(query->statement, batch->db, error);
    if (rows == NULL) {
        return false;
    }
    guint at = 0;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const int64_t id = sqlite3_column_int64(rows, 0);
        if (answer->hits == 0 && !read_newest(batch, id, answer, error)) {
            return false;
        }
        answer->hits++;
        answer->verified += is_verified(batch->verified, &at, id);
    }
    return archive_end_rows(rows, code, error);
}

/* Answers one query. A fault of the query is in the answer. Returns: false with `error`. */
static bool answer_query(Batch *batch, const char *text, Answer *answer, GError **error)
{
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse = {0};
    g_autoptr(GError) failure = NULL;
    Deadline deadline;
    const QueryOptions options = {
        .sort = QUERY_SORT_NEWEST, .limit = -1, .time_zone = batch->options->time_zone};
    query_parse_init(&parse);
    if (!query_parser_run(text, &parse, &fault)) {
        answer->fault = g_strdup(fault.message);
        return true;
    }
    deadline_set(&deadline, batch->db, batch->options->timeout);
    g_autoptr(CompiledQuery) query =
        query_compiler_run(batch->db, parse.root, &options, &fault, &failure);
    if (query == NULL && failure == NULL) {
        answer->fault = g_strdup(fault.message);
        return true;
    }
    if (query == NULL || !count_hits(batch, query, answer, &failure)) {
        if (!deadline.has_passed) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
        answer->fault = g_strdup("the query ran too long and was ended");
    }
    return true;
}

static void append_cells(CsvWriter *writer, const GPtrArray *cells)
{
    for (guint i = 0; i < cells->len; i++) {
        csv_writer_text(writer, slice_of_string(g_ptr_array_index(cells, i)));
    }
}

static void append_answer(CsvWriter *writer, const Answer *answer, bool is_answered)
{
    if (is_answered && answer->fault == NULL) {
        csv_writer_integer(writer, answer->hits);
        csv_writer_integer(writer, answer->verified);
    } else {
        csv_writer_text(writer, SLICE_EMPTY);
        csv_writer_text(writer, SLICE_EMPTY);
    }
    csv_writer_text(writer, slice_of_string(answer->newest));
    csv_writer_text(writer, slice_of_string(answer->fault == NULL ? "" : answer->fault));
    csv_writer_end(writer);
}

static bool write_header(Batch *batch, const GPtrArray *cells, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CsvWriter writer = csv_writer_on(out, batch->options->separator);
    append_cells(&writer, cells);
    for (size_t i = 0; i < G_N_ELEMENTS(result_names); i++) {
        csv_writer_text(&writer, slice_of_string(result_names[i]));
    }
    csv_writer_end(&writer);
    return batch->options->write(batch->options->data, out, error);
}

/* Our own results as a list again: the ' that keeps a formula from a spreadsheet goes. */
static const char *query_of(const char *cell)
{
    const bool is_guarded =
        cell[0] == '\'' && cell[1] != '\0' && strchr("-+=@", cell[1]) != NULL;
    return is_guarded ? cell + 1 : cell;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* Gives a row as many cells as the first has. Returns: what is wrong, or NULL. */
static const char *fit_row(const Batch *batch, GPtrArray *cells)
{
    const bool is_longer = cells->len > batch->n_columns;
    if (is_longer) {
        g_ptr_array_set_size(cells, (gint)batch->n_columns);
    }
    while (cells->len < batch->n_columns) {
        g_ptr_array_add(cells, g_strdup(""));
    }
    return is_longer ? "more columns than the first row; a cell with a separator needs quotes"
                     : NULL;
}

static bool write_row(Batch *batch, GPtrArray *cells, const char *csv_fault, GError **error)
{
    const char *row_fault = fit_row(batch, cells);
    csv_fault = csv_fault == NULL ? row_fault : csv_fault;
    const char *text =
        batch->column < cells->len ? query_of(g_ptr_array_index(cells, batch->column)) : "";
    const bool is_query = csv_fault != NULL || !is_blank(text);
    g_autoptr(GString) out = g_string_new(NULL);
    CsvWriter writer = csv_writer_on(out, batch->options->separator);
    Answer answer = {.newest = g_strdup(""), .fault = g_strdup(csv_fault)};
    bool is_good = true;
    if (is_query) {
        is_good = csv_fault != NULL || answer_query(batch, text, &answer, error);
        batch->counts.queries++;
        batch->counts.faults += answer.fault != NULL;
        batch->counts.with_hits += answer.hits > 0;
    }
    if (is_good) {
        append_cells(&writer, cells);
        append_answer(&writer, &answer, is_query);
        is_good = batch->options->write(batch->options->data, out, error);
    }
    g_free(answer.newest);
    g_free(answer.fault);
    return is_good;
}

/* Whether the first row names the column of the queries. */
static bool find_column(const GPtrArray *cells, guint *ret_column)
{
    for (guint i = 0; i < cells->len; i++) {
        g_autofree char *name = g_strstrip(g_strdup(g_ptr_array_index(cells, i)));
        if (g_ascii_strcasecmp(name, "query") == 0) {
            *ret_column = i;
            return true;
        }
    }
    return false;
}

/* Columns of a list that has no names get some. */
static bool write_made_header(Batch *batch, guint n_columns, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n_columns; i++) {
        g_ptr_array_add(names, i == 0 ? g_strdup("query") : g_strdup_printf("column%u", i + 1));
    }
    return write_header(batch, names, error);
}

static bool run_rows(Batch *batch, GError **error)
{
    CsvReader reader = csv_reader_on(batch->options->list);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const char *fault = NULL;
    if (!csv_reader_next(&reader, cells, &fault)) {
        return true;
    }
    batch->n_columns = cells->len;
    const bool is_header =
        (find_column(cells, &batch->column) || batch->options->has_header) && fault == NULL;
    if (is_header ? !write_header(batch, cells, error)
                  : !write_made_header(batch, cells->len, error) ||
                        !write_row(batch, cells, fault, error)) {
        return false;
    }
    while (csv_reader_next(&reader, cells, &fault)) {
        if (!write_row(batch, cells, fault, error)) {
            return false;
        }
    }
    return true;
}

bool batch_run(sqlite3 *db, const BatchOptions *options, BatchCounts *ret_counts,
               GError **error)
{
    Batch batch = {.db = db, .options = options};
    g_autoptr(GArray) verified = read_verified(db, error);
    if (verified == NULL) {
        return false;
    }
    g_autoptr(sqlite3_stmt) date = archive_prepare(db, sql[SQL_DATE], error);
    if (date == NULL) {
        return false;
    }
    batch.verified = verified;
    batch.date = date;
    if (!run_rows(&batch, error)) {
        return false;
    }
    *ret_counts = batch.counts;
    return true;
}
