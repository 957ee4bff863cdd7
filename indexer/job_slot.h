/* job_slot.h - the shared memory through which messages go to the workers and records come
 * back.
 *
 * A slot holds a batch of messages: a header with one item a message, the window that the
 * reader fills with raw bytes, and the space where the worker writes flat records. The address
 * range is large and reserved only: pages exist once they are touched, and are given back after
 * a large message.
 *
 * Trust: a worker may write anything into the shared pages. The parent keeps its own account of
 * what it put where, and takes from the shared items only what job_slot_result checks.
 * Limits: JOB_ITEM_MAX messages a slot; JOB_OUTPUT_BYTES of records.
 */
#pragma once

#include <stdatomic.h>

#include "indexer/source.h"
#include "schema/record.h"

/* Enough that the cost of waking a worker is small beside the work, few enough for fairness. */
#define JOB_ITEM_MAX 128

/* About how much mail goes into one slot: what fits a core's cache and is worth a wake-up. */
#define JOB_TARGET_BYTES ((size_t)1 << 20)

/* Room for the records of one slot; a message whose text does not fit loses it, and says so. */
#define JOB_OUTPUT_BYTES ((size_t)128 << 20)

/* Pages beyond this are given back after use; those of the window when the pool keeps
 * POOL_KEEP_BYTES already. */
#define JOB_KEEP_BYTES ((size_t)2 << 20)

/* How much is tried with a message; each time a worker dies on it, one step down. */
typedef enum {
    CARE_FULL,        /* MIME and signatures */
    CARE_HEADER_ONLY, /* our own reader of header fields, no MIME */
    CARE_HASH_ONLY,   /* size and hash; the parent does it itself */
    CARE_COUNT
} Care;

/* One message. Positions are in the slot's window. */
typedef struct {
    uint64_t envelope_at;
    uint64_t envelope_length;
    uint64_t bytes_at;
    uint64_t bytes_length;
    Quoting quoting; /* NONE once the worker has undone it in place */
    Care care;
    bool timed_out;  /* the worker that died on it had used up its time */
    bool has_sha256; /* the window holds only a part: hash and size of the whole */
    uint8_t sha256[SHA256_BYTES];
    uint64_t size;
    uint64_t record_at;     /* in the output */
    uint64_t record_length; /* 0: none */
} JobItem;

/* What worker and nursery share with the parent of one batch. */
typedef struct {
    uint32_t generation; /* changes with each use, so that a late answer is recognised */
    uint32_t n_items;
    _Atomic uint32_t next; /* items before it are finished; the one at it is being read */
    uint64_t output_used;
    JobItem items[JOB_ITEM_MAX];
} JobHeader;

typedef struct {
    uint32_t index;
    uint32_t generation; /* the parent's own copy */
    uint32_t n_items;    /* the parent's own copy */
    uint64_t sequence;   /* order of submission */
    JobHeader *shared;
    SourceWindow window;
    size_t resident; /* so many bytes of the window may have pages; the parent's own account */
    char *output;    /* JOB_OUTPUT_BYTES */
} JobSlot;

/* Bytes of address space of one slot. */
size_t job_slot_stride(void);

/* Lays a slot out over `base`, job_slot_stride() bytes. */
void job_slot_init(JobSlot *slot, uint32_t index, char *base);

/* Empties the slot for its next use, and gives large memory of records back. */
void job_slot_reset(JobSlot *slot);

/* How many bytes job_slot_trim would give back. */
size_t job_slot_excess(const JobSlot *slot);

/* Gives large memory of the window back; mail that is in it is lost. */
void job_slot_trim(JobSlot *slot);

/* Adds a message whose bytes are in the window. Needs n_items < JOB_ITEM_MAX. */
void job_slot_add(JobSlot *slot, const SourceSpan *span);

/* The flat record of an item, bounds checked. Returns: empty when there is none. */
Slice job_slot_result(const JobSlot *slot, uint32_t item);

/* How the message came through, for a record that the worker did not make. */
Care job_slot_care(const JobSlot *slot, uint32_t item);
