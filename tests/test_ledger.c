/* SPDX-License-Identifier: MIT */
#include "query/ledger.h"

#include <glib/gstdio.h>

#include "query/raw_bytes.h"
#include "query_fixture.h"
#include "schema/archive.h"

typedef struct {
    int n_sources;
    int n_findings[LEDGER_MISSING + 1];
} Seen;

static void see_source(gpointer data, const char *path, const LedgerSum *sum)
{
    (void)path;
    (void)sum;
    ((Seen *)data)->n_sources++;
}

static void see_finding(gpointer data, const LedgerFinding *finding)
{
    ((Seen *)data)->n_findings[finding->kind]++;
}

/* Runs `sql` on the archive first. */
static LedgerSum ledger_after(const QueryFixture *fixture, const char *sql, bool check_hashes,
                              Seen *ret_seen)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = archive_open_writable(fixture->path, NULL, &error);
    g_assert_no_error(error);
    archive_exec(db, "PRAGMA foreign_keys = 0", &error);
    archive_exec(db, sql, &error);
    g_assert_no_error(error);
    *ret_seen = (Seen){0};
    LedgerReport report = {.check_hashes = check_hashes,
                           .source = see_source,
                           .finding = see_finding,
                           .data = ret_seen};
    LedgerSum sum;
    g_assert_true(ledger_run(db, &report, &sum, &error));
    g_assert_no_error(error);
    return sum;
}

static void test_whole(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum = ledger_after(fixture, "", true, &seen);
    g_assert_true(ledger_adds_up(&sum));
    g_assert_cmpint(sum.messages, ==, 33);
    g_assert_cmpint(sum.hashes_right, ==, 33);
    g_assert_cmpint(sum.message_bytes + sum.separator_bytes, ==, sum.size);
    g_assert_cmpint(seen.n_sources, ==, 1);
}

static void test_gap(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum = ledger_after(
        fixture, "DELETE FROM occurrence WHERE message_id = 1485950400", false, &seen);
    g_assert_false(ledger_adds_up(&sum));
    g_assert_cmpint(sum.gap_bytes, ==, 32 + 100 + 1);
    g_assert_cmpint(seen.n_findings[LEDGER_GAP], ==, 1);
}

static void test_damaged_span(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum = ledger_after(fixture,
                                 "DELETE FROM occurrence WHERE message_id = 1485950400;"
                                 "INSERT INTO damaged_span VALUES (1, 0, 133, 'unreadable')",
                                 false, &seen);
    g_assert_true(ledger_adds_up(&sum));
    g_assert_cmpint(sum.damaged_bytes, ==, 133);
    g_assert_cmpint(seen.n_findings[LEDGER_DAMAGE], ==, 1);
}

static void test_damaged_file(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum = ledger_after(
        fixture, "UPDATE file SET state = 'damaged', note = 'it ends too early'", false, &seen);
    g_assert_true(ledger_adds_up(&sum));
    g_assert_cmpint(seen.n_findings[LEDGER_DAMAGE], ==, 1);
}

static void test_overlap(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum = ledger_after(fixture, "INSERT INTO damaged_span VALUES (1, 5, 10, 'twice')",
                                 false, &seen);
    g_assert_false(ledger_adds_up(&sum));
    g_assert_cmpint(seen.n_findings[LEDGER_OVERLAP], >=, 1);
}

static void test_end(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum = ledger_after(fixture, "UPDATE file SET size = size + 7", false, &seen);
    g_assert_false(ledger_adds_up(&sum));
    g_assert_cmpint(sum.gap_bytes, ==, 7);
    g_assert_cmpint(sum.unfinished, ==, 1);
    sum = ledger_after(fixture, "UPDATE file SET size = size - 14, done = size", false, &seen);
    g_assert_false(ledger_adds_up(&sum));
    g_assert_cmpint(sum.overlap_bytes, ==, 7);
}

static void test_replaced(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    Seen seen;
    LedgerSum sum =
        ledger_after(fixture, "UPDATE file SET state = 'replaced', size = 5", false, &seen);
    g_assert_true(ledger_adds_up(&sum));
    g_assert_cmpint(sum.files, ==, 0);
}

static void test_changed_source(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize size = 0;
    g_file_get_contents(fixture->source, &text, &size, &error);
    g_assert_no_error(error);
    text[40] ^= 1; /* inside the first message */
    g_file_set_contents(fixture->source, text, (gssize)size, &error);
    g_assert_no_error(error);
    Seen seen;
    LedgerSum sum = ledger_after(fixture, "", true, &seen);
    g_assert_false(ledger_adds_up(&sum));
    g_assert_cmpint(sum.hashes_right, ==, 32);
    g_assert_cmpint(sum.hashes_wrong, ==, 1);
    g_assert_cmpint(seen.n_findings[LEDGER_HASH], ==, 1);
}

static void test_raw_bytes(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_autoptr(GBytes) bytes = raw_bytes_read(db, FIXTURE_BUDGET, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 100);
    g_assert_null(raw_bytes_read(db, 987654321, &error));
    g_assert_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_NO_MESSAGE);
    g_clear_error(&error);
    g_remove(fixture->source);
    g_assert_null(raw_bytes_read(db, FIXTURE_BUDGET, &error));
    g_assert_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_GONE);
    g_assert_nonnull(strstr(error->message, "mail.mbox"));
}

/* A first place that is gone is no loss while a second one has the bytes. */
static void test_second_place(void)
{
    g_autoptr(QueryFixture) fixture = query_fixture_new();
    g_autoptr(GError) error = NULL;
    Seen seen;
    ledger_after(fixture,
                 "INSERT INTO source VALUES (2, '/nonexistent', 0);"
                 "INSERT INTO file SELECT 0, 2, 'gone.mbox', kind, container, compression, "
                 "dialect, folder, flags, 0, 0, 0, 0, 'complete', '' FROM file WHERE id = 1;"
                 "INSERT INTO occurrence VALUES (0, 0, 100, 1485950400, 0, 0, 'none')",
                 false, &seen);
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_autoptr(GBytes) bytes = raw_bytes_read(db, FIXTURE_BUDGET, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 100);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/whole_source_adds_up", test_whole);
    g_test_add_func("/ledger/missing_message_is_a_gap", test_gap);
    g_test_add_func("/ledger/damaged_span_is_accounted_for", test_damaged_span);
    g_test_add_func("/ledger/a_damaged_file_is_said", test_damaged_file);
    g_test_add_func("/ledger/byte_in_two_pieces_is_an_overlap", test_overlap);
    g_test_add_func("/ledger/end_of_the_file_is_checked", test_end);
    g_test_add_func("/ledger/replaced_file_is_left_out", test_replaced);
    g_test_add_func("/ledger/changed_byte_is_found_by_its_hash", test_changed_source);
    g_test_add_func("/raw_bytes/bytes_are_proved", test_raw_bytes);
    g_test_add_func("/raw_bytes/other_places_are_tried", test_second_place);
    return g_test_run();
}
