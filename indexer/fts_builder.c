/* SPDX-License-Identifier: MIT */
#include "indexer/fts_builder.h"

#include "indexer/fts_index.h"
#include "indexer/fts_segment.h"
#include "indexer/fts_structure.h"
#include "indexer/fts_terms.h"
#include "indexer/fts_varint.h"
#include "indexer/message_texts.h"
#include "indexer/statement_set.h"
#include "indexer/tokenizer.h"
#include "schema/pairs.h"
#include "schema/record_codec.h"

/* The number of rows stands in front of the columns. */
#define N_TOTALS (1 + TEXT_COUNT)

enum { WRITE_RECORD, ADD_PAGE, ADD_TERM, ADD_SIZE, ADD_PAIRS, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [WRITE_RECORD] = "REPLACE INTO message_fts_data (id, block) VALUES (?1, ?2)",
    [ADD_PAGE] = "INSERT INTO message_fts_data (id, block) VALUES (?1, ?2)",
    [ADD_TERM] = "INSERT INTO message_fts_idx (segid, term, pgno) VALUES (?1, ?2, ?3)",
    [ADD_SIZE] = "INSERT INTO message_fts_docsize (id, sz) VALUES (?1, ?2)",
    [ADD_PAIRS] = ("INSERT INTO message_pairs (id, subject, sender, recipients, "
                   "attachment_names, body, attachment_text) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
};

/* A row of message_pairs. A column without pairs has no text. */
typedef struct {
    int64_t id;
    GString *texts[TEXT_COUNT];
} PairsRow;

/* A row of %_docsize. */
typedef struct {
    int64_t id;
    size_t at; /* in FtsBuilder.sizes */
    size_t length;
} DocumentSize;

struct FtsBuilder {
    sqlite3 *archive;
    sqlite3 *memory; /* lends its built-in tokenizer */
    Tokenizer *tokenizer;
    StatementSet statements;
    MessageTexts texts;
    MailRecord record;
    GThread *thread; /* NULL while nothing is being built */
    const FtsDocument *documents;
    size_t n_documents;

    /* What the thread makes. */
    bool is_out_of_memory;
    FtsTerms *terms;
    FtsSegmentWriter *segment;
    uint32_t last_page;
    GArray *document_sizes; /* DocumentSize */
    GByteArray *sizes;
    GArray *pairs_rows; /* PairsRow */
    uint64_t totals[N_TOTALS];

    /* While a column is read. */
    uint32_t column;
    uint32_t position;
};

static void pairs_row_clear(gpointer data)
{
    const PairsRow *row = data;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        if (row->texts[i] != NULL) {
            g_string_free(row->texts[i], true);
        }
    }
}

static bool open_tokenizer(FtsBuilder *builder, GError **error)
{
    if (sqlite3_open_v2(":memory:", &builder->memory,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "tokenizer: out of memory");
        return false;
    }
    builder->tokenizer = tokenizer_new(builder->memory, error);
    return builder->tokenizer != NULL;
}

FtsBuilder *fts_builder_new(sqlite3 *archive, GError **error)
{
    g_autoptr(FtsBuilder) builder = g_new0(FtsBuilder, 1);
    builder->archive = archive;
    message_texts_init(&builder->texts);
    mail_record_init(&builder->record);
    builder->terms = fts_terms_new();
    builder->segment = fts_segment_writer_new(FTS_PAGE_BYTES);
    builder->document_sizes = g_array_new(false, false, sizeof(DocumentSize));
    builder->sizes = g_byte_array_new();
    builder->pairs_rows = g_array_new(false, false, sizeof(PairsRow));
    g_array_set_clear_func(builder->pairs_rows, pairs_row_clear);
    if (!open_tokenizer(builder, error) ||
        !statement_set_init(&builder->statements, archive, statements_sql, N_STATEMENTS,
                            error)) {
        return NULL;
    }
    return g_steal_pointer(&builder);
}

void fts_builder_free(FtsBuilder *builder)
{
    if (builder == NULL) {
        return;
    }
    if (builder->thread != NULL) {
        g_thread_join(builder->thread);
    }
    statement_set_clear(&builder->statements);
    tokenizer_free(builder->tokenizer);
    sqlite3_close(builder->memory);
    message_texts_clear(&builder->texts);
    mail_record_destroy(&builder->record);
    fts_terms_free(builder->terms);
    fts_segment_writer_free(builder->segment);
    g_array_unref(builder->document_sizes);
    g_byte_array_unref(builder->sizes);
    g_array_unref(builder->pairs_rows);
    g_free(builder);
}

static void add_token(void *data, Slice token)
{
    FtsBuilder *builder = data;
    fts_terms_add(builder->terms, builder->column, builder->position, token);
    builder->position++;
}

/* The columns of message_fts, in its order. */
static const TextColumn columns[TEXT_COUNT] = {TEXT_SUBJECT,          TEXT_SENDER,
                                               TEXT_RECIPIENTS,       TEXT_BODY,
                                               TEXT_ATTACHMENT_NAMES, TEXT_ATTACHMENT_TEXT};

/* Keeps the text of `column` as it was indexed, for the row of message_pairs. */
static void keep_pairs(FtsBuilder *builder, TextColumn column, PairsRow *row)
{
    row->texts[column] = g_string_new(NULL);
    pairs_append(row->texts[column], builder->texts.texts[column]);
}

static void add_document(FtsBuilder *builder, const FtsDocument *document)
{
    mail_record_clear(&builder->record);
    bool decoded = record_decode(document->flat, true, &builder->record);
    g_assert(decoded);
    message_texts_collect(&builder->texts, &builder->record);
    message_texts_fold(&builder->texts);
    DocumentSize size = {.id = document->id, .at = builder->sizes->len};
    PairsRow row = {.id = document->id};
    bool has_pairs = false;
    fts_terms_begin_document(builder->terms, document->id);
    for (uint32_t i = 0; i < TEXT_COUNT; i++) {
        builder->column = i;
        builder->position = 0;
        if (!tokenizer_run(builder->tokenizer, builder->texts.texts[columns[i]], add_token,
                           builder)) {
            builder->is_out_of_memory = true;
        }
        if (tokenizer_met_pairs(builder->tokenizer)) {
            keep_pairs(builder, columns[i], &row);
            has_pairs = true;
        }
        fts_varint_append(builder->sizes, builder->position);
        builder->totals[1 + i] += builder->position;
    }
    builder->totals[0]++;
    size.length = builder->sizes->len - size.at;
    g_array_append_val(builder->document_sizes, size);
    if (has_pairs) {
        g_array_append_val(builder->pairs_rows, row);
    }
}

static gpointer run_thread(gpointer data)
{
    FtsBuilder *builder = data;
    g_array_set_size(builder->document_sizes, 0);
    g_byte_array_set_size(builder->sizes, 0);
    g_array_set_size(builder->pairs_rows, 0);
    memset(builder->totals, 0, sizeof(builder->totals));
    for (size_t i = 0; i < builder->n_documents; i++) {
        add_document(builder, &builder->documents[i]);
    }
    fts_terms_finish(builder->terms);
    builder->last_page = fts_segment_write(builder->segment, builder->terms);
    fts_terms_clear(builder->terms);
    return NULL;
}

void fts_builder_start(FtsBuilder *builder, const FtsDocument *documents, size_t n_documents)
{
    g_assert(builder->thread == NULL);
    builder->documents = documents;
    builder->n_documents = n_documents;
    builder->is_out_of_memory = false;
    if (n_documents > 0) {
        builder->thread = g_thread_new("fts-builder", run_thread, builder);
    }
}

static Slice bytes_slice(const GByteArray *bytes)
{
    return slice_of((const char *)bytes->data, bytes->len);
}

static bool put_record(FtsBuilder *builder, int64_t row, const GByteArray *bytes,
                       GError **error)
{
    sqlite3_stmt *put = statement_set_get(&builder->statements, WRITE_RECORD);
    sqlite3_bind_int64(put, 1, row);
    statement_bind_blob(put, 2, bytes_slice(bytes));
    return statement_run(put, error);
}

static bool fail_corrupt(FtsBuilder *builder, GError **error)
{
    g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "%s: the full-text index is damaged",
                sqlite3_db_filename(builder->archive, "main"));
    return false;
}

/* Lists the new segment. `ret_id` is its id, 0 when there is none. */
static bool add_to_structure(FtsBuilder *builder, uint32_t *ret_id, GError **error)
{
    *ret_id = 0;
    if (builder->last_page == 0) {
        return true;
    }
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    g_autoptr(GByteArray) record = g_byte_array_new();
    if (!fts_index_read_record(builder->archive, FTS_STRUCTURE_ROW, record, error)) {
        return false;
    }
    if (!fts_structure_parse(&structure, bytes_slice(record))) {
        return fail_corrupt(builder, error);
    }
    *ret_id = fts_structure_add(&structure, 1, builder->last_page);
    if (*ret_id == 0) {
        return fail_corrupt(builder, error);
    }
    g_byte_array_set_size(record, 0);
    fts_structure_append(&structure, record);
    return put_record(builder, FTS_STRUCTURE_ROW, record, error);
}

static bool add_to_totals(FtsBuilder *builder, GError **error)
{
    g_autoptr(GByteArray) record = g_byte_array_new();
    g_autoptr(GArray) totals = g_array_new(false, true, sizeof(uint64_t));
    if (!fts_index_read_record(builder->archive, FTS_TOTALS_ROW, record, error)) {
        return false;
    }
    if (!fts_totals_add(totals, bytes_slice(record))) {
        return fail_corrupt(builder, error);
    }
    g_array_set_size(totals, N_TOTALS);
    for (guint i = 0; i < N_TOTALS; i++) {
        g_array_index(totals, uint64_t, i) += builder->totals[i];
    }
    g_byte_array_set_size(record, 0);
    fts_totals_append(totals, record);
    return put_record(builder, FTS_TOTALS_ROW, record, error);
}

static bool add_pages(const FtsBuilder *builder, uint32_t segment, GError **error)
{
    const size_t n_pages = fts_segment_page_count(builder->segment);
    for (size_t i = 0; i < n_pages; i++) {
        int64_t place = 0;
        const Slice page = fts_segment_page(builder->segment, i, &place);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_PAGE);
        sqlite3_bind_int64(add, 1, (int64_t)segment << FTS_SEGMENT_SHIFT | place);
        statement_bind_blob(add, 2, page);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool add_entries(const FtsBuilder *builder, uint32_t segment, GError **error)
{
    const size_t n_entries = fts_segment_entry_count(builder->segment);
    for (size_t i = 0; i < n_entries; i++) {
        int64_t page = 0;
        const Slice term = fts_segment_entry(builder->segment, i, &page);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_TERM);
        sqlite3_bind_int64(add, 1, segment);
        statement_bind_blob(add, 2, term);
        sqlite3_bind_int64(add, 3, page);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool add_sizes(const FtsBuilder *builder, GError **error)
{
    for (guint i = 0; i < builder->document_sizes->len; i++) {
        const DocumentSize *size = &g_array_index(builder->document_sizes, DocumentSize, i);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_SIZE);
        sqlite3_bind_int64(add, 1, size->id);
        statement_bind_blob(
            add, 2, slice_of((const char *)builder->sizes->data + size->at, size->length));
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool add_pairs(const FtsBuilder *builder, GError **error)
{
    for (guint i = 0; i < builder->pairs_rows->len; i++) {
        const PairsRow *row = &g_array_index(builder->pairs_rows, PairsRow, i);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_PAIRS);
        sqlite3_bind_int64(add, 1, row->id);
        for (int column = 0; column < TEXT_COUNT; column++) {
            const GString *text = row->texts[column];
            if (text == NULL) {
                sqlite3_bind_null(add, column + 2);
            } else {
                statement_bind_text(add, column + 2, slice_of(text->str, text->len));
            }
        }
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

bool fts_builder_finish(FtsBuilder *builder, GError **error)
{
    if (builder->thread == NULL) {
        return true;
    }
    g_thread_join(g_steal_pointer(&builder->thread));
    if (builder->is_out_of_memory) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "full-text index: out of memory");
        return false;
    }
    uint32_t segment = 0;
    if (!add_to_structure(builder, &segment, error) || !add_to_totals(builder, error)) {
        return false;
    }
    return add_sizes(builder, error) && add_pairs(builder, error) &&
           (segment == 0 ||
            (add_pages(builder, segment, error) && add_entries(builder, segment, error)));
}
