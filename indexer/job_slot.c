/* SPDX-License-Identifier: MIT */
#include "indexer/job_slot.h"

#include <sys/mman.h>

#define WINDOW_BYTES (SOURCE_MESSAGE_MAX + SOURCE_WINDOW_SLACK)
#define PAGE_BYTES   ((size_t)4096)

static size_t page_align(size_t length)
{
    return (length + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

size_t job_slot_stride(void)
{
    return page_align(sizeof(JobHeader)) + WINDOW_BYTES + JOB_OUTPUT_BYTES;
}

void job_slot_init(JobSlot *slot, uint32_t index, char *base)
{
    memset(slot, 0, sizeof(*slot));
    slot->index = index;
    slot->shared = (JobHeader *)(void *)base;
    slot->window.base = base + page_align(sizeof(JobHeader));
    slot->window.capacity = WINDOW_BYTES;
    slot->output = slot->window.base + WINDOW_BYTES;
}

/* Shared anonymous memory is only freed by MADV_REMOVE. Failure costs memory, nothing else. */
static void give_back(char *base, size_t used)
{
    if (used > JOB_KEEP_BYTES) {
        madvise(base + JOB_KEEP_BYTES, page_align(used) - JOB_KEEP_BYTES, MADV_REMOVE);
    }
}

size_t job_slot_excess(const JobSlot *slot)
{
    return slot->resident > JOB_KEEP_BYTES ? slot->resident - JOB_KEEP_BYTES : 0;
}

void job_slot_trim(JobSlot *slot)
{
    give_back(slot->window.base, slot->resident);
    slot->resident = MIN(slot->resident, JOB_KEEP_BYTES);
}

void job_slot_reset(JobSlot *slot)
{
    give_back(slot->output, MIN(slot->shared->output_used, JOB_OUTPUT_BYTES));
    slot->window.used = 0;
    slot->n_items = 0;
    slot->generation++;
    slot->shared->generation = slot->generation;
    slot->shared->n_items = 0;
    slot->shared->output_used = 0;
    atomic_store(&slot->shared->next, 0);
}

void job_slot_add(JobSlot *slot, const SourceSpan *span)
{
    g_assert(slot->n_items < JOB_ITEM_MAX);
    JobItem *item = &slot->shared->items[slot->n_items];
    *item = (JobItem){
        .envelope_at = span->envelope_at,
        .envelope_length = span->envelope_length,
        .bytes_at = span->bytes_at,
        .bytes_length = span->bytes_length,
        .quoting = span->quoting,
        .care = CARE_FULL,
        .has_sha256 = span->has_sha256,
        .size = span->unquoted_length,
    };
    memcpy(item->sha256, span->sha256, sizeof(item->sha256));
    slot->n_items++;
    slot->shared->n_items = slot->n_items;
}

Slice job_slot_result(const JobSlot *slot, uint32_t item)
{
    g_assert(item < slot->n_items);
    /* Each is read once: a worker may change them meanwhile. */
    const volatile JobItem *shared = &slot->shared->items[item];
    const uint64_t at = shared->record_at;
    const uint64_t length = shared->record_length;
    if (length == 0 || at > JOB_OUTPUT_BYTES || length > JOB_OUTPUT_BYTES - at) {
        return SLICE_EMPTY;
    }
    return slice_of(slot->output + at, length);
}

Care job_slot_care(const JobSlot *slot, uint32_t item)
{
    g_assert(item < slot->n_items);
    const volatile JobItem *shared = &slot->shared->items[item];
    const Care care = shared->care;
    return care < CARE_COUNT ? care : CARE_HASH_ONLY;
}
