/* SPDX-License-Identifier: MIT */
#include "indexer/fts_segment.h"

#include "indexer/fts_varint.h"

/* Levels of a doclist index: three hold more pages than FTS5 can number. */
#define LEVELS_MAX 8

/* One level of the doclist index of the doclist that is being written. */
typedef struct {
    ByteBuffer page;
    uint32_t number; /* of the page */
    int64_t previous;
} IndexLevel;

struct FtsSegmentWriter {
    size_t page_bytes;
    FtsRows rows;    /* those that are complete, and two that are not */
    ByteBuffer term; /* the last */

    size_t page_at; /* of the open leaf page, behind the others */
    uint32_t page_number;
    ByteBuffer footer;
    size_t last_term_at; /* in the page */
    bool page_has_term;
    bool page_needs_rowid; /* no rowid and no term begins on the page so far */

    bool entry_is_open;          /* the last one */
    uint32_t pages_without_term; /* since the open entry */
    IndexLevel levels[LEVELS_MAX];
};

void fts_rows_init(FtsRows *rows)
{
    *rows = (FtsRows){
        .pages = g_array_new(false, false, sizeof(FtsPage)),
        .entries = g_array_new(false, false, sizeof(FtsIndexEntry)),
    };
}

void fts_rows_clear(FtsRows *rows)
{
    byte_buffer_clear(&rows->bytes);
    g_array_unref(rows->pages);
    byte_buffer_clear(&rows->terms);
    g_array_unref(rows->entries);
}

Slice fts_rows_page(const FtsRows *rows, size_t index, int64_t *ret_place)
{
    const FtsPage *page = &g_array_index(rows->pages, FtsPage, index);
    *ret_place = page->place;
    return slice_of((const char *)rows->bytes.data + page->at, page->length);
}

Slice fts_rows_entry(const FtsRows *rows, size_t index, int64_t *ret_page)
{
    const FtsIndexEntry *entry = &g_array_index(rows->entries, FtsIndexEntry, index);
    *ret_page = entry->page;
    return entry->term_length == 0
               ? SLICE_EMPTY
               : slice_of((const char *)rows->terms.data + entry->term_at, entry->term_length);
}

FtsSegmentWriter *fts_segment_writer_new(size_t page_bytes)
{
    FtsSegmentWriter *writer = g_new0(FtsSegmentWriter, 1);
    writer->page_bytes = page_bytes;
    fts_rows_init(&writer->rows);
    return writer;
}

void fts_segment_writer_free(FtsSegmentWriter *writer)
{
    if (writer == NULL) {
        return;
    }
    fts_rows_clear(&writer->rows);
    byte_buffer_clear(&writer->term);
    byte_buffer_clear(&writer->footer);
    for (size_t i = 0; i < LEVELS_MAX; i++) {
        byte_buffer_clear(&writer->levels[i].page);
    }
    g_free(writer);
}

static void put_16(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static size_t page_used(const FtsSegmentWriter *writer)
{
    return writer->rows.bytes.length - writer->page_at;
}

/* What the page will take with its footer. */
static size_t page_total(const FtsSegmentWriter *writer)
{
    return page_used(writer) + writer->footer.length;
}

static void begin_page(FtsSegmentWriter *writer)
{
    static const uint8_t header[FTS_PAGE_HEADER_BYTES];
    writer->page_at = writer->rows.bytes.length;
    writer->last_term_at = 0;
    writer->page_has_term = false;
    writer->page_needs_rowid = true;
    writer->footer.length = 0;
    byte_buffer_append(&writer->rows.bytes,
                       slice_of((const char *)header, FTS_PAGE_HEADER_BYTES));
}

static void open_entry(FtsSegmentWriter *writer, Slice term)
{
    const FtsIndexEntry entry = {
        .term_at = writer->rows.terms.length,
        .term_length = term.len,
        .page = (int64_t)writer->page_number << 1,
    };
    byte_buffer_append(&writer->rows.terms, term);
    g_array_append_val(writer->rows.entries, entry);
    writer->entry_is_open = true;
    writer->pages_without_term = 0;
}

void fts_segment_begin(FtsSegmentWriter *writer)
{
    writer->rows.bytes.length = 0;
    g_array_set_size(writer->rows.pages, 0);
    writer->rows.terms.length = 0;
    g_array_set_size(writer->rows.entries, 0);
    writer->term.length = 0;
    for (size_t i = 0; i < LEVELS_MAX; i++) {
        writer->levels[i].page.length = 0;
    }
    writer->page_number = 1;
    begin_page(writer);
    open_entry(writer, SLICE_EMPTY);
}

/* A page of the doclist index; kept apart until its entry shows whether it is needed. */
static void add_index_page(FtsSegmentWriter *writer, size_t height)
{
    const IndexLevel *level = &writer->levels[height];
    /* The bytes of the open leaf page are in the way: the page goes in front of them. */
    const size_t open_bytes = page_used(writer);
    byte_buffer_reserve(&writer->rows.bytes, level->page.length);
    writer->rows.bytes.length += level->page.length;
    uint8_t *at = writer->rows.bytes.data + writer->page_at;
    memmove(at + level->page.length, at, open_bytes);
    memcpy(at, level->page.data, level->page.length);
    const FtsPage page = {
        .place = INT64_C(1) << FTS_PAGE_INDEX_SHIFT | (int64_t)height << FTS_PAGE_HEIGHT_SHIFT |
                 level->number,
        .at = writer->page_at,
        .length = level->page.length,
    };
    g_array_append_val(writer->rows.pages, page);
    writer->page_at += level->page.length;
}

static void begin_index_page(FtsSegmentWriter *writer, size_t height, bool has_level_above,
                             uint32_t first_page, int64_t rowid)
{
    IndexLevel *level = &writer->levels[height];
    level->page.length = 0;
    fts_varint_append(&level->page, has_level_above);
    fts_varint_append(&level->page, first_page);
    fts_varint_append(&level->page, (uint64_t)rowid);
    level->previous = rowid;
}

/* The rowid with which an index page begins. */
static int64_t first_rowid_of(const ByteBuffer *page)
{
    uint64_t value = 0;
    size_t at = 1;
    at += fts_varint_get(page->data + at, page->length - at, &value);
    fts_varint_get(page->data + at, page->length - at, &value);
    return (int64_t)value;
}

/* Notes that `rowid` is the first on the open leaf page. A full index page is written out, and
 * the first rowid of the next one goes up a level. */
static void add_to_index(FtsSegmentWriter *writer, int64_t rowid)
{
    for (size_t height = 0; height < LEVELS_MAX - 1; height++) {
        IndexLevel *level = &writer->levels[height];
        const uint32_t page_below =
            height == 0 ? writer->page_number : writer->levels[height - 1].number;
        if (level->page.length == 0) {
            begin_index_page(writer, height, false, page_below, rowid);
            return;
        }
        if (level->page.length < writer->page_bytes) {
            fts_varint_append(&level->page, (uint64_t)rowid - (uint64_t)level->previous);
            level->previous = rowid;
            return;
        }
        IndexLevel *above = &writer->levels[height + 1];
        level->page.data[0] = 1;
        add_index_page(writer, height);
        if (above->page.length == 0) {
            above->number = level->number;
            begin_index_page(writer, height + 1, false, level->number,
                             first_rowid_of(&level->page));
        }
        level->number++;
        begin_index_page(writer, height, true, page_below, rowid);
    }
}

/* Ends the open entry: its doclist index is written if it spares enough pages. */
static void close_entry(FtsSegmentWriter *writer)
{
    if (!writer->entry_is_open) {
        return;
    }
    const bool has_index = writer->levels[0].page.length > 0 &&
                           writer->pages_without_term >= FTS_DOCLIST_INDEX_PAGES_MIN;
    FtsIndexEntry *entry =
        &g_array_index(writer->rows.entries, FtsIndexEntry, writer->rows.entries->len - 1);
    entry->page |= has_index;
    for (size_t height = 0; height < LEVELS_MAX && writer->levels[height].page.length > 0;
         height++) {
        if (has_index) {
            add_index_page(writer, height);
        }
        writer->levels[height].page.length = 0;
    }
    writer->entry_is_open = false;
    writer->pages_without_term = 0;
}

static void end_page(FtsSegmentWriter *writer)
{
    put_16(writer->rows.bytes.data + writer->page_at + 2, page_used(writer));
    if (writer->page_has_term) {
        byte_buffer_append(&writer->rows.bytes, byte_buffer_slice(&writer->footer));
    } else {
        if (writer->page_needs_rowid && writer->levels[0].page.length > 0) {
            fts_varint_append(&writer->levels[0].page, 0);
        }
        writer->pages_without_term++;
    }
    const FtsPage page = {
        .place = writer->page_number,
        .at = writer->page_at,
        .length = page_used(writer),
    };
    g_array_append_val(writer->rows.pages, page);
    writer->page_number++;
    begin_page(writer);
}

static size_t shared_bytes(const ByteBuffer *previous, Slice term)
{
    const size_t n_max = MIN(previous->length, term.len);
    size_t n_shared = 0;
    while (n_shared < n_max && previous->data[n_shared] == (uint8_t)term.ptr[n_shared]) {
        n_shared++;
    }
    return n_shared;
}

static void add_term(FtsSegmentWriter *writer, Slice term)
{
    if (page_total(writer) + term.len + 2 >= writer->page_bytes &&
        page_used(writer) > FTS_PAGE_HEADER_BYTES) {
        end_page(writer);
    }
    fts_varint_append(&writer->footer, page_used(writer) - writer->last_term_at);
    writer->last_term_at = page_used(writer);
    size_t n_shared = shared_bytes(&writer->term, term);
    if (writer->page_has_term) {
        fts_varint_append(&writer->rows.bytes, n_shared);
    } else {
        if (writer->page_number != 1) {
            close_entry(writer);
            open_entry(writer, slice_of(term.ptr, n_shared + 1));
        }
        n_shared = 0;
    }
    fts_varint_append(&writer->rows.bytes, term.len - n_shared);
    byte_buffer_append(&writer->rows.bytes, slice_from(term, n_shared));
    byte_buffer_set(&writer->term, term);
    writer->page_has_term = true;
    writer->page_needs_rowid = false;
    writer->levels[0].number = writer->page_number;
}

/* The longest start of `rest` that ends between varints within `n_max` bytes, but at least one
 * varint; all when that does not end, as it may be in a list of a damaged segment. */
static size_t whole_varints(const uint8_t *rest, size_t n_rest, size_t n_max)
{
    uint64_t value = 0;
    size_t at = fts_varint_get(rest, n_rest, &value);
    if (at == 0) {
        return n_rest;
    }
    while (at < n_max) {
        const size_t length = fts_varint_get(rest + at, n_rest - at, &value);
        if (length == 0 || at + length > n_max) {
            break;
        }
        at += length;
    }
    return at;
}

/* A position list with its size, over as many pages as it needs. */
static void add_positions(FtsSegmentWriter *writer, const uint8_t *positions,
                          size_t n_positions)
{
    if (page_total(writer) + n_positions <= writer->page_bytes) {
        byte_buffer_append(&writer->rows.bytes, slice_of((const char *)positions, n_positions));
        return;
    }
    while (n_positions > 0) {
        const size_t total = page_total(writer);
        const size_t space = total < writer->page_bytes ? writer->page_bytes - total : 0;
        const size_t length =
            n_positions <= space ? n_positions : whole_varints(positions, n_positions, space);
        byte_buffer_append(&writer->rows.bytes, slice_of((const char *)positions, length));
        positions += length;
        n_positions -= length;
        if (page_total(writer) >= writer->page_bytes) {
            end_page(writer);
        }
    }
}

static void add_rowid(FtsSegmentWriter *writer, int64_t rowid, uint64_t difference)
{
    if (!writer->page_needs_rowid) {
        fts_varint_append(&writer->rows.bytes, difference);
        return;
    }
    put_16(writer->rows.bytes.data + writer->page_at, page_used(writer));
    fts_varint_append(&writer->rows.bytes, (uint64_t)rowid);
    writer->page_needs_rowid = false;
    add_to_index(writer, rowid);
}

static void add_doclist(FtsSegmentWriter *writer, const uint8_t *doclist, size_t n_doclist)
{
    uint64_t rowid = 0;
    size_t at = 0;
    while (at < n_doclist) {
        uint64_t difference = 0;
        uint64_t size = 0;
        at += fts_varint_get(doclist + at, n_doclist - at, &difference);
        rowid += difference;
        const size_t n_size = fts_varint_get(doclist + at, n_doclist - at, &size);
        const size_t n_positions = n_size + (size_t)(size / 2);
        add_rowid(writer, (int64_t)rowid, difference);
        add_positions(writer, doclist + at, n_positions);
        at += n_positions;
    }
}

void fts_segment_add(FtsSegmentWriter *writer, Slice term, Slice doclist)
{
    add_term(writer, term);
    if (page_total(writer) + doclist.len + 1 <= writer->page_bytes) {
        byte_buffer_append(&writer->rows.bytes, doclist);
    } else {
        add_doclist(writer, (const uint8_t *)doclist.ptr, doclist.len);
    }
}

uint32_t fts_segment_end(FtsSegmentWriter *writer)
{
    if (page_used(writer) > FTS_PAGE_HEADER_BYTES) {
        end_page(writer);
    }
    close_entry(writer);
    if (writer->page_number == 1) {
        g_array_set_size(writer->rows.entries, 0);
    }
    return writer->page_number - 1;
}

uint32_t fts_segment_write(FtsSegmentWriter *writer, const FtsTerms *terms)
{
    const size_t n_terms = fts_terms_count(terms);
    fts_segment_begin(writer);
    for (size_t i = 0; i < n_terms; i++) {
        Slice term = SLICE_EMPTY;
        Slice doclist = SLICE_EMPTY;
        fts_terms_get(terms, i, &term, &doclist);
        fts_segment_add(writer, term, doclist);
    }
    return fts_segment_end(writer);
}

const FtsRows *fts_segment_rows(const FtsSegmentWriter *writer)
{
    return &writer->rows;
}

size_t fts_segment_byte_count(const FtsSegmentWriter *writer)
{
    return writer->page_at;
}

/* What is not complete goes over into the writer's new rows. */
static void keep_open(FtsSegmentWriter *writer, FtsRows *rows)
{
    byte_buffer_set(&writer->rows.bytes,
                    slice_of((const char *)rows->bytes.data + writer->page_at,
                             rows->bytes.length - writer->page_at));
    rows->bytes.length = writer->page_at;
    writer->page_at = 0;
    writer->rows.terms.length = 0;
    if (writer->entry_is_open) {
        const guint last = rows->entries->len - 1;
        int64_t page = 0;
        byte_buffer_append(&writer->rows.terms, fts_rows_entry(rows, last, &page));
        FtsIndexEntry entry = g_array_index(rows->entries, FtsIndexEntry, last);
        entry.term_at = 0;
        g_array_append_val(writer->rows.entries, entry);
        g_array_set_size(rows->entries, last);
    }
}

void fts_segment_take(FtsSegmentWriter *writer, FtsRows *rows)
{
    const FtsRows taken = writer->rows;
    writer->rows = *rows;
    *rows = taken;
    g_array_set_size(writer->rows.pages, 0);
    g_array_set_size(writer->rows.entries, 0);
    keep_open(writer, rows);
}
