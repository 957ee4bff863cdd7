/* reader.h - the thread that walks the sources, reads messages into slots and says in which
 * order things happened.
 *
 * Knows what an earlier run has done (FileMemory) and passes over it. Never writes to the
 * archive and never parses what a sender wrote.
 *
 * Memory: a plan belongs to its slot's index; reader_plan hands it out.
 * Errors: what goes wrong with a source is an event, not a failure of the run.
 */
#pragma once

#include "indexer/file_table.h"
#include "indexer/worker_pool.h"

typedef enum {
    EVENT_FILE_BEGIN,   /* entry, memory_id */
    EVENT_FILE_CHANGED, /* memory_id: an older reading is replaced */
    EVENT_MESSAGE,      /* span, item */
    EVENT_DAMAGED,      /* span */
    EVENT_PROGRESS,     /* facts, position: what lies before is in this or earlier slots */
    EVENT_FILE_END,     /* facts, position, note */
    EVENT_TROUBLE       /* note: something that could not be read; is_source says what */
} ReaderEventKind;

typedef struct {
    ReaderEventKind kind;
    int64_t source_id;
    SourceEntry *entry; /* owned */
    int64_t memory_id;  /* row of `file` to go on with; 0 for a new one */
    SourceSpan span;
    uint32_t item; /* in the slot */
    SourceFacts facts;
    uint64_t position; /* uncompressed bytes of the file */
    uint64_t rest;     /* of PROGRESS and FILE_END: bytes on disk behind it, of all sources */
    char *note;        /* owned; of FILE_END: why the file is damaged, or NULL */
    bool is_unread;    /* of FILE_END: the world failed, not the file; worth another try */
    bool is_source;
} ReaderEvent;

/* One thing named on the command line. */
typedef struct {
    char *path; /* absolute */
    int64_t id;
    GHashTable *files; /* what file_table_load gave */
} ReaderSource;

/* What the reader tells other threads while it runs. */
typedef struct {
    _Atomic uint64_t total_bytes;  /* of all files of all sources on disk; 0 while counting */
    _Atomic uint64_t passed_bytes; /* on disk, read or passed over */
    _Atomic uint64_t unchanged_files;
} ReaderProgress;

typedef struct Reader Reader;

/* Starts the thread. `sources` (ReaderSource *) and `pool` are borrowed until reader_join.
 * Returns: (transfer full). */
Reader *reader_start(const GPtrArray *sources, WorkerPool *pool);

/* What happened in a slot, in order (ReaderEvent). Returns: (transfer none) until the slot is
 * released. */
const GArray *reader_plan(const Reader *reader, const JobSlot *slot);

/* Returns: (transfer none). */
const ReaderProgress *reader_progress(const Reader *reader);

/* Asks the thread to stop after the slot that it is filling. */
void reader_stop(Reader *reader);

/* Waits for the thread's end and frees the reader. Accepts NULL. */
void reader_join(Reader *reader);

void reader_source_free(ReaderSource *source);
