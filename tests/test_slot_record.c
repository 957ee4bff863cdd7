/* SPDX-License-Identifier: MIT
 *
 * What a worker wrote, taken over by the parent while the worker may still be writing. */
#include "indexer/slot_record.h"

#include <sys/mman.h>

#include "schema/record_codec.h"

#define TEXT "From: a@b.example\n\nbody\n"

typedef struct {
    JobSlot slot;
    ReaderEvent event;
    MailRecord record;
} Fixture;

static void fixture_init(Fixture *fixture)
{
    char *base = mmap(NULL, job_slot_stride(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    g_assert_true(base != MAP_FAILED);
    job_slot_init(&fixture->slot, 0, base);
    memcpy(fixture->slot.window.base, TEXT, strlen(TEXT));
    fixture->event = (ReaderEvent){
        .kind = EVENT_MESSAGE,
        .span = {.length = strlen(TEXT), .bytes_length = strlen(TEXT)},
    };
    job_slot_add(&fixture->slot, &fixture->event.span);
    mail_record_init(&fixture->record);
}

static void fixture_clear(Fixture *fixture)
{
    munmap(fixture->slot.shared, job_slot_stride());
    mail_record_destroy(&fixture->record);
}

/* Answers as a worker does. */
static void answer(Fixture *fixture, const MailRecord *record)
{
    JobItem *item = &fixture->slot.shared->items[0];
    item->record_at = 100;
    item->record_length =
        record_encode(record, fixture->slot.output + item->record_at, JOB_OUTPUT_BYTES - 100);
    g_assert_cmpuint(item->record_length, >, 0);
}

static void answer_subject(Fixture *fixture, const char *subject)
{
    MailRecord record;
    mail_record_init(&record);
    record.size = strlen(TEXT);
    record.subject = slice_of_string(subject);
    answer(fixture, &record);
    mail_record_destroy(&record);
}

static void test_nothing_changes_after_it_was_read(void)
{
    Fixture fixture;
    fixture_init(&fixture);
    answer_subject(&fixture, "as it was checked");
    Slice flat = SLICE_EMPTY;
    g_assert_true(
        slot_record_read(&fixture.slot, &fixture.event, NULL, &fixture.record, &flat));
    memset(fixture.slot.output, 0xFF, 4096);
    g_assert_true(slice_equal(fixture.record.subject, SLICE_LITERAL("as it was checked")));
    MailRecord again;
    mail_record_init(&again);
    g_assert_true(record_decode(flat, false, &again));
    g_assert_true(slice_equal(again.subject, SLICE_LITERAL("as it was checked")));
    mail_record_destroy(&again);
    fixture_clear(&fixture);
}

static void assert_unreadable(Fixture *fixture)
{
    Slice flat = SLICE_LITERAL("not empty");
    g_assert_false(
        slot_record_read(&fixture->slot, &fixture->event, NULL, &fixture->record, &flat));
    g_assert_cmpuint(flat.len, ==, 0);
    g_assert_true(problem_set_has(fixture->record.problems, PROBLEM_UNREADABLE));
    g_assert_cmpuint(fixture->record.size, ==, strlen(TEXT));
}

static void test_what_is_no_record_is_replaced(void)
{
    Fixture fixture;
    fixture_init(&fixture);
    assert_unreadable(&fixture); /* none */
    answer_subject(&fixture, "not UTF-8: \xFF");
    assert_unreadable(&fixture);
    answer_subject(&fixture, "cut");
    fixture.slot.shared->items[0].record_length--;
    assert_unreadable(&fixture);
    fixture.slot.shared->items[0].record_length = UINT64_MAX;
    assert_unreadable(&fixture);
    fixture.slot.shared->items[0].record_at = JOB_OUTPUT_BYTES;
    fixture.slot.shared->items[0].record_length = 1;
    assert_unreadable(&fixture);
    fixture_clear(&fixture);
}

static void test_a_key_that_is_not_there_is_refused(void)
{
    Fixture fixture;
    fixture_init(&fixture);
    MailRecord record;
    mail_record_init(&record);
    const RecordSignature signature = {.key = 0};
    g_array_append_val(record.signatures, signature);
    answer(&fixture, &record);
    mail_record_destroy(&record);
    assert_unreadable(&fixture);
    fixture_clear(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/slot_record/nothing_changes_after_it_was_read",
                    test_nothing_changes_after_it_was_read);
    g_test_add_func("/slot_record/what_is_no_record_is_replaced",
                    test_what_is_no_record_is_replaced);
    g_test_add_func("/slot_record/a_key_that_is_not_there_is_refused",
                    test_a_key_that_is_not_there_is_refused);
    return g_test_run();
}
