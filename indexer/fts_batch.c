/* SPDX-License-Identifier: MIT */
#include "indexer/fts_batch.h"

#include "indexer/fts_varint.h"
#include "indexer/tokenizer.h"
#include "schema/pairs.h"
#include "schema/record_codec.h"

struct FtsBatch {
    sqlite3 *memory; /* lends its built-in tokenizer */
    Tokenizer *tokenizer;
    MessageTexts texts;
    MailRecord record;
    FtsTerms *terms;
    GThread *thread; /* NULL while nothing is being built */
    const FtsDocument *documents;
    size_t n_documents;

    /* What the thread makes. */
    FtsBatchIndex index;
    bool is_out_of_memory;

    /* While a column is read. */
    uint32_t column;
    uint32_t position;
};

static void pairs_row_clear(gpointer data)
{
    const FtsPairsRow *row = data;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        if (row->texts[i] != NULL) {
            g_string_free(row->texts[i], true);
        }
    }
}

static bool open_tokenizer(FtsBatch *batch, GError **error)
{
    if (sqlite3_open_v2(":memory:", &batch->memory,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "tokenizer: out of memory");
        return false;
    }
    batch->tokenizer = tokenizer_new(batch->memory, error);
    return batch->tokenizer != NULL;
}

FtsBatch *fts_batch_new(GError **error)
{
    g_autoptr(FtsBatch) batch = g_new0(FtsBatch, 1);
    message_texts_init(&batch->texts);
    mail_record_init(&batch->record);
    batch->terms = fts_terms_new();
    batch->index.segment = fts_segment_writer_new(FTS_PAGE_BYTES);
    batch->index.document_sizes = g_array_new(false, false, sizeof(FtsDocumentSize));
    batch->index.pairs_rows = g_array_new(false, false, sizeof(FtsPairsRow));
    g_array_set_clear_func(batch->index.pairs_rows, pairs_row_clear);
    return open_tokenizer(batch, error) ? g_steal_pointer(&batch) : NULL;
}

void fts_batch_free(FtsBatch *batch)
{
    if (batch == NULL) {
        return;
    }
    if (batch->thread != NULL) {
        g_thread_join(batch->thread);
    }
    tokenizer_free(batch->tokenizer);
    sqlite3_close(batch->memory);
    message_texts_clear(&batch->texts);
    mail_record_destroy(&batch->record);
    fts_terms_free(batch->terms);
    fts_segment_writer_free(batch->index.segment);
    g_array_unref(batch->index.document_sizes);
    byte_buffer_clear(&batch->index.sizes);
    g_array_unref(batch->index.pairs_rows);
    g_free(batch);
}

static void add_token(void *data, Slice token)
{
    FtsBatch *batch = data;
    fts_terms_add(batch->terms, batch->column, batch->position, token);
    batch->position++;
}

/* The columns of message_fts, in its order. */
static const TextColumn columns[TEXT_COUNT] = {TEXT_SUBJECT,          TEXT_SENDER,
                                               TEXT_RECIPIENTS,       TEXT_BODY,
                                               TEXT_ATTACHMENT_NAMES, TEXT_ATTACHMENT_TEXT};

/* Keeps the text of `column` as it was indexed, for the row of message_pairs. */
static void keep_pairs(FtsBatch *batch, TextColumn column, FtsPairsRow *row)
{
    row->texts[column] = g_string_new(NULL);
    pairs_append(row->texts[column], batch->texts.texts[column]);
}

static void add_document(FtsBatch *batch, const FtsDocument *document)
{
    mail_record_clear(&batch->record);
    bool decoded = record_decode_searched(document->flat, &batch->record);
    g_assert(decoded);
    message_texts_collect(&batch->texts, &batch->record);
    message_texts_fold(&batch->texts);
    FtsDocumentSize size = {.id = document->id, .at = batch->index.sizes.length};
    FtsPairsRow row = {.id = document->id};
    bool has_pairs = false;
    fts_terms_begin_document(batch->terms, document->id);
    for (uint32_t i = 0; i < TEXT_COUNT; i++) {
        batch->column = i;
        batch->position = 0;
        if (!tokenizer_run(batch->tokenizer, batch->texts.texts[columns[i]], add_token,
                           batch)) {
            batch->is_out_of_memory = true;
        }
        if (tokenizer_met_pairs(batch->tokenizer)) {
            keep_pairs(batch, columns[i], &row);
            has_pairs = true;
        }
        fts_varint_append(&batch->index.sizes, batch->position);
        batch->index.totals[1 + i] += batch->position;
    }
    batch->index.totals[0]++;
    size.length = batch->index.sizes.length - size.at;
    g_array_append_val(batch->index.document_sizes, size);
    if (has_pairs) {
        g_array_append_val(batch->index.pairs_rows, row);
    }
}

static void empty_index(FtsBatchIndex *index)
{
    g_array_set_size(index->document_sizes, 0);
    index->sizes.length = 0;
    g_array_set_size(index->pairs_rows, 0);
    memset(index->totals, 0, sizeof(index->totals));
}

static gpointer run_thread(gpointer data)
{
    FtsBatch *batch = data;
    for (size_t i = 0; i < batch->n_documents; i++) {
        add_document(batch, &batch->documents[i]);
    }
    fts_terms_finish(batch->terms);
    batch->index.last_page = fts_segment_write(batch->index.segment, batch->terms);
    fts_terms_clear(batch->terms);
    return NULL;
}

void fts_batch_start(FtsBatch *batch, const FtsDocument *documents, size_t n_documents)
{
    g_assert(batch->thread == NULL);
    batch->documents = documents;
    batch->n_documents = n_documents;
    batch->is_out_of_memory = false;
    empty_index(&batch->index);
    batch->thread = g_thread_new("fts-batch", run_thread, batch);
}

const FtsBatchIndex *fts_batch_wait(FtsBatch *batch, GError **error)
{
    g_thread_join(g_steal_pointer(&batch->thread));
    if (batch->is_out_of_memory) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "full-text index: out of memory");
        return NULL;
    }
    return &batch->index;
}
