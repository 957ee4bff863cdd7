/* SPDX-License-Identifier: MIT */
#include "indexer/fts_reader.h"

#include "indexer/fts_segment.h"
#include "indexer/fts_varint.h"

/* What comes next in the doclist that is being read; a page may end in front of each. */
typedef enum { NEXT_ROWID, NEXT_SIZE, NEXT_POSITIONS } Next;

struct FtsReader {
    FtsPageFunc page_func;
    void *data;
    uint32_t page_number; /* 0: none has been read */
    uint32_t last_page;
    const uint8_t *page; /* borrowed */
    size_t page_length;
    size_t leaf_end;  /* where the footer begins */
    size_t footer_at; /* the next distance in the footer */
    size_t rowid_at;  /* of the rowid that is written whole; 0 without */
    size_t term_at;   /* of the next term; 0 without */
    bool is_first;    /* that term is the first of its page */

    ByteBuffer term;
    Slice doclist;    /* in the page, or in `parts` */
    ByteBuffer parts; /* of a doclist that does not end on its first page */
    Next next;
    uint64_t rowid; /* the last of the doclist */
    uint64_t left;  /* bytes of the position list that is being read */
};

FtsReader *fts_reader_new(uint32_t last_page, FtsPageFunc page_func, void *data)
{
    FtsReader *reader = g_new0(FtsReader, 1);
    reader->page_func = page_func;
    reader->data = data;
    reader->last_page = last_page;
    return reader;
}

void fts_reader_free(FtsReader *reader)
{
    if (reader == NULL) {
        return;
    }
    byte_buffer_clear(&reader->term);
    byte_buffer_clear(&reader->parts);
    g_free(reader);
}

static size_t get_16(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

static Slice page_slice(const FtsReader *reader, size_t at, size_t length)
{
    return slice_of((const char *)reader->page + at, length);
}

/* Whether an offset is one of content; 0 stands for none. */
static bool is_offset(const FtsReader *reader, size_t at)
{
    return at == 0 || (at >= FTS_PAGE_HEADER_BYTES && at < reader->leaf_end);
}

/* Takes a varint of the page before `end`. Returns: false beyond it. */
static inline bool take_varint(const FtsReader *reader, size_t *at, size_t end,
                               uint64_t *ret_value)
{
    const size_t length = fts_varint_get(reader->page + *at, end - *at, ret_value);
    *at += length;
    return length > 0;
}

/* Where the term after `term_at` is, by the footer; 0 when there is none. */
static bool find_term(FtsReader *reader, size_t term_at, size_t *ret_at)
{
    uint64_t distance = 0;
    *ret_at = 0;
    if (reader->footer_at == reader->page_length) {
        return true;
    }
    if (!take_varint(reader, &reader->footer_at, reader->page_length, &distance) ||
        distance == 0 || distance > reader->leaf_end) {
        return false;
    }
    *ret_at = term_at + (size_t)distance;
    return is_offset(reader, *ret_at);
}

static FtsRead read_page(FtsReader *reader)
{
    Slice bytes = SLICE_EMPTY;
    if (reader->page_number == reader->last_page) {
        return FTS_READ_DAMAGED;
    }
    if (!reader->page_func(reader->data, ++reader->page_number, &bytes)) {
        return FTS_READ_FAILED;
    }
    reader->page = (const uint8_t *)bytes.ptr;
    reader->page_length = bytes.len;
    if (bytes.len < FTS_PAGE_HEADER_BYTES) {
        return FTS_READ_DAMAGED;
    }
    reader->rowid_at = get_16(reader->page);
    reader->leaf_end = get_16(reader->page + 2);
    reader->footer_at = reader->leaf_end;
    reader->is_first = true;
    const bool is_page = reader->leaf_end >= FTS_PAGE_HEADER_BYTES &&
                         reader->leaf_end <= bytes.len && is_offset(reader, reader->rowid_at) &&
                         find_term(reader, 0, &reader->term_at);
    return is_page ? FTS_READ_TERM : FTS_READ_DAMAGED;
}

/* Reads the rowid of the next entry: a difference, but for the one at `rowid_at`. */
static bool read_rowid(FtsReader *reader, size_t *at, size_t end)
{
    const bool is_first = reader->parts.length == 0;
    const bool is_whole = is_first || *at == reader->rowid_at;
    uint64_t value = 0;
    if (!take_varint(reader, at, end, &value)) {
        return false;
    }
    const uint64_t rowid = is_whole ? value : reader->rowid + value;
    if (!is_first && (int64_t)rowid <= (int64_t)reader->rowid) {
        return false;
    }
    fts_varint_append(&reader->parts, is_first ? rowid : rowid - reader->rowid);
    reader->rowid = rowid;
    reader->next = NEXT_SIZE;
    return true;
}

static bool read_size(FtsReader *reader, size_t *at, size_t end)
{
    uint64_t size = 0;
    if (!take_varint(reader, at, end, &size)) {
        return false;
    }
    fts_varint_append(&reader->parts, size);
    reader->left = size / 2;
    reader->next = reader->left > 0 ? NEXT_POSITIONS : NEXT_ROWID;
    return true;
}

static void read_positions(FtsReader *reader, size_t *at, size_t end)
{
    const size_t length = MIN(reader->left, end - *at);
    byte_buffer_append(&reader->parts, page_slice(reader, *at, length));
    *at += length;
    reader->left -= length;
    reader->next = reader->left > 0 ? NEXT_POSITIONS : NEXT_ROWID;
}

/* The part of a doclist that is on this page. */
static bool read_part(FtsReader *reader, size_t at, size_t end)
{
    bool ok = true;
    while (ok && at < end) {
        switch (reader->next) {
        case NEXT_ROWID:
            ok = read_rowid(reader, &at, end);
            break;
        case NEXT_SIZE:
            ok = read_size(reader, &at, end);
            break;
        case NEXT_POSITIONS:
            read_positions(reader, &at, end);
            break;
        }
    }
    return ok;
}

/* The term at `term_at`; `ret_at` is where its doclist begins. */
static bool read_term(FtsReader *reader, size_t *ret_at)
{
    uint64_t n_shared = 0;
    uint64_t n_suffix = 0;
    size_t at = reader->term_at;
    if ((!reader->is_first && !take_varint(reader, &at, reader->leaf_end, &n_shared)) ||
        !take_varint(reader, &at, reader->leaf_end, &n_suffix) ||
        n_shared > reader->term.length || n_suffix > reader->leaf_end - at) {
        return false;
    }
    const Slice suffix = page_slice(reader, at, (size_t)n_suffix);
    const Slice before = slice_from(byte_buffer_slice(&reader->term), (size_t)n_shared);
    const bool ascends = slice_compare(before, suffix) < 0;
    reader->term.length = (size_t)n_shared;
    byte_buffer_append(&reader->term, suffix);
    *ret_at = at + suffix.len;
    return ascends;
}

/* A doclist that ends on its page, which is most of them, stays there. Returns: whether it is
 * one. */
static bool read_whole(FtsReader *reader, size_t at, size_t end)
{
    int64_t rowid = 0;
    reader->doclist = page_slice(reader, at, end - at);
    for (bool is_first = true; at < end; is_first = false) {
        uint64_t difference = 0;
        uint64_t size = 0;
        if (!take_varint(reader, &at, end, &difference) ||
            !take_varint(reader, &at, end, &size) || size / 2 > end - at) {
            return false;
        }
        const int64_t next = (int64_t)((uint64_t)rowid + difference);
        if (!is_first && next <= rowid) {
            return false;
        }
        rowid = next;
        at += (size_t)(size / 2);
    }
    return reader->doclist.len > 0;
}

/* The parts of the doclist on the pages that follow, up to the next term. */
static FtsRead read_rest(FtsReader *reader)
{
    while (reader->term_at == 0 && reader->page_number < reader->last_page) {
        const FtsRead read = read_page(reader);
        if (read != FTS_READ_TERM) {
            return read;
        }
        const size_t end = reader->term_at == 0 ? reader->leaf_end : reader->term_at;
        if (!read_part(reader, FTS_PAGE_HEADER_BYTES, end)) {
            return FTS_READ_DAMAGED;
        }
    }
    reader->doclist = byte_buffer_slice(&reader->parts);
    return reader->next == NEXT_ROWID && reader->doclist.len > 0 ? FTS_READ_TERM
                                                                 : FTS_READ_DAMAGED;
}

FtsRead fts_reader_next(FtsReader *reader)
{
    if (reader->page_number == 0) {
        const FtsRead read = read_page(reader);
        if (read != FTS_READ_TERM) {
            return read;
        }
    }
    if (reader->term_at == 0) {
        return FTS_READ_END;
    }
    size_t at = 0;
    size_t next_at = 0;
    if (!read_term(reader, &at) || !find_term(reader, reader->term_at, &next_at) ||
        (next_at != 0 && next_at < at)) {
        return FTS_READ_DAMAGED;
    }
    reader->rowid_at = 0; /* it belongs to the doclist before the first term */
    reader->term_at = next_at;
    reader->is_first = false;
    if (next_at != 0) {
        return read_whole(reader, at, next_at) ? FTS_READ_TERM : FTS_READ_DAMAGED;
    }
    reader->parts.length = 0;
    reader->next = NEXT_ROWID;
    return read_part(reader, at, reader->leaf_end) ? read_rest(reader) : FTS_READ_DAMAGED;
}

Slice fts_reader_term(const FtsReader *reader)
{
    return byte_buffer_slice(&reader->term);
}

Slice fts_reader_doclist(const FtsReader *reader)
{
    return reader->doclist;
}
