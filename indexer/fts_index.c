/* SPDX-License-Identifier: MIT */
#include "indexer/fts_index.h"

#include "indexer/fts_merge.h"
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

/* A merge goes on in steps of so many bytes of pages. */
#define STEP_BYTES ((size_t)4 << 20)

/* So many pages of a segment that have been read are removed at once: SQLite looks at the pages
 * beside those that it empties. */
#define REMOVE_PAGES_MIN 32

struct FtsIndex {
    sqlite3 *db;
    StatementSet statements;
    sqlite3_blob *record; /* of the last row that was read; NULL without */
    ByteBuffer page;      /* the last that was read */
    GError *read_error;   /* why it could not be */
};

/* A segment that is being merged. */
typedef struct {
    FtsIndex *index;
    uint32_t segment;
    FtsReader *reader;
    uint32_t n_removed; /* of its pages */
} Source;

/* Segments that are being merged, and the one that is being made of them. */
typedef struct {
    FtsIndex *index;
    GArray *sources; /* Source, the oldest first */
    uint32_t id;
    FtsSegmentWriter *writer;
    FtsMerge *merge;
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
    byte_buffer_clear(&index->page);
    g_clear_error(&index->read_error);
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

static bool add_pages(const FtsIndex *index, const FtsSegmentWriter *writer, uint32_t segment,
                      GError **error)
{
    const size_t n_pages = fts_segment_page_count(writer);
    for (size_t i = 0; i < n_pages; i++) {
        int64_t place = 0;
        const Slice page = fts_segment_page(writer, i, &place);
        if (!put_record(index, ADD_PAGE, first_row(segment) | place, page, error)) {
            return false;
        }
    }
    return true;
}

static bool add_entries(const FtsIndex *index, const FtsSegmentWriter *writer, uint32_t segment,
                        GError **error)
{
    const size_t n_entries = fts_segment_entry_count(writer);
    for (size_t i = 0; i < n_entries; i++) {
        int64_t page = 0;
        const Slice term = fts_segment_entry(writer, i, &page);
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

/* The rows of what is complete of a segment. */
static bool add_rows(const FtsIndex *index, const FtsSegmentWriter *writer, uint32_t segment,
                     GError **error)
{
    return add_pages(index, writer, segment, error) &&
           add_entries(index, writer, segment, error);
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

static bool read_page(void *data, uint32_t number, Slice *ret_page)
{
    const Source *source = data;
    FtsIndex *index = source->index;
    const bool ok = get_record(index, first_row(source->segment) | number, &index->page,
                               &index->read_error);
    *ret_page = byte_buffer_slice(&index->page);
    return ok;
}

static void clear_source(gpointer data)
{
    Source *source = data;
    fts_reader_free(source->reader);
}

static void merging_init(Merging *merging, FtsIndex *index, const GArray *segments, uint32_t id)
{
    *merging = (Merging){
        .index = index,
        .sources = g_array_sized_new(false, true, sizeof(Source), segments->len),
        .id = id,
        .writer = fts_segment_writer_new(FTS_PAGE_BYTES),
    };
    g_array_set_clear_func(merging->sources, clear_source);
    g_array_set_size(merging->sources, segments->len);
    g_autofree FtsReader **readers = g_new(FtsReader *, segments->len);
    for (guint i = 0; i < segments->len; i++) {
        const FtsSegment *segment = &g_array_index(segments, FtsSegment, i);
        Source *source = &g_array_index(merging->sources, Source, i);
        source->index = index;
        source->segment = segment->id;
        source->reader = readers[i] = fts_reader_new(segment->last_page, read_page, source);
    }
    merging->merge = fts_merge_new(readers, segments->len, merging->writer);
}

static void merging_clear(Merging *merging)
{
    fts_merge_free(merging->merge);
    fts_segment_writer_free(merging->writer);
    g_array_unref(merging->sources);
}

/* What has been read goes, so that what is written takes its place in the file. */
static bool remove_read_pages(const Merging *merging, GError **error)
{
    close_record(merging->index);
    for (guint i = 0; i < merging->sources->len; i++) {
        Source *source = &g_array_index(merging->sources, Source, i);
        const uint32_t n_read = fts_reader_page(source->reader);
        if (n_read < source->n_removed + REMOVE_PAGES_MIN) {
            continue;
        }
        if (!remove_pages(merging->index, source->segment, source->n_removed + 1, n_read + 1,
                          error)) {
            return false;
        }
        source->n_removed = n_read;
    }
    return true;
}

/* Merges all terms. */
static bool merge_terms(Merging *merging, GError **error)
{
    FtsIndex *index = merging->index;
    FtsRead read = FTS_READ_TERM;
    while ((read = fts_merge_step(merging->merge, STEP_BYTES)) == FTS_READ_TERM) {
        if (!add_rows(index, merging->writer, merging->id, error) ||
            !remove_read_pages(merging, error)) {
            return false;
        }
        fts_segment_forget(merging->writer);
    }
    if (read == FTS_READ_DAMAGED) {
        return fail_corrupt(index, error);
    }
    if (read == FTS_READ_FAILED) {
        g_propagate_error(error, g_steal_pointer(&index->read_error));
        return false;
    }
    return true;
}

/* Puts the segment that was made in the place of those that it was made of. */
static bool replace_merged(const Merging *merging, FtsStructure *structure,
                           const GArray *segments, GError **error)
{
    const uint32_t last_page = fts_segment_end(merging->writer);
    for (guint i = 0; i < segments->len; i++) {
        if (!remove_segment(merging->index, g_array_index(segments, FtsSegment, i).id, error)) {
            return false;
        }
    }
    fts_structure_merge(structure, segments, merging->id, last_page);
    return add_rows(merging->index, merging->writer, merging->id, error) &&
           put_structure(merging->index, structure, error);
}

static bool merge_segments(FtsIndex *index, FtsStructure *structure, const GArray *segments,
                           GError **error)
{
    const uint32_t id = fts_structure_free_id(structure);
    if (id == 0) {
        return fail_corrupt(index, error);
    }
    Merging merging;
    merging_init(&merging, index, segments, id);
    bool ok = merge_terms(&merging, error);
    close_record(index);
    ok = ok && replace_merged(&merging, structure, segments, error);
    merging_clear(&merging);
    return ok;
}

static bool merge_full_levels(FtsIndex *index, FtsStructure *structure, size_t n_segments,
                              GError **error)
{
    bool ok = true;
    while (ok) {
        g_autoptr(GArray) segments = fts_structure_full_level(structure, n_segments);
        if (segments == NULL) {
            break;
        }
        ok = merge_segments(index, structure, segments, error);
    }
    return ok;
}

bool fts_index_add_segment(FtsIndex *index, const FtsSegmentWriter *segment, uint32_t last_page,
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
    return put_structure(index, &structure, error) && add_rows(index, segment, id, error) &&
           merge_full_levels(index, &structure, FTS_LEVEL_SEGMENTS_MAX, error);
}

bool fts_index_merge(FtsIndex *index, GError **error)
{
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    return get_structure(index, &structure, error) &&
           merge_full_levels(index, &structure, FTS_LEVEL_SEGMENTS, error);
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
