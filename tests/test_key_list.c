/* SPDX-License-Identifier: MIT */
#include "query/key_list.h"

#include "query/key_span.h"
#include "query_fixture.h"

/* Far more messages than a look-up may read. */
#define N_MESSAGES "100000"

#define START "1400000000" /* 2014-05-13 */

static void run_sql(sqlite3 *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(archive_exec(db, sql, &error));
    g_assert_no_error(error);
}

/* Adds keys 11 to 14 beside the fixture's: one verified much, one some, one nothing, and the
 * last bears the name of the first. */
static sqlite3 *new_archive(void)
{
    sqlite3 *db = query_fixture_in_memory();
    run_sql(db,
            "INSERT INTO dkim_key (id, selector, domain, record, bits, spki_sha256, state,"
            " leaked_since) VALUES (11, 'much', 'a.example', 'p=1', 2048, x'01', 'good', NULL),"
            " (12, 'some', 'b.example', 'p=2', 1024, x'02', 'leaked', 1420070400),"
            " (13, 'none', 'c.example', 'p=3', 1024, x'03', 'good', NULL),"
            " (14, 'much', 'a.example', 'p=4', 1024, x'04', 'recovered', NULL),"
            " (15, 'none', 'c.example', 'p=3;', 1024, x'03', 'good', NULL);"
            "INSERT INTO dkim_key_observation (key_id, source, channel, first_seen, last_seen,"
            " notes) VALUES (11, 'second', 'file', '2015', '', ''),"
            " (11, 'first', 'file', '2014', '', '');"
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
            " WHERE i < " N_MESSAGES " - 1)"
            " INSERT INTO message (id, sha256, size, date, date_source, date_offset, msgid,"
            " in_reply_to, refs, dkim, level, caveats, signatures, attachments, thread_id)"
            " SELECT " START " + i, CAST(i AS BLOB), 1, " START " + i, 'date', 0, '', '', '',"
            " 'pass', 'verified', '', 1, 0, " START " + i FROM n;"
            "INSERT INTO signature (message_id, position, field, result, reason, aligned,"
            " caveats, version, algorithm, domain, selector, identity, canonicalization,"
            " signed_fields_id, body_bytes, header_digest, signature, key_id) SELECT id, 0, 0,"
            " iif(id % 10 = 9, 'fail', 'pass'), '', 1, '', '1', 'rsa-sha256', 'a.example',"
            " 'much', '', '', 1, 1, x'01', x'01', iif(id % 1000 = 7, 12, 11)"
            " FROM message WHERE id >= " START " AND size = 1");
    return db;
}

static bool note_key(const ListedKey *key, gpointer data)
{
    g_autofree char *first =
        key->sightings->len == 0
            ? g_strdup("-")
            : g_strdup(g_array_index(key->sightings, KeySighting, 0).source);
    g_string_append_printf(data, "%s %s %" G_GINT64_FORMAT " %s %s; ", key->selector,
                           key->record, key->verified.messages, key->state, first);
    return true;
}

static void expect_list(sqlite3 *db, KeyListOrder order, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(key_list_each(db, order, note_key, text, &error));
    g_assert_no_error(error);
    const char *start = strstr(text->str, expected);
    g_test_message("%s", text->str);
    g_assert_nonnull(start);
}

static void test_orders(void)
{
    g_autoptr(sqlite3) db = new_archive();
    expect_list(db, KEY_LIST_BY_MESSAGES, "much p=1 89900 good first; some p=2 100 leaked -; ");
    expect_list(db, KEY_LIST_BY_NAME,
                "much p=1 89900 good first; much p=4 0 recovered -; some p=2 100 leaked -; "
                "gone NXDOMAIN 0");
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_true(key_list_each(db, KEY_LIST_CONFLICTS, note_key, text, NULL));
    g_assert_cmpstr(text->str, ==, "much p=4 0 recovered -; much p=1 89900 good first; ");
}

static bool stop_at_once(const ListedKey *key, gpointer data)
{
    (void)key;
    ++*(int *)data;
    return false;
}

static void test_a_callback_ends_the_list(void)
{
    g_autoptr(sqlite3) db = query_fixture_in_memory();
    int n_calls = 0;
    g_assert_true(key_list_each(db, KEY_LIST_BY_NAME, stop_at_once, &n_calls, NULL));
    g_assert_cmpint(n_calls, ==, 1);
}

static bool note_missing(const MissingKey *key, gpointer data)
{
    g_string_append_printf(data, "%s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "; ",
                           key->selector, key->domain, key->waiting.messages, key->undecided);
    return true;
}

static void test_missing(void)
{
    g_autoptr(sqlite3) db = new_archive();
    run_sql(db, "DELETE FROM signature WHERE result = 'nokey'");
    run_sql(db, "UPDATE signature SET result = 'nokey', key_id = NULL, selector = 'LOST'"
                " WHERE message_id BETWEEN " START " AND " START " + 2");
    run_sql(db, "UPDATE signature SET result = 'nokey', key_id = NULL, selector = 'other'"
                " WHERE message_id BETWEEN " START " + 3 AND " START " + 4");
    run_sql(db, "UPDATE message SET dkim = 'nokey' WHERE id = " START);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_true(key_list_each_missing(db, note_missing, text, NULL));
    g_assert_cmpstr(text->str, ==, "lost a.example 3 1; other a.example 2 0; ");
}

static void expect_span(sqlite3 *db, int64_t key_id, const char *expected)
{
    KeySpan span;
    g_autoptr(GError) error = NULL;
    g_assert_true(key_span_read(db, key_id, &span, &error));
    g_assert_no_error(error);
    g_autofree char *text = key_span_text(&span);
    g_assert_cmpstr(text, ==, expected);
}

static void test_spans(void)
{
    g_autoptr(sqlite3) db = new_archive();
    expect_span(db, 11, "2014-05-13 to 2014-05-14");
    expect_span(db, 13, "");
    expect_span(db, -1, "");
    run_sql(db, "DELETE FROM signature WHERE key_id = 12 AND message_id > " START " + 2000");
    expect_span(db, 12, "2014-05-13");
}

static int count_step(gpointer data)
{
    ++*(int *)data;
    return 0;
}

/* A span costs two look-ups, not a look at all mail of the key. */
static void test_a_span_is_found_by_an_index(void)
{
    g_autoptr(sqlite3) db = new_archive();
    int n_steps = 0;
    sqlite3_progress_handler(db, 1, count_step, &n_steps);
    expect_span(db, 11, "2014-05-13 to 2014-05-14");
    g_test_message("%d steps", n_steps);
    g_assert_cmpint(n_steps, <, 200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/key_list/keys_come_in_three_orders", test_orders);
    g_test_add_func("/key_list/a_callback_ends_the_list", test_a_callback_ends_the_list);
    g_test_add_func("/key_list/missing_keys_are_ranked", test_missing);
    g_test_add_func("/key_span/dates_of_the_mail_of_a_key", test_spans);
    g_test_add_func("/key_span/a_span_is_found_by_an_index", test_a_span_is_found_by_an_index);
    return g_test_run();
}
