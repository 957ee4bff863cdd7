/* SPDX-License-Identifier: MIT */
#include "indexer/fts_builder.h"

#include "indexer/fts_index.h"
#include "indexer/statement_set.h"

enum { ADD_SIZE, ADD_PAIRS, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [ADD_SIZE] = "INSERT INTO message_fts_docsize (id, sz) VALUES (?1, ?2)",
    [ADD_PAIRS] = ("INSERT INTO message_pairs (id, subject, sender, recipients, "
                   "attachment_names, body, attachment_text) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
};

struct FtsBuilder {
    FtsIndex *index;
    StatementSet statements;
    FtsBatch **batches; /* a ring */
    unsigned n_batches;
    unsigned first; /* the oldest of those that are being indexed */
    unsigned n_running;
};

FtsBuilder *fts_builder_new(sqlite3 *archive, unsigned n_threads, GError **error)
{
    g_autoptr(FtsBuilder) builder = g_new0(FtsBuilder, 1);
    builder->batches = g_new0(FtsBatch *, n_threads);
    for (; builder->n_batches < n_threads; builder->n_batches++) {
        builder->batches[builder->n_batches] = fts_batch_new(error);
        if (builder->batches[builder->n_batches] == NULL) {
            return NULL;
        }
    }
    builder->index = fts_index_new(archive, error);
    return builder->index != NULL && statement_set_init(&builder->statements, archive,
                                                        statements_sql, N_STATEMENTS, error)
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
    fts_index_free(builder->index);
    g_free(builder);
}

static bool add_sizes(const FtsBuilder *builder, const FtsBatchIndex *index, GError **error)
{
    for (guint i = 0; i < index->document_sizes->len; i++) {
        const FtsDocumentSize *size = &g_array_index(index->document_sizes, FtsDocumentSize, i);
        sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_SIZE);
        sqlite3_bind_int64(add, 1, size->id);
        statement_bind_blob(add, 2,
                            slice_of((const char *)index->sizes.data + size->at, size->length));
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
    return fts_index_add_totals(builder->index, index->totals, FTS_TOTAL_COUNT, error) &&
           add_sizes(builder, index, error) && add_pairs(builder, index, error) &&
           fts_index_add_segment(builder->index, fts_segment_rows(index->segment),
                                 index->last_page, error);
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

bool fts_builder_merge(FtsBuilder *builder, GError **error)
{
    return fts_builder_finish(builder, error) && fts_index_merge(builder->index, error);
}

unsigned fts_builder_merge_count(const FtsBuilder *builder)
{
    return fts_index_merge_count(builder->index);
}
