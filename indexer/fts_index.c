/* SPDX-License-Identifier: MIT */
#include "indexer/fts_index.h"

#include "indexer/fts_merge_thread.h"
#include "indexer/fts_structure.h"
#include "indexer/statement_set.h"

enum { PUT_RECORD, ADD_PAGE, ADD_TERM, REMOVE_PAGES, REMOVE_TERMS, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [PUT_RECORD] = "REPLACE INTO message_fts_data (id, block) VALUES (?1, ?2)",
    [ADD_PAGE] = "INSERT INTO message_fts_data (id, block) VALUES (?1, ?2)",
    [ADD_TERM] = "INSERT INTO message_fts_idx (segid, term, pgno) VALUES (?1, ?2, ?3)",
    [REMOVE_PAGES] = "DELETE FROM message_fts_data WHERE id >= ?1 AND id < ?2",
    [REMOVE_TERMS] = "DELETE FROM message_fts_idx WHERE segid = ?1",
};

/* So many pages of a segment that have been read are removed at once: SQLite looks at the pages
 * beside those that it empties. */
#define REMOVE_PAGES_MIN 32

struct FtsIndex {
    sqlite3 *db;
    StatementSet statements;
    sqlite3_blob *record; /* of the last row that was read; NULL without */
    unsigned n_merges;
};

/* Segments that are being merged, the oldest first, and the one that is being made of them. */
typedef struct {
    FtsIndex *index;
    const GArray *segments; /* FtsSegment */
    uint32_t *n_read;       /* of the pages of each */
    uint32_t *n_removed;
    uint32_t id;
    GError *error; /* of reading or writing */
} Merging;

bool fts_index_configure(sqlite3 *db, GError **error)
{
    return archive_exec(
        db,
        "INSERT INTO message_fts (message_fts, rank) VALUES ('automerge', 0);"
        "INSERT INTO message_fts (message_fts, rank) VALUES ('crisismerge', 1999);"
        "INSERT INTO message_fts (message_fts, rank)"
        " VALUES ('pgsz', " G_STRINGIFY(FTS_PAGE_BYTES) ")",
        error);
}

FtsIndex *fts_index_new(sqlite3 *db, GError **error)
{
    g_autoptr(FtsIndex) index = g_new0(FtsIndex, 1);
    index->db = db;
    return statement_set_init(&index->statements, db, statements_sql, N_STATEMENTS, error)
               ? g_steal_pointer(&index)
               : NULL;
}

/* To be called when nothing more is read: an open handle keeps a lock. */
static void close_record(FtsIndex *index)
{
    sqlite3_blob_close(index->record);
    index->record = NULL;
}

void fts_index_free(FtsIndex *index)
{
    if (index == NULL) {
        return;
    }
    statement_set_clear(&index->statements);
    close_record(index);
    g_free(index);
}

static bool fail_corrupt(const FtsIndex *index, GError **error)
{
    g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL, "%s: the full-text index is damaged",
                sqlite3_db_filename(index->db, "main"));
    return false;
}

/* The last handle is used again, which is faster than a statement. */
static int open_record(FtsIndex *index, int64_t row)
{
    return index->record != NULL ? sqlite3_blob_reopen(index->record, row)
                                 : sqlite3_blob_open(index->db, "main", "message_fts_data",
                                                     "block", row, 0, &index->record);
}

/* Reads a row of %_data in place of what is in `out`, and leaves the handle open. */
static bool get_record(FtsIndex *index, int64_t row, ByteBuffer *out, GError **error)
{
    int code = open_record(index, row);
    if (code == SQLITE_OK) {
        const int length = sqlite3_blob_bytes(index->record);
        out->length = 0;
        code = sqlite3_blob_read(index->record, byte_buffer_reserve(out, (size_t)length),
                                 length, 0);
        out->length = (size_t)length;
    }
    if (code != SQLITE_OK) {
        archive_set_error(index->db, error);
        close_record(index);
    }
    return code == SQLITE_OK;
}

/* The same, with nothing more to be read. */
static bool read_record(FtsIndex *index, int64_t row, ByteBuffer *out, GError **error)
{
    const bool ok = get_record(index, row, out, error);
    close_record(index);
    return ok;
}

static bool put_record(const FtsIndex *index, int statement, int64_t row, Slice bytes,
                       GError **error)
{
    sqlite3_stmt *put = statement_set_get(&index->statements, (size_t)statement);
    sqlite3_bind_int64(put, 1, row);
    statement_bind_blob(put, 2, bytes);
    return statement_run(put, error);
}

static int64_t first_row(uint32_t segment)
{
    return (int64_t)segment << FTS_SEGMENT_SHIFT;
}

static bool add_pages(const FtsIndex *index, const FtsRows *rows, uint32_t segment,
                      GError **error)
{
    for (size_t i = 0; i < rows->pages->len; i++) {
        int64_t place = 0;
        const Slice page = fts_rows_page(rows, i, &place);
        if (!put_record(index, ADD_PAGE, first_row(segment) | place, page, error)) {
            return false;
        }
    }
    return true;
}

static bool add_entries(const FtsIndex *index, const FtsRows *rows, uint32_t segment,
                        GError **error)
{
    for (size_t i = 0; i < rows->entries->len; i++) {
        int64_t page = 0;
        const Slice term = fts_rows_entry(rows, i, &page);
        sqlite3_stmt *add = statement_set_get(&index->statements, ADD_TERM);
        sqlite3_bind_int64(add, 1, segment);
        statement_bind_blob(add, 2, term);
        sqlite3_bind_int64(add, 3, page);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool add_rows(const FtsIndex *index, const FtsRows *rows, uint32_t segment,
                     GError **error)
{
    return add_pages(index, rows, segment, error) && add_entries(index, rows, segment, error);
}

/* Of a segment, the rows of %_data from one place on and before another. */
static bool remove_pages(const FtsIndex *index, uint32_t segment, int64_t from, int64_t to,
                         GError **error)
{
    sqlite3_stmt *pages = statement_set_get(&index->statements, REMOVE_PAGES);
    sqlite3_bind_int64(pages, 1, first_row(segment) + from);
    sqlite3_bind_int64(pages, 2, first_row(segment) + to);
    return statement_run(pages, error);
}

static bool remove_segment(const FtsIndex *index, uint32_t segment, GError **error)
{
    sqlite3_stmt *terms = statement_set_get(&index->statements, REMOVE_TERMS);
    sqlite3_bind_int64(terms, 1, segment);
    return remove_pages(index, segment, 0, first_row(1), error) && statement_run(terms, error);
}

static bool get_structure(FtsIndex *index, FtsStructure *structure, GError **error)
{
    g_auto(ByteBuffer) record = {0};
    return read_record(index, FTS_STRUCTURE_ROW, &record, error) &&
           (fts_structure_parse(structure, byte_buffer_slice(&record)) ||
            fail_corrupt(index, error));
}

static bool put_structure(const FtsIndex *index, const FtsStructure *structure, GError **error)
{
    g_auto(ByteBuffer) record = {0};
    fts_structure_append(structure, &record);
    return put_record(index, PUT_RECORD, FTS_STRUCTURE_ROW, byte_buffer_slice(&record), error);
}

static uint32_t segment_id(const Merging *merging, size_t source)
{
    return g_array_index(merging->segments, FtsSegment, source).id;
}

static bool read_page(void *data, size_t source, uint32_t number, ByteBuffer *page)
{
    Merging *merging = data;
    merging->n_read[source] = number;
    return get_record(merging->index, first_row(segment_id(merging, source)) | number, page,
                      &merging->error);
}

/* What has been read goes, so that what is written takes its place in the file. */
static bool remove_read_pages(Merging *merging)
{
    for (size_t i = 0; i < merging->segments->len; i++) {
        const uint32_t from = merging->n_removed[i];
        const uint32_t to = merging->n_read[i];
        if (to < from + REMOVE_PAGES_MIN) {
            continue;
        }
        if (!remove_pages(merging->index, segment_id(merging, i), from + 1, to + 1,
                          &merging->error)) {
            return false;
        }
        merging->n_removed[i] = to;
    }
    return true;
}

static bool write_rows(void *data, const FtsRows *rows)
{
    Merging *merging = data;
    close_record(merging->index);
    return add_rows(merging->index, rows, merging->id, &merging->error) &&
           remove_read_pages(merging);
}

static bool merge_terms(Merging *merging, uint32_t *ret_last_page, GError **error)
{
    static const FtsMergeFuncs funcs = {.read_page = read_page, .write_rows = write_rows};
    const size_t n_segments = merging->segments->len;
    g_autofree uint32_t *last_pages = g_new(uint32_t, n_segments);
    for (size_t i = 0; i < n_segments; i++) {
        last_pages[i] = g_array_index(merging->segments, FtsSegment, i).last_page;
    }
    const FtsRead read =
        fts_merge_thread_run(last_pages, n_segments, &funcs, merging, ret_last_page);
    close_record(merging->index);
    if (read == FTS_READ_DAMAGED) {
        return fail_corrupt(merging->index, error);
    }
    if (read == FTS_READ_FAILED) {
        g_propagate_error(error, g_steal_pointer(&merging->error));
    }
    return read == FTS_READ_END;
}

/* Puts the segment that was made in the place of those that it was made of. */
static bool replace_merged(const Merging *merging, FtsStructure *structure, uint32_t last_page,
                           GError **error)
{
    for (size_t i = 0; i < merging->segments->len; i++) {
        if (!remove_segment(merging->index, segment_id(merging, i), error)) {
            return false;
        }
    }
    fts_structure_merge(structure, merging->segments, merging->id, last_page);
    return put_structure(merging->index, structure, error);
}

static bool merge_segments(FtsIndex *index, FtsStructure *structure, const GArray *segments,
                           GError **error)
{
    Merging merging = {
        .index = index,
        .segments = segments,
        .n_read = g_new0(uint32_t, segments->len),
        .n_removed = g_new0(uint32_t, segments->len),
        .id = fts_structure_free_id(structure),
    };
    uint32_t last_page = 0;
    const bool ok = merging.id == 0 ? fail_corrupt(index, error)
                                    : merge_terms(&merging, &last_page, error) &&
                                          replace_merged(&merging, structure, last_page, error);
    index->n_merges++;
    g_free(merging.n_read);
    g_free(merging.n_removed);
    g_clear_error(&merging.error);
    return ok;
}

static bool merge_level(FtsIndex *index, FtsStructure *structure, uint32_t level,
                        size_t n_segments, GError **error)
{
    g_autoptr(GArray) segments = fts_structure_full_level(structure, level, n_segments);
    return segments == NULL || merge_segments(index, structure, segments, error);
}

/* The lowest first, for each may fill the next. */
static bool merge_levels(FtsIndex *index, FtsStructure *structure, size_t n_segments,
                         GError **error)
{
    bool ok = true;
    for (uint32_t level = 0; ok && level < structure->merging->len; level++) {
        ok = merge_level(index, structure, level, n_segments, error);
    }
    return ok;
}

bool fts_index_add_segment(FtsIndex *index, const FtsRows *rows, uint32_t last_page,
                           GError **error)
{
    if (last_page == 0) {
        return true;
    }
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    if (!get_structure(index, &structure, error)) {
        return false;
    }
    const uint32_t id = fts_structure_add(&structure, last_page);
    if (id == 0) {
        return fail_corrupt(index, error);
    }
    return put_structure(index, &structure, error) && add_rows(index, rows, id, error) &&
           merge_levels(index, &structure, FTS_LEVEL_SEGMENTS_MAX, error);
}

bool fts_index_merge(FtsIndex *index, GError **error)
{
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    const size_t n_segments = index->n_merges > 0 ? 2 : FTS_LEVEL_SEGMENTS;
    return get_structure(index, &structure, error) &&
           merge_level(index, &structure, 0, n_segments, error) &&
           merge_levels(index, &structure, FTS_LEVEL_SEGMENTS, error);
}

unsigned fts_index_merge_count(const FtsIndex *index)
{
    return index->n_merges;
}

bool fts_index_add_totals(FtsIndex *index, const uint64_t *totals, size_t n_totals,
                          GError **error)
{
    g_auto(ByteBuffer) record = {0};
    g_autoptr(GArray) sums = g_array_new(false, true, sizeof(uint64_t));
    if (!read_record(index, FTS_TOTALS_ROW, &record, error)) {
        return false;
    }
    if (!fts_totals_add(sums, byte_buffer_slice(&record))) {
        return fail_corrupt(index, error);
    }
    g_array_set_size(sums, (guint)n_totals);
    for (guint i = 0; i < n_totals; i++) {
        g_array_index(sums, uint64_t, i) += totals[i];
    }
    record.length = 0;
    fts_totals_append(sums, &record);
    return put_record(index, PUT_RECORD, FTS_TOTALS_ROW, byte_buffer_slice(&record), error);
}
