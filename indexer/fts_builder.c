/* SPDX-License-Identifier: MIT */
#include "indexer/fts_builder.h"

#include "indexer/fts_index.h"
#include "indexer/fts_structure.h"
#include "indexer/statement_set.h"

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

struct FtsBuilder {
    sqlite3 *archive;
    StatementSet statements;
    FtsBatch **batches; /* a ring */
    unsigned n_batches;
    unsigned first; /* the oldest of those that are being indexed */
    unsigned n_running;
};

FtsBuilder *fts_builder_new(sqlite3 *archive, unsigned n_threads, GError **error)
{
    g_autoptr(FtsBuilder) builder = g_new0(FtsBuilder, 1);
    builder->archive = archive;
    builder->batches = g_new0(FtsBatch *, n_threads);
    for (; builder->n_batches < n_threads; builder->n_batches++) {
        builder->batches[builder->n_batches] = fts_batch_new(error);
        if (builder->batches[builder->n_batches] == NULL) {
            return NULL;
        }
    }
    return statement_set_init(&builder->statements, archive, statements_sql, N_STATEMENTS,
                              error)
               ? g_steal_pointer(&builder)
               : NULL;
}

void fts_builder_free(FtsBuilder *builder)
{
    if (builder == NULL) {
        return;
    }
    for (unsigned i = 0; i < builder->n_batches; i++) {
        fts_batch_free(builder->batches[i]);
    }
    g_free(builder->batches);
    statement_set_clear(&builder->statements);
    g_free(builder);
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
static bool add_to_structure(FtsBuilder *builder, const FtsBatchIndex *index, uint32_t *ret_id,
                             GError **error)
{
    *ret_id = 0;
    if (index->last_page == 0) {
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
    *ret_id = fts_structure_add(&structure, 1, index->last_page);
    if (*ret_id == 0) {
        return fail_corrupt(builder, error);
    }
    g_byte_array_set_size(record, 0);
    fts_structure_append(&structure, record);
    return put_record(builder, FTS_STRUCTURE_ROW, record, error);
}

static bool add_to_totals(FtsBuilder *builder, const FtsBatchIndex *index, GError **error)
{
    g_autoptr(GByteArray) record = g_byte_array_new();
    g_autoptr(GArray) totals = g_array_new(false, true, sizeof(uint64_t));
    if (!fts_index_read_record(builder->archive, FTS_TOTALS_ROW, record, error)) {
        return false;
    }
    if (!fts_totals_add(totals, bytes_slice(record))) {
        return fail_corrupt(builder, error);
    }
    g_array_set_size(totals, FTS_TOTAL_COUNT);
    for (guint i = 0; i < FTS_TOTAL_COUNT; i++) {
        g_array_index(totals, uint64_t, i) += index->totals[i];
    }
    g_byte_array_set_size(record, 0);
    fts_totals_append(totals, record);
    return put_record(builder, FTS_TOTALS_ROW, record, error);
}

static bool add_pages(const FtsBuilder *builder, const FtsBatchIndex *index, uint32_t segment,
                      GError **error)
{
    const size_t n_pages = fts_segment_page_count(index->segment);
    for (size_t i = 0; i < n_pages; i++) {
        int64_t place = 0;
        const Slice page = fts_segment_page(index->segment, i, &place);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_PAGE);
        sqlite3_bind_int64(add, 1, (int64_t)segment << FTS_SEGMENT_SHIFT | place);
        statement_bind_blob(add, 2, page);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool add_entries(const FtsBuilder *builder, const FtsBatchIndex *index, uint32_t segment,
                        GError **error)
{
    const size_t n_entries = fts_segment_entry_count(index->segment);
    for (size_t i = 0; i < n_entries; i++) {
        int64_t page = 0;
        const Slice term = fts_segment_entry(index->segment, i, &page);
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

static bool add_sizes(const FtsBuilder *builder, const FtsBatchIndex *index, GError **error)
{
    for (guint i = 0; i < index->document_sizes->len; i++) {
        const FtsDocumentSize *size = &g_array_index(index->document_sizes, FtsDocumentSize, i);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_SIZE);
        sqlite3_bind_int64(add, 1, size->id);
        statement_bind_blob(
            add, 2, slice_of((const char *)index->sizes->data + size->at, size->length));
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool add_pairs(const FtsBuilder *builder, const FtsBatchIndex *index, GError **error)
{
    for (guint i = 0; i < index->pairs_rows->len; i++) {
        const FtsPairsRow *row = &g_array_index(index->pairs_rows, FtsPairsRow, i);
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

static bool add_index(FtsBuilder *builder, const FtsBatchIndex *index, GError **error)
{
    uint32_t segment = 0;
    if (!add_to_structure(builder, index, &segment, error) ||
        !add_to_totals(builder, index, error)) {
        return false;
    }
    return add_sizes(builder, index, error) && add_pairs(builder, index, error) &&
           (segment == 0 || (add_pages(builder, index, segment, error) &&
                             add_entries(builder, index, segment, error)));
}

/* Waits for the oldest batch and adds its index. */
static bool finish_first(FtsBuilder *builder, GError **error)
{
    FtsBatch *batch = builder->batches[builder->first];
    builder->first = (builder->first + 1) % builder->n_batches;
    builder->n_running--;
    const FtsBatchIndex *index = fts_batch_wait(batch, error);
    return index != NULL && add_index(builder, index, error);
}

bool fts_builder_start(FtsBuilder *builder, const FtsDocument *documents, size_t n_documents,
                       GError **error)
{
    if (n_documents == 0) {
        return true;
    }
    if (builder->n_running == builder->n_batches && !finish_first(builder, error)) {
        return false;
    }
    const unsigned next = (builder->first + builder->n_running) % builder->n_batches;
    fts_batch_start(builder->batches[next], documents, n_documents);
    builder->n_running++;
    return true;
}

bool fts_builder_finish(FtsBuilder *builder, GError **error)
{
    while (builder->n_running > 0) {
        if (!finish_first(builder, error)) {
            return false;
        }
    }
    return true;
}

unsigned fts_builder_running(const FtsBuilder *builder)
{
    return builder->n_running;
}
