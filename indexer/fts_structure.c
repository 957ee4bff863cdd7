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

void fts_structure_append(const FtsStructure *structure, GByteArray *out)
{
    const FtsSegment *segments = (const FtsSegment *)(const void *)structure->segments->data;
    const guint n_segments = structure->segments->len;
    g_byte_array_append(out, structure->cookie, sizeof(structure->cookie));
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

static uint32_t free_id(const FtsStructure *structure)
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

uint32_t fts_structure_add(FtsStructure *structure, uint32_t first_page, uint32_t last_page)
{
    const uint32_t id = free_id(structure);
    if (id == 0) {
        return 0;
    }
    if (structure->merging->len == 0) {
        const uint32_t none = 0;
        g_array_append_val(structure->merging, none);
    }
    guint at = 0;
    while (at < structure->segments->len &&
           g_array_index(structure->segments, FtsSegment, at).level == 0) {
        at++;
    }
    const FtsSegment segment = {.id = id, .first_page = first_page, .last_page = last_page};
    g_array_insert_val(structure->segments, at, segment);
    structure->write_counter += (uint64_t)last_page - first_page + 1;
    return id;
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

void fts_totals_append(const GArray *totals, GByteArray *out)
{
    for (guint i = 0; i < totals->len; i++) {
        fts_varint_append(out, g_array_index(totals, uint64_t, i));
    }
}
