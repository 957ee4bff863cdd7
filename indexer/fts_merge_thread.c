/* SPDX-License-Identifier: MIT */
#include "indexer/fts_merge_thread.h"

typedef struct Merging Merging;

/* The pages of a segment that have been read and not yet been used: a ring. */
typedef struct {
    Merging *merging;
    FtsReader *reader;
    ByteBuffer pages[FTS_PAGES_AHEAD];
    unsigned first; /* the reader has it, or is about to */
    unsigned n_pages;
    uint32_t n_read; /* in all */
    uint32_t last_page;
    bool is_asked; /* it is among `asked` */
} Queue;

struct Merging {
    const FtsMergeFuncs *funcs;
    void *data;
    Queue *queues;
    size_t n_queues;
    FtsSegmentWriter *writer;
    FtsMerge *merge;

    GMutex lock; /* of what follows, and of the queues */
    GCond caller_wakes;
    GCond thread_wakes;
    uint32_t *asked; /* a ring: indexes of queues that have room for pages */
    size_t first_asked;
    size_t n_asked;
    FtsRows rows[FTS_STEPS_AHEAD]; /* a ring: what is to be written */
    unsigned first_rows;
    unsigned n_rows;
    bool has_ended;   /* the thread */
    bool is_given_up; /* by the caller */

    /* Of the thread until it has been joined. */
    FtsRead result;
    uint32_t last_page;
};

/* Asks the caller for pages of a queue that is half empty. */
static void ask(Queue *queue)
{
    Merging *merging = queue->merging;
    if (queue->is_asked || queue->n_pages > FTS_PAGES_AHEAD / 2 ||
        queue->n_read == queue->last_page) {
        return;
    }
    const size_t at = (merging->first_asked + merging->n_asked) % merging->n_queues;
    merging->asked[at] = (uint32_t)(queue - merging->queues);
    merging->n_asked++;
    queue->is_asked = true;
    g_cond_signal(&merging->caller_wakes);
}

/* For the reader of a queue, which is done with the page before. */
static bool take_page(void *data, uint32_t number, Slice *ret_page)
{
    Queue *queue = data;
    Merging *merging = queue->merging;
    g_mutex_lock(&merging->lock);
    if (number > 1) {
        queue->first = (queue->first + 1) % FTS_PAGES_AHEAD;
        queue->n_pages--;
    }
    ask(queue);
    while (queue->n_pages == 0 && !merging->is_given_up) {
        g_cond_wait(&merging->thread_wakes, &merging->lock);
    }
    const bool is_there = queue->n_pages > 0;
    g_mutex_unlock(&merging->lock);
    *ret_page = byte_buffer_slice(&queue->pages[queue->first]);
    return is_there;
}

/* Hands the writer's rows to the caller, when there is room for them. Returns: false when the
 * caller has given up. */
static bool hand_over(Merging *merging)
{
    g_mutex_lock(&merging->lock);
    while (merging->n_rows == FTS_STEPS_AHEAD && !merging->is_given_up) {
        g_cond_wait(&merging->thread_wakes, &merging->lock);
    }
    const bool goes_on = !merging->is_given_up;
    if (goes_on) {
        const unsigned next = (merging->first_rows + merging->n_rows) % FTS_STEPS_AHEAD;
        fts_segment_take(merging->writer, &merging->rows[next]);
        merging->n_rows++;
        g_cond_signal(&merging->caller_wakes);
    }
    g_mutex_unlock(&merging->lock);
    return goes_on;
}

static FtsRead merge(Merging *merging)
{
    FtsRead read = FTS_READ_TERM;
    while ((read = fts_merge_step(merging->merge, FTS_STEP_BYTES)) == FTS_READ_TERM) {
        if (!hand_over(merging)) {
            return FTS_READ_FAILED;
        }
    }
    if (read == FTS_READ_END) {
        merging->last_page = fts_segment_end(merging->writer);
        return hand_over(merging) ? FTS_READ_END : FTS_READ_FAILED;
    }
    return read;
}

static gpointer run_thread(gpointer data)
{
    Merging *merging = data;
    merging->result = merge(merging);
    g_mutex_lock(&merging->lock);
    merging->has_ended = true;
    g_cond_signal(&merging->caller_wakes);
    g_mutex_unlock(&merging->lock);
    return NULL;
}

/* Fills the queue that was asked for first. */
static bool read_pages(Merging *merging)
{
    const size_t source = merging->asked[merging->first_asked];
    Queue *queue = &merging->queues[source];
    merging->first_asked = (merging->first_asked + 1) % merging->n_queues;
    merging->n_asked--;
    queue->is_asked = false;
    bool ok = true;
    while (ok && queue->n_pages < FTS_PAGES_AHEAD && queue->n_read < queue->last_page) {
        ByteBuffer *page = &queue->pages[(queue->first + queue->n_pages) % FTS_PAGES_AHEAD];
        g_mutex_unlock(&merging->lock);
        ok = merging->funcs->read_page(merging->data, source, queue->n_read + 1, page);
        g_mutex_lock(&merging->lock);
        queue->n_read++;
        queue->n_pages += ok;
        g_cond_signal(&merging->thread_wakes);
    }
    return ok;
}

/* Writes the rows that were handed over first. */
static bool write_rows(Merging *merging)
{
    const FtsRows *rows = &merging->rows[merging->first_rows];
    g_mutex_unlock(&merging->lock);
    const bool ok = merging->funcs->write_rows(merging->data, rows);
    g_mutex_lock(&merging->lock);
    merging->first_rows = (merging->first_rows + 1) % FTS_STEPS_AHEAD;
    merging->n_rows--;
    g_cond_signal(&merging->thread_wakes);
    return ok;
}

/* Does what the thread asks for until it ends. Pages come first: without, it stands still. */
static void serve(Merging *merging)
{
    bool ok = true;
    g_mutex_lock(&merging->lock);
    for (;;) {
        if (merging->n_asked > 0) {
            ok = read_pages(merging);
        } else if (merging->n_rows > 0) {
            ok = write_rows(merging);
        } else if (merging->has_ended) {
            break;
        } else {
            g_cond_wait(&merging->caller_wakes, &merging->lock);
        }
        if (!ok) {
            merging->is_given_up = true;
            g_cond_signal(&merging->thread_wakes);
            break;
        }
    }
    g_mutex_unlock(&merging->lock);
}

static void merging_init(Merging *merging, const uint32_t *last_pages)
{
    g_autofree FtsReader **readers = g_new(FtsReader *, merging->n_queues);
    merging->queues = g_new0(Queue, merging->n_queues);
    merging->asked = g_new(uint32_t, merging->n_queues);
    for (size_t i = 0; i < merging->n_queues; i++) {
        Queue *queue = &merging->queues[i];
        queue->merging = merging;
        queue->last_page = last_pages[i];
        queue->reader = readers[i] = fts_reader_new(last_pages[i], take_page, queue);
    }
    merging->writer = fts_segment_writer_new(FTS_PAGE_BYTES);
    merging->merge = fts_merge_new(readers, merging->n_queues, merging->writer);
    for (size_t i = 0; i < FTS_STEPS_AHEAD; i++) {
        fts_rows_init(&merging->rows[i]);
    }
    g_mutex_init(&merging->lock);
    g_cond_init(&merging->caller_wakes);
    g_cond_init(&merging->thread_wakes);
}

static void merging_clear(Merging *merging)
{
    fts_merge_free(merging->merge);
    fts_segment_writer_free(merging->writer);
    for (size_t i = 0; i < merging->n_queues; i++) {
        fts_reader_free(merging->queues[i].reader);
        for (size_t j = 0; j < FTS_PAGES_AHEAD; j++) {
            byte_buffer_clear(&merging->queues[i].pages[j]);
        }
    }
    g_free(merging->queues);
    g_free(merging->asked);
    for (size_t i = 0; i < FTS_STEPS_AHEAD; i++) {
        fts_rows_clear(&merging->rows[i]);
    }
    g_mutex_clear(&merging->lock);
    g_cond_clear(&merging->caller_wakes);
    g_cond_clear(&merging->thread_wakes);
}

FtsRead fts_merge_thread_run(const uint32_t *last_pages, size_t n_segments,
                             const FtsMergeFuncs *funcs, void *data, uint32_t *ret_last_page)
{
    Merging merging = {.funcs = funcs, .data = data, .n_queues = n_segments};
    merging_init(&merging, last_pages);
    GThread *thread = g_thread_new("fts-merge", run_thread, &merging);
    serve(&merging);
    g_thread_join(thread);
    *ret_last_page = merging.last_page;
    const FtsRead result = merging.is_given_up ? FTS_READ_FAILED : merging.result;
    merging_clear(&merging);
    return result;
}
