/* SPDX-License-Identifier: MIT
 *
 * Worker processes that die: what they were reading costs one message. The processor here
 * replaces indexer/mail_processor.c and gives mail to GMime without the pre-scan that guards
 * the real one, so that GMime's own known crashes are what kills the workers. */
#include "indexer/worker_pool.h"

#include <gmime/gmime.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/mail_processor.h"
#include "pool_double.h"
#include "schema/record_codec.h"

/* Levels of "g:" that exhaust an 8 MB stack in GMime 3.2.13; 40,293 were seen to do. */
#define NESTED_GROUPS 300000
#define EMPTY_PARTS   1000000
#define PAGE_BYTES    ((size_t)4096)

struct MailProcessor {
    GMimeParser *parser;
};

MailProcessor *mail_processor_new(const KeyStore *keys G_GNUC_UNUSED)
{
    g_mime_init();
    MailProcessor *processor = g_new0(MailProcessor, 1);
    processor->parser = g_mime_parser_new();
    return processor;
}

void mail_processor_free(MailProcessor *processor)
{
    g_object_unref(processor->parser);
    g_free(processor);
}

static void parse_unguarded(MailProcessor *processor, Slice bytes)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.ptr, bytes.len);
    g_mime_parser_init_with_stream(processor->parser, stream);
    GMimeMessage *message = g_mime_parser_construct_message(processor->parser, NULL);
    if (message != NULL) {
        g_object_unref(message);
    }
    g_object_unref(stream);
}

void mail_processor_run(MailProcessor *processor, Slice bytes, Slice envelope G_GNUC_UNUSED,
                        Care care, MailRecord *record)
{
    mail_processor_hash(bytes, record->sha256);
    record->size = bytes.len;
    if (bytes.len >= 5 && memcmp(bytes.ptr, "Abort", 5) == 0) {
        _exit(7); /* whatever the care */
    }
    if (care == CARE_FULL) {
        parse_unguarded(processor, bytes);
    }
    record->subject = mail_record_keep(record, SLICE_LITERAL("read"));
}

static char *nested_groups(void)
{
    GString *text = g_string_new("To: ");
    for (int i = 0; i < NESTED_GROUPS; i++) {
        g_string_append(text, "g:");
    }
    g_string_append(text, "\n\nbody\n");
    return g_string_free(text, false);
}

typedef struct {
    const char *text;
    Care care;       /* with which it came through */
    bool has_record; /* false: left to the parent */
} Expected;

static void check_item(const JobSlot *slot, uint32_t item, const Expected *expected)
{
    g_assert_cmpint(job_slot_care(slot, item), ==, expected->care);
    Slice flat = job_slot_result(slot, item);
    g_assert_cmpint(flat.len > 0, ==, expected->has_record);
    if (!expected->has_record) {
        return;
    }
    MailRecord record;
    mail_record_init(&record);
    g_assert_true(record_decode(flat, false, &record));
    g_assert_cmpuint(record.size, ==, strlen(expected->text));
    g_assert_cmpint(problem_set_has(record.problems, PROBLEM_PARSER_CRASHED), ==,
                    expected->care != CARE_FULL);
    mail_record_destroy(&record);
}

/* Sends the messages through in slots of three and takes them back in order. */
static void run_pool(const Expected *expected, uint32_t n_expected, unsigned n_workers)
{
    g_autoptr(GError) error = NULL;
    WorkerPool *pool = worker_pool_new(&(WorkerPoolOptions){.n_workers = n_workers}, &error);
    g_assert_no_error(error);
    for (uint32_t first = 0; first < n_expected; first += 3) {
        JobSlot *slot = worker_pool_acquire(pool);
        for (uint32_t i = first; i < MIN(first + 3, n_expected); i++) {
            pool_double_add(slot, expected[i].text);
        }
        worker_pool_submit(pool, slot);
    }
    worker_pool_finish(pool);
    uint32_t item = 0;
    JobSlot *slot = NULL;
    PoolNext next = POOL_TIMEOUT;
    while ((next = worker_pool_next(pool, 1000, &slot, &error)) != POOL_END) {
        g_assert_no_error(error);
        if (next != POOL_SLOT) {
            continue;
        }
        for (uint32_t i = 0; i < slot->n_items; i++) {
            g_assert(item < n_expected);
            check_item(slot, i, &expected[item++]);
        }
        worker_pool_release(pool, slot);
    }
    g_assert_cmpuint(item, ==, n_expected);
    worker_pool_free(pool);
}

static void test_crashes_cost_one_message_each(void)
{
    g_autofree char *groups = nested_groups();
    const char *plain = "Subject: plain\n\nbody\n";
    const Expected expected[] = {
        {plain, CARE_FULL, true},
        {groups, CARE_HEADER_ONLY, true},
        {plain, CARE_FULL, true},
        {groups, CARE_HEADER_ONLY, true},
        {groups, CARE_HEADER_ONLY, true},
        {plain, CARE_FULL, true},
        {"Abort: always\n\n", CARE_HASH_ONLY, false},
        {plain, CARE_FULL, true},
        {"Abort: always\n\n", CARE_HASH_ONLY, false},
    };
    for (unsigned n_workers = 1; n_workers <= 3; n_workers++) {
        run_pool(expected, G_N_ELEMENTS(expected), n_workers);
    }
}

/* Six megabytes of empty parts, for which GMime 3.2.13 wants 1.3 GB. */
static char *empty_parts(void)
{
    GString *text = g_string_new("Content-Type: multipart/mixed; boundary=a\n\n");
    for (int i = 0; i < EMPTY_PARTS; i++) {
        g_string_append(text, "--a\n\n");
    }
    return g_string_free(text, false);
}

#ifdef WAXSEAL_INSTRUMENTED
static const bool memory_is_limited = false;
#else
static const bool memory_is_limited = true;
#endif

static void test_too_much_memory_costs_one_message(void)
{
    if (!memory_is_limited) {
        g_test_skip("the memory limit of workers is off under AddressSanitizer");
        return;
    }
    g_autofree char *parts = empty_parts();
    const char *plain = "Subject: plain\n\nbody\n";
    const Expected expected[] = {
        {plain, CARE_FULL, true},
        {parts, CARE_HEADER_ONLY, true},
        {plain, CARE_FULL, true},
    };
    run_pool(expected, G_N_ELEMENTS(expected), 1);
}

static void test_an_empty_run_ends(void)
{
    const Expected none = {NULL, CARE_FULL, false};
    run_pool(&none, 0, 2);
}

/* A taker that fails must be able to leave while slots are on their way. */
static void test_a_cancelled_pool_leaves_no_process(void)
{
    g_autoptr(GError) error = NULL;
    WorkerPool *pool = worker_pool_new(&(WorkerPoolOptions){.n_workers = 2}, &error);
    g_assert_no_error(error);
    JobSlot *slot = worker_pool_acquire(pool);
    pool_double_add(slot, "Subject: on its way\n\n");
    worker_pool_submit(pool, slot);
    worker_pool_cancel(pool);
    g_assert_null(worker_pool_acquire(pool));
    worker_pool_free(pool);
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

/* Pages of the window that are there. */
static size_t resident_bytes(const JobSlot *slot, size_t n_bytes)
{
    const size_t n_pages = n_bytes / PAGE_BYTES;
    g_autofree unsigned char *pages = g_malloc(n_pages);
    g_assert_cmpint(mincore(slot->window.base, n_bytes, pages), ==, 0);
    size_t n_resident = 0;
    for (size_t i = 0; i < n_pages; i++) {
        n_resident += pages[i] & 1;
    }
    return n_resident * PAGE_BYTES;
}

/* Sends a window of `n_bytes` through without a message. Returns: its slot, free again. */
static const JobSlot *pass_window(WorkerPool *pool, size_t n_bytes)
{
    g_autoptr(GError) error = NULL;
    JobSlot *slot = worker_pool_acquire(pool);
    memset(slot->window.base, 1, n_bytes);
    slot->window.used = n_bytes;
    worker_pool_submit(pool, slot);
    JobSlot *taken = NULL;
    while (worker_pool_next(pool, 1000, &taken, &error) != POOL_SLOT) {
        g_assert_no_error(error);
    }
    g_assert_true(taken == slot);
    worker_pool_release(pool, taken);
    return slot;
}

static void test_memory_is_kept_for_the_next_large_message(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = worker_pool_new(&(WorkerPoolOptions){.n_workers = 1}, &error);
    g_assert_no_error(error);
    const size_t large = POOL_KEEP_BYTES / 2;
    JobSlot *first = worker_pool_acquire(pool);
    const JobSlot *slot = pass_window(pool, large);
    g_assert_true(slot != first);
    g_assert_cmpuint(resident_bytes(slot, large), ==, large);
    /* Not the first free one, but the one that has the memory. */
    worker_pool_submit(pool, first);
    JobSlot *taken = NULL;
    g_assert_cmpint(worker_pool_next(pool, 1000, &taken, &error), ==, POOL_SLOT);
    worker_pool_release(pool, taken);
    g_assert_true(worker_pool_acquire(pool) == slot);
}

static void test_memory_of_too_many_large_messages_is_given_back(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = worker_pool_new(&(WorkerPoolOptions){.n_workers = 1}, &error);
    g_assert_no_error(error);
    const size_t too_large = POOL_KEEP_BYTES + 2 * JOB_KEEP_BYTES;
    const JobSlot *slot = pass_window(pool, too_large);
    g_assert_cmpuint(resident_bytes(slot, too_large), ==, JOB_KEEP_BYTES);
    g_assert_cmpuint(job_slot_excess(slot), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/worker_pool/crashes_of_gmime_cost_one_message_each",
                    test_crashes_cost_one_message_each);
    g_test_add_func("/worker_pool/too_much_memory_costs_one_message",
                    test_too_much_memory_costs_one_message);
    g_test_add_func("/worker_pool/an_empty_run_ends", test_an_empty_run_ends);
    g_test_add_func("/worker_pool/a_cancelled_pool_leaves_no_process",
                    test_a_cancelled_pool_leaves_no_process);
    g_test_add_func("/worker_pool/memory_is_kept_for_the_next_large_message",
                    test_memory_is_kept_for_the_next_large_message);
    g_test_add_func("/worker_pool/memory_of_too_many_large_messages_is_given_back",
                    test_memory_of_too_many_large_messages_is_given_back);
    return g_test_run();
}
