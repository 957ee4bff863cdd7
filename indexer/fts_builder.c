/* SPDX-License-Identifier: MIT */
#include "indexer/fts_builder.h"

#include "indexer/fts_index.h"
#include "indexer/fts_structure.h"
#include "indexer/message_texts.h"
#include "indexer/statement_set.h"
#include "indexer/tokenizer.h"
#include "schema/record_codec.h"

/* Columns and tokenizer are those of schema.sql; the text itself is the archive's. */
static const char setup_sql[] =
    "PRAGMA journal_mode = off; PRAGMA secure_delete = 0; PRAGMA temp_store = memory;"
    "CREATE VIRTUAL TABLE message_fts USING fts5 (subject, sender, recipients, body,"
    " attachment_names, attachment_text, content = '',"
    " tokenize = 'unicode61 remove_diacritics 2')";

static const char empty_sql[] = "INSERT INTO message_fts (message_fts) VALUES ('delete-all')";

enum { ADD_DOCUMENT, GET_PAGES, GET_TERMS, GET_SIZES, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [ADD_DOCUMENT] = ("INSERT INTO message_fts (rowid, subject, sender, recipients,"
                      " attachment_names, body, attachment_text)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
    [GET_PAGES] = "SELECT id, block FROM message_fts_data WHERE id > ?1 ORDER BY id",
    [GET_TERMS] = "SELECT segid, term, pgno FROM message_fts_idx",
    [GET_SIZES] = "SELECT id, sz FROM message_fts_docsize ORDER BY id",
};

/* The same rows in the archive. */
enum { WRITE_RECORD, ADD_PAGE, ADD_TERM, ADD_SIZE, N_ARCHIVE_STATEMENTS };

static const char *const archive_sql[N_ARCHIVE_STATEMENTS] = {
    [WRITE_RECORD] = "REPLACE INTO message_fts_data (id, block) VALUES (?1, ?2)",
    [ADD_PAGE] = "INSERT INTO message_fts_data (id, block) VALUES (?1, ?2)",
    [ADD_TERM] = "INSERT INTO message_fts_idx (segid, term, pgno) VALUES (?1, ?2, ?3)",
    [ADD_SIZE] = "INSERT INTO message_fts_docsize (id, sz) VALUES (?1, ?2)",
};

struct FtsBuilder {
    sqlite3 *db; /* in memory */
    StatementSet statements;
    MessageTexts texts;
    MailRecord record;
    GThread *thread; /* NULL while nothing is being built */
    const FtsDocument *documents;
    size_t n_documents;
    GError *error; /* of the thread */
    sqlite3 *archive;
    StatementSet to_archive;
    uint32_t segment_ids[FTS_SEGMENT_ID_MAX + 1]; /* in the archive, by id in `db` */
};

FtsBuilder *fts_builder_new(sqlite3 *archive, GError **error)
{
    g_autoptr(FtsBuilder) builder = g_new0(FtsBuilder, 1);
    builder->archive = archive;
    message_texts_init(&builder->texts);
    mail_record_init(&builder->record);
    if (sqlite3_open_v2(":memory:", &builder->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                            SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "index in memory: out of memory");
        return NULL;
    }
    if (!tokenizer_register(builder->db, error) ||
        !archive_exec(builder->db, setup_sql, error) ||
        !fts_index_configure(builder->db, error) ||
        !statement_set_init(&builder->statements, builder->db, statements_sql, N_STATEMENTS,
                            error) ||
        !statement_set_init(&builder->to_archive, archive, archive_sql, N_ARCHIVE_STATEMENTS,
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
    statement_set_clear(&builder->to_archive);
    statement_set_clear(&builder->statements);
    sqlite3_close(builder->db);
    message_texts_clear(&builder->texts);
    mail_record_destroy(&builder->record);
    g_clear_error(&builder->error);
    g_free(builder);
}

static bool add_document(FtsBuilder *builder, const FtsDocument *document, GError **error)
{
    mail_record_clear(&builder->record);
    bool decoded = record_decode(document->flat, true, &builder->record);
    g_assert(decoded);
    message_texts_collect(&builder->texts, &builder->record);
    message_texts_fold(&builder->texts);
    sqlite3_stmt *add = statement_set_get(&builder->statements, ADD_DOCUMENT);
    sqlite3_bind_int64(add, 1, document->id);
    for (int i = 0; i < TEXT_COUNT; i++) {
        statement_bind_text(add, i + 2, builder->texts.texts[i]);
    }
    return statement_run(add, error);
}

static bool build(FtsBuilder *builder, GError **error)
{
    if (!archive_exec(builder->db, "BEGIN", error)) {
        return false;
    }
    for (size_t i = 0; i < builder->n_documents; i++) {
        if (!add_document(builder, &builder->documents[i], error)) {
            return false;
        }
    }
    return archive_exec(builder->db, "COMMIT", error);
}

static gpointer run_thread(gpointer data)
{
    FtsBuilder *builder = data;
    return GINT_TO_POINTER(build(builder, &builder->error));
}

void fts_builder_start(FtsBuilder *builder, const FtsDocument *documents, size_t n_documents)
{
    g_assert(builder->thread == NULL);
    builder->documents = documents;
    builder->n_documents = n_documents;
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
    sqlite3_stmt *put = statement_set_get(&builder->to_archive, WRITE_RECORD);
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

/* Reads a record of both databases. */
static bool get_both(FtsBuilder *builder, int64_t row, GByteArray *built, GByteArray *archived,
                     GError **error)
{
    return fts_index_read_record(builder->db, row, built, error) &&
           fts_index_read_record(builder->archive, row, archived, error);
}

/* Gives each new segment its id in the archive. */
static bool move_structure(FtsBuilder *builder, GError **error)
{
    g_auto(FtsStructure) built = {0};
    g_auto(FtsStructure) archived = {0};
    fts_structure_init(&built);
    fts_structure_init(&archived);
    g_autoptr(GByteArray) built_record = g_byte_array_new();
    g_autoptr(GByteArray) record = g_byte_array_new();
    if (!get_both(builder, FTS_STRUCTURE_ROW, built_record, record, error)) {
        return false;
    }
    if (!fts_structure_parse(&built, bytes_slice(built_record)) ||
        !fts_structure_parse(&archived, bytes_slice(record))) {
        return fail_corrupt(builder, error);
    }
    for (guint i = 0; i < built.segments->len; i++) {
        const FtsSegment *segment = &g_array_index(built.segments, FtsSegment, i);
        const uint32_t id =
            fts_structure_add(&archived, segment->first_page, segment->last_page);
        if (id == 0) {
            return fail_corrupt(builder, error);
        }
        builder->segment_ids[segment->id] = id;
    }
    g_byte_array_set_size(record, 0);
    fts_structure_append(&archived, record);
    return put_record(builder, FTS_STRUCTURE_ROW, record, error);
}

static bool move_totals(FtsBuilder *builder, GError **error)
{
    g_autoptr(GByteArray) built = g_byte_array_new();
    g_autoptr(GByteArray) record = g_byte_array_new();
    g_autoptr(GArray) totals = g_array_new(false, false, sizeof(uint64_t));
    if (!get_both(builder, FTS_TOTALS_ROW, built, record, error)) {
        return false;
    }
    if (!fts_totals_add(totals, bytes_slice(record)) ||
        !fts_totals_add(totals, bytes_slice(built))) {
        return fail_corrupt(builder, error);
    }
    g_byte_array_set_size(record, 0);
    fts_totals_append(totals, record);
    return put_record(builder, FTS_TOTALS_ROW, record, error);
}

/* Binds the columns of a row to the places of the insert. */
typedef void (*BindFunc)(const FtsBuilder *builder, sqlite3_stmt *row, sqlite3_stmt *add);

static void bind_page(const FtsBuilder *builder, sqlite3_stmt *row, sqlite3_stmt *add)
{
    const int64_t id = sqlite3_column_int64(row, 0);
    const int64_t place = id & ((INT64_C(1) << FTS_SEGMENT_SHIFT) - 1);
    const int64_t segment = builder->segment_ids[id >> FTS_SEGMENT_SHIFT];
    sqlite3_bind_int64(add, 1, segment << FTS_SEGMENT_SHIFT | place);
    sqlite3_bind_blob(add, 2, sqlite3_column_blob(row, 1), sqlite3_column_bytes(row, 1),
                      SQLITE_STATIC);
}

static void bind_term(const FtsBuilder *builder, sqlite3_stmt *row, sqlite3_stmt *add)
{
    sqlite3_bind_int64(add, 1, builder->segment_ids[sqlite3_column_int64(row, 0)]);
    sqlite3_bind_value(add, 2, sqlite3_column_value(row, 1));
    sqlite3_bind_int64(add, 3, sqlite3_column_int64(row, 2));
}

static void bind_size(const FtsBuilder *builder G_GNUC_UNUSED, sqlite3_stmt *row,
                      sqlite3_stmt *add)
{
    sqlite3_bind_int64(add, 1, sqlite3_column_int64(row, 0));
    sqlite3_bind_blob(add, 2, sqlite3_column_blob(row, 1), sqlite3_column_bytes(row, 1),
                      SQLITE_STATIC);
}

static bool move_rows(FtsBuilder *builder, sqlite3_stmt *rows, size_t add_index, BindFunc bind,
                      GError **error)
{
    int code = SQLITE_DONE;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        sqlite3_stmt *add = statement_set_get(&builder->to_archive, add_index);
        bind(builder, rows, add);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    if (code != SQLITE_DONE) {
        archive_set_error(builder->db, error);
        return false;
    }
    sqlite3_reset(rows);
    return true;
}

static bool move_segments(FtsBuilder *builder, GError **error)
{
    sqlite3_stmt *pages = statement_set_get(&builder->statements, GET_PAGES);
    sqlite3_bind_int64(pages, 1, (INT64_C(1) << FTS_SEGMENT_SHIFT) - 1);
    return move_structure(builder, error) && move_totals(builder, error) &&
           move_rows(builder, pages, ADD_PAGE, bind_page, error) &&
           move_rows(builder, statement_set_get(&builder->statements, GET_TERMS), ADD_TERM,
                     bind_term, error) &&
           move_rows(builder, statement_set_get(&builder->statements, GET_SIZES), ADD_SIZE,
                     bind_size, error) &&
           archive_exec(builder->db, empty_sql, error);
}

bool fts_builder_finish(FtsBuilder *builder, GError **error)
{
    if (builder->thread == NULL) {
        return true;
    }
    bool built = GPOINTER_TO_INT(g_thread_join(g_steal_pointer(&builder->thread))) != 0;
    if (!built) {
        g_propagate_error(error, g_steal_pointer(&builder->error));
        return false;
    }
    return move_segments(builder, error);
}
