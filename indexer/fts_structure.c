/* SPDX-License-Identifier: MIT */
#include "indexer/fts_structure.h"

#include "indexer/fts_varint.h"

/* More columns than this archive's index has, and fewer than a hostile record could claim. */
#define TOTALS_MAX 64

void fts_structure_init(FtsStructure *structure)
{
    *structure = (FtsStructure){
        .merging = g_array_new(false, false, sizeof(uint32_t)),
        .segments = g_array_new(false, false, sizeof(FtsSegment)),
    };
}

void fts_structure_clear(FtsStructure *structure)
{
    if (structure->segments != NULL) {
        g_array_unref(structure->merging);
        g_array_unref(structure->segments);
    }
    *structure = (FtsStructure){0};
}

/* Takes one varint off `rest`. Returns: false beyond the end. */
static bool take_varint(Slice *rest, uint64_t *ret_value)
{
    const size_t length = fts_varint_get((const uint8_t *)rest->ptr, rest->len, ret_value);
    *rest = slice_from(*rest, length);
    return length > 0;
}

static bool take_number(Slice *rest, uint32_t *ret_value)
{
    uint64_t value = 0;
    if (!take_varint(rest, &value) || value > UINT32_MAX) {
        return false;
    }
    *ret_value = (uint32_t)value;
    return true;
}

/* One level. Returns: false when it is none. */
static bool parse_level(FtsStructure *structure, uint32_t level, Slice *rest)
{
    uint32_t n_merging = 0;
    uint32_t n_segments = 0;
    if (!take_number(rest, &n_merging) || !take_number(rest, &n_segments) ||
        n_merging > n_segments || n_segments > FTS_SEGMENT_ID_MAX) {
        return false;
    }
    g_array_append_val(structure->merging, n_merging);
    for (uint32_t i = 0; i < n_segments; i++) {
        FtsSegment segment = {.level = level};
        if (!take_number(rest, &segment.id) || !take_number(rest, &segment.first_page) ||
            !take_number(rest, &segment.last_page) || segment.id == 0 ||
            segment.id > FTS_SEGMENT_ID_MAX || segment.last_page < segment.first_page) {
            return false;
        }
        g_array_append_val(structure->segments, segment);
    }
    return true;
}

bool fts_structure_parse(FtsStructure *structure, Slice record)
{
    uint32_t n_levels = 0;
    uint32_t n_segments = 0;
    Slice rest = record;
    g_array_set_size(structure->merging, 0);
    g_array_set_size(structure->segments, 0);
    if (record.len < sizeof(structure->cookie)) {
        return false;
    }
    memcpy(structure->cookie, record.ptr, sizeof(structure->cookie));
    rest = slice_from(rest, sizeof(structure->cookie));
    if (!take_number(&rest, &n_levels) || !take_number(&rest, &n_segments) ||
        !take_varint(&rest, &structure->write_counter) || n_levels > FTS_SEGMENT_ID_MAX) {
        return false;
    }
    for (uint32_t level = 0; level < n_levels; level++) {
        if (!parse_level(structure, level, &rest)) {
            return false;
        }
    }
    return structure->segments->len == n_segments;
}

void fts_structure_append(const FtsStructure *structure, ByteBuffer *out)
{
    const FtsSegment *segments = (const FtsSegment *)(const void *)structure->segments->data;
    const guint n_segments = structure->segments->len;
    byte_buffer_append(out,
                       slice_of((const char *)structure->cookie, sizeof(structure->cookie)));
    fts_varint_append(out, structure->merging->len);
    fts_varint_append(out, n_segments);
    fts_varint_append(out, structure->write_counter);
    guint at = 0;
    for (guint level = 0; level < structure->merging->len; level++) {
        guint end = at;
        while (end < n_segments && segments[end].level == level) {
            end++;
        }
        fts_varint_append(out, g_array_index(structure->merging, uint32_t, level));
        fts_varint_append(out, end - at);
        for (; at < end; at++) {
            fts_varint_append(out, segments[at].id);
            fts_varint_append(out, segments[at].first_page);
            fts_varint_append(out, segments[at].last_page);
        }
    }
}

uint32_t fts_structure_free_id(const FtsStructure *structure)
{
    bool taken[FTS_SEGMENT_ID_MAX + 1] = {false};
    for (guint i = 0; i < structure->segments->len; i++) {
        taken[g_array_index(structure->segments, FtsSegment, i).id] = true;
    }
    for (uint32_t id = 1; id <= FTS_SEGMENT_ID_MAX; id++) {
        if (!taken[id]) {
            return id;
        }
    }
    return 0;
}

/* As the newest of its level; levels up to that one are made when they are missing. */
static void insert(FtsStructure *structure, FtsSegment segment)
{
    while (structure->merging->len <= segment.level) {
        const uint32_t none = 0;
        g_array_append_val(structure->merging, none);
    }
    guint at = 0;
    while (at < structure->segments->len &&
           g_array_index(structure->segments, FtsSegment, at).level <= segment.level) {
        at++;
    }
    g_array_insert_val(structure->segments, at, segment);
    structure->write_counter += segment.last_page;
}

uint32_t fts_structure_add(FtsStructure *structure, uint32_t last_page)
{
    const uint32_t id = fts_structure_free_id(structure);
    if (id != 0) {
        insert(structure, (FtsSegment){0, id, 1, last_page});
    }
    return id;
}

static GArray *segments_of(const FtsStructure *structure, uint32_t level)
{
    GArray *segments = g_array_new(false, false, sizeof(FtsSegment));
    for (guint i = 0; i < structure->segments->len; i++) {
        const FtsSegment segment = g_array_index(structure->segments, FtsSegment, i);
        if (segment.level == level) {
            g_array_append_val(segments, segment);
        }
    }
    return segments;
}

/* FTS5 takes pages away from the start of what it is merging. */
static bool are_whole(const GArray *segments)
{
    bool ok = true;
    for (guint i = 0; i < segments->len; i++) {
        ok = ok && g_array_index(segments, FtsSegment, i).first_page == 1;
    }
    return ok;
}

GArray *fts_structure_full_level(const FtsStructure *structure, uint32_t level,
                                 size_t n_segments)
{
    if (level >= structure->merging->len ||
        g_array_index(structure->merging, uint32_t, level) > 0) {
        return NULL;
    }
    g_autoptr(GArray) segments = segments_of(structure, level);
    return segments->len >= n_segments && are_whole(segments) ? g_steal_pointer(&segments)
                                                              : NULL;
}

static void remove_segment(FtsStructure *structure, uint32_t id)
{
    for (guint i = 0; i < structure->segments->len; i++) {
        if (g_array_index(structure->segments, FtsSegment, i).id == id) {
            g_array_remove_index(structure->segments, i);
            return;
        }
    }
}

void fts_structure_merge(FtsStructure *structure, const GArray *merged, uint32_t id,
                         uint32_t last_page)
{
    for (guint i = 0; i < merged->len; i++) {
        remove_segment(structure, g_array_index(merged, FtsSegment, i).id);
    }
    if (last_page > 0) {
        const uint32_t level = g_array_index(merged, FtsSegment, 0).level + 1;
        insert(structure, (FtsSegment){level, id, 1, last_page});
    }
}

bool fts_totals_add(GArray *totals, Slice record)
{
    Slice rest = record;
    for (guint i = 0; rest.len > 0; i++) {
        uint64_t value = 0;
        if (i == TOTALS_MAX || !take_varint(&rest, &value)) {
            return false;
        }
        if (i < totals->len) {
            g_array_index(totals, uint64_t, i) += value;
        } else {
            g_array_append_val(totals, value);
        }
    }
    return true;
}

void fts_totals_append(const GArray *totals, ByteBuffer *out)
{
    for (guint i = 0; i < totals->len; i++) {
        fts_varint_append(out, g_array_index(totals, uint64_t, i));
    }
}
