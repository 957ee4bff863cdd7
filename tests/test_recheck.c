/* SPDX-License-Identifier: MIT */
#include "indexer/recheck.h"

#include <glib/gstdio.h>

#include "dkim_signer.h"
#include "indexer/statement_set.h"
#include "schema/dkim_base64.h"

#define BITS 1024
#define DATE INT64_C(1400000000) /* 2014-05-13 */

static const uint8_t digest[DKIM_HASH_BYTES_MAX] = {1, 2, 3};

/* An archive with one message and one signature, and the keys that it meets. */
typedef struct {
    char *path;
    sqlite3 *db;
    DkimSigner *signer;
    KeyStore *keys;
} Fixture;

static void fixture_init(Fixture *fixture)
{
    static DkimSigner *signer;
    signer = signer == NULL ? dkim_signer_new(BITS) : signer;
    const int file = g_file_open_tmp("waxseal-recheck-XXXXXX", &fixture->path, NULL);
    g_assert_cmpint(file, >=, 0);
    g_close(file, NULL);
    fixture->db = archive_open_writable(fixture->path, NULL, NULL);
    g_assert_nonnull(fixture->db);
    fixture->signer = signer;
    fixture->keys = key_store_new();
}

static void fixture_clear(Fixture *fixture)
{
    sqlite3_close(fixture->db);
    g_remove(fixture->path);
    g_free(fixture->path);
    key_store_free(fixture->keys);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* What the archive says of a signature before. */
typedef struct {
    int64_t id;
    int64_t date; /* 0: none */
    int body_ok;
    bool is_altered; /* the header is not what was signed */
    const char *domain;
    const char *result;
    const char *caveats;
} Row;

static void run_sql(sqlite3_stmt *statement)
{
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_DONE);
    sqlite3_finalize(statement);
}

static void add_row(Fixture *fixture, const Row *row)
{
    uint8_t bytes[DKIM_BASE64_MAX(DKIM_SIGNATURE_BYTES_MAX)];
    size_t len = 0;
    g_autofree char *text =
        dkim_signer_sign_digest(fixture->signer, DKIM_ALGORITHM_RSA_SHA256, digest);
    g_assert_true(dkim_base64_decode(slice_of_string(text), bytes, &len));
    bytes[0] ^= row->is_altered ? 1 : 0;
    g_assert_true(archive_exec(fixture->db,
                               "INSERT OR IGNORE INTO signed_fields VALUES (1, 'from')", NULL));
    sqlite3_stmt *message = archive_prepare(
        fixture->db,
        ("INSERT INTO message (id, sha256, size, date, date_source, date_offset, msgid,"
         " in_reply_to, refs, dkim, level, caveats, signatures, attachments, thread_id) VALUES"
         " (?1, CAST(?1 AS BLOB), 1, nullif(?2, 0), 'date', 0, '', '', '', ?3, 'none', '', 1, "
         "0, ?1)"),
        NULL);
    sqlite3_bind_int64(message, 1, row->id);
    sqlite3_bind_int64(message, 2, row->date);
    sqlite3_bind_text(message, 3, row->result, -1, SQLITE_STATIC);
    run_sql(message);
    sqlite3_stmt *signature = archive_prepare(
        fixture->db,
        ("INSERT INTO signature (message_id, position, field, result, reason, body_ok, aligned,"
         " caveats, version, algorithm, domain, selector, identity, canonicalization,"
         " signed_fields_id, body_bytes, header_digest, signature) VALUES (?1, 0, 0, ?2, '',"
         " ?3, 1, ?4, '1', 'rsa-sha256', ?5, 's', '', '', 1, 1, ?6, ?7)"),
        NULL);
    sqlite3_bind_int64(signature, 1, row->id);
    sqlite3_bind_text(signature, 2, row->result, -1, SQLITE_STATIC);
    sqlite3_bind_int(signature, 3, row->body_ok);
    sqlite3_bind_text(signature, 4, row->caveats == NULL ? "" : row->caveats, -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(signature, 5, row->domain == NULL ? "example.org" : row->domain, -1,
                      SQLITE_STATIC);
    sqlite3_bind_blob(signature, 6, digest, sizeof digest, SQLITE_STATIC);
    sqlite3_bind_blob(signature, 7, bytes, (int)len, SQLITE_TRANSIENT);
    run_sql(signature);
}

/* Adds the key of the fixture's signer, with `tags` before p=. */
static void add_key(Fixture *fixture, const char *selector, const char *domain,
                    const char *tags, const char *channel, const char *notes)
{
    const KeyObservation observation = {.source = "test", .channel = channel, .notes = notes};
    g_autofree char *record =
        g_strconcat(tags, "p=", dkim_signer_public_key(fixture->signer), NULL);
    g_assert_true(key_store_add(fixture->keys, selector, domain, record, &observation));
}

static RecheckOutcome recheck(Fixture *fixture, size_t n_imported)
{
    g_autoptr(GError) error = NULL;
    RecheckOutcome outcome = {0};
    g_assert_true(recheck_run(fixture->db, fixture->keys, n_imported, &outcome, &error));
    g_assert_no_error(error);
    return outcome;
}

/* A new program would read keys from the archive: so does the next step. */
static void new_store(Fixture *fixture)
{
    key_store_free(fixture->keys);
    fixture->keys = key_store_new();
}

static void expect(const Fixture *fixture, int64_t id, const char *expected)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(
        fixture->db,
        ("SELECT printf('%s %s %s|%s %s %s', m.dkim, m.level, m.caveats, s.result,"
         " ifnull(s.header_ok, '-'), s.caveats) FROM message m JOIN signature s"
         " ON s.message_id = m.id WHERE m.id = ?1"),
        NULL);
    sqlite3_bind_int64(row, 1, id);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
    g_assert_cmpstr(archive_column_text(row, 0), ==, expected);
}

static void expect_state(const Fixture *fixture, const char *selector, const char *expected)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(
        fixture->db,
        ("SELECT state || ' ' || ifnull(date(leaked_since, 'unixepoch'), '-') FROM dkim_key"
         " WHERE selector = ?1"),
        NULL);
    sqlite3_bind_text(row, 1, selector, -1, SQLITE_STATIC);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
    g_assert_cmpstr(archive_column_text(row, 0), ==, expected);
}

/* One signature before, and what a key makes of it. */
typedef struct {
    const char *name;
    Row row;
    const char *key_domain;
    const char *tags; /* of the record */
    const char *channel;
    const char *notes;
    const char *expected;
} Case;

#define PLAIN .key_domain = "example.org", .tags = "", .channel = "file", .notes = ""

static const Case cases[] = {
    {"a_key_settles_what_waited",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     PLAIN,
     .expected = "pass verified |pass 1 "},
    {"what_the_key_does_not_verify_fails",
     {1, DATE, 1, true, NULL, "nokey", NULL},
     PLAIN,
     .expected = "fail none |fail 0 "},
    {"an_altered_body_stays_a_fail",
     {1, DATE, 0, false, NULL, "fail", NULL},
     PLAIN,
     .expected = "fail none |fail 1 "},
    {"an_altered_body_and_header_stay_a_fail",
     {1, DATE, 0, true, NULL, "fail", NULL},
     PLAIN,
     .expected = "fail none |fail 0 "},
    {"caveats_of_the_message_stay",
     {1, DATE, 1, false, NULL, "nokey", "unaligned sha1"},
     PLAIN,
     .expected = "pass none unaligned sha1|pass 1 unaligned sha1"},
    {"a_computed_key_gives_no_level",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.org",
     "",
     "gcd",
     "",
     "pass none recovered-key|pass 1 recovered-key"},
    {"a_computed_key_that_does_not_verify_says_nothing",
     {1, DATE, 1, true, NULL, "nokey", NULL},
     "example.org",
     "",
     "gcd",
     "",
     "nokey none |nokey - "},
    {"a_computed_key_excuses_no_body",
     {1, DATE, 0, true, NULL, "fail", NULL},
     "example.org",
     "",
     "gcd",
     "",
     "fail none |fail - "},
    {"a_key_of_another_name_is_shared",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.net",
     "",
     "file",
     "",
     "pass limited shared-key|pass 1 shared-key"},
    {"a_key_of_another_name_says_nothing_against",
     {1, DATE, 1, true, NULL, "nokey", NULL},
     "example.net",
     "",
     "file",
     "",
     "nokey none |nokey - "},
    {"a_key_for_another_hash_is_an_error",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.org",
     "h=sha1; ",
     "file",
     "",
     "error none |permerror - "},
    {"a_leak_bars_the_green_mark",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.org",
     "",
     "file",
     "private key published",
     "pass limited leaked-key|pass 1 leaked-key"},
    {"a_leak_of_later_does_not",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.org",
     "",
     "file",
     "private key published 2014-05-14",
     "pass verified |pass 1 "},
    {"a_leak_of_the_day_does",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.org",
     "",
     "file",
     "private key published since 2014-05-13",
     "pass limited leaked-key|pass 1 "
     "leaked-key"},
    {"a_leak_of_before_does",
     {1, DATE, 1, false, NULL, "nokey", NULL},
     "example.org",
     "",
     "file",
     "found; private key published 2013",
     "pass limited leaked-key|pass 1 leaked-key"},
    {"without_a_date_a_leak_counts",
     {1, 0, 1, false, NULL, "nokey", NULL},
     "example.org",
     "",
     "file",
     "private key published 2014-05-14",
     "pass limited leaked-key|pass 1 leaked-key"},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    add_row(&fixture, &test->row);
    add_key(&fixture, "s", test->key_domain, test->tags, test->channel, test->notes);
    recheck(&fixture, 1);
    expect(&fixture, 1, test->expected);
    g_assert_cmpuint(recheck(&fixture, 1).keys, ==, 0);
    expect(&fixture, 1, test->expected);
}

/* The notice comes years after the key. */
static void test_a_dated_leak_divides_the_mail_of_a_key(void)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    add_row(&fixture, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_row(&fixture, &(Row){2, DATE + 86400, 1, false, NULL, "nokey", NULL});
    add_key(&fixture, "s", "example.org", "", "file", "");
    recheck(&fixture, 1);
    expect_state(&fixture, "s", "good -");
    add_key(&fixture, "s", "example.org", "", "docs", "private key published 2014-05-14");
    g_assert_cmpuint(recheck(&fixture, 1).messages, ==, 1);
    expect_state(&fixture, "s", "leaked 2014-05-14");
    expect(&fixture, 1, "pass verified |pass 1 ");
    expect(&fixture, 2, "pass limited leaked-key|pass 1 leaked-key");
}

/* The leak is told of another name of the same key. */
static void test_a_leak_reaches_all_names_of_a_key(void)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    add_row(&fixture, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_key(&fixture, "s", "example.org", "", "file", "");
    recheck(&fixture, 1);
    expect(&fixture, 1, "pass verified |pass 1 ");
    new_store(&fixture);
    add_key(&fixture, "other", "example.net", "k=rsa; ", "file", "private key published");
    add_key(&fixture, "s", "example.org", "", "file", "");
    g_assert_cmpuint(recheck(&fixture, 1).messages, ==, 1);
    expect(&fixture, 1, "pass limited leaked-key|pass 1 leaked-key");
    expect_state(&fixture, "s", "leaked -");
}

/* A computed key that turns out to be known under another name. */
static void test_a_computed_key_takes_the_provenance_of_its_twin(void)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    add_row(&fixture, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_key(&fixture, "s", "example.org", "", "gcd", "");
    recheck(&fixture, 1);
    expect_state(&fixture, "s", "recovered -");
    new_store(&fixture);
    add_key(&fixture, "other", "example.net", "k=rsa; ", "file", "");
    add_key(&fixture, "s", "example.org", "", "gcd", "");
    recheck(&fixture, 1);
    expect_state(&fixture, "s", "good -");
    expect(&fixture, 1, "pass limited shared-key|pass 1 shared-key");
}

/* Adds another key under the name of the fixture's rows. */
static void add_other_key(Fixture *fixture, const char *channel)
{
    g_autoptr(DkimSigner) other = dkim_signer_new(BITS);
    g_autofree char *record = g_strconcat("p=", dkim_signer_public_key(other), NULL);
    const KeyObservation observation = {.source = "test", .channel = channel, .notes = ""};
    g_assert_true(key_store_add(fixture->keys, "s", "example.org", record, &observation));
}

/* A computed key tells nothing against a signature, so another name's key is tried as without
 * it; and a published key tells against it, whatever was computed beside. */
static void test_a_computed_key_stands_in_no_way(void)
{
    g_auto(Fixture) shared;
    fixture_init(&shared);
    add_row(&shared, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_other_key(&shared, "gcd");
    add_key(&shared, "s", "example.net", "", "file", "");
    recheck(&shared, 2);
    expect(&shared, 1, "pass limited shared-key|pass 1 shared-key");

    g_auto(Fixture) published;
    fixture_init(&published);
    add_row(&published, &(Row){1, DATE, 1, true, NULL, "nokey", NULL});
    add_other_key(&published, "gcd");
    add_key(&published, "s", "example.org", "", "file", "");
    recheck(&published, 2);
    expect(&published, 1, "fail none |fail 0 ");
}

/* The published record says that the key is not for this hash: the computed one, which does not
 * know, gets no way around. */
static void test_a_published_record_takes_the_place_of_a_computed_one(void)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    add_row(&fixture, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_key(&fixture, "s", "example.org", "", "gcd", "");
    recheck(&fixture, 1);
    expect(&fixture, 1, "pass none recovered-key|pass 1 recovered-key");
    new_store(&fixture);
    add_key(&fixture, "s", "example.org", "k=rsa; ", "file", "");
    add_key(&fixture, "s", "example.org", "", "gcd", "");
    recheck(&fixture, 1);
    expect(&fixture, 1, "pass verified |pass 1 ");

    g_auto(Fixture) strict;
    fixture_init(&strict);
    add_row(&strict, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_key(&strict, "s", "example.org", "h=sha1; ", "file", "");
    add_key(&strict, "s", "example.org", "", "gcd", "");
    recheck(&strict, 2);
    expect(&strict, 1, "error none |permerror - ");
}

/* A second key of the name may turn a fail into a pass; nothing else may. */
static void test_a_fail_passes_only_when_header_and_body_hold(void)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autoptr(DkimSigner) other = dkim_signer_new(BITS);
    add_row(&fixture, &(Row){1, DATE, 1, false, NULL, "nokey", NULL});
    add_row(&fixture, &(Row){2, DATE, 0, false, NULL, "fail", NULL});
    add_row(&fixture, &(Row){3, DATE, 1, true, NULL, "nokey", NULL});
    g_autofree char *record = g_strconcat("p=", dkim_signer_public_key(other), NULL);
    key_store_add(fixture.keys, "s", "example.org", record, NULL);
    recheck(&fixture, 1);
    expect(&fixture, 1, "fail none |fail 0 ");
    add_key(&fixture, "s", "example.org", "", "file", "");
    recheck(&fixture, 2);
    expect(&fixture, 1, "pass verified |pass 1 ");
    expect(&fixture, 2, "fail none |fail 1 ");
    expect(&fixture, 3, "fail none |fail 0 ");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/recheck/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/recheck/a_dated_leak_divides_the_mail_of_a_key",
                    test_a_dated_leak_divides_the_mail_of_a_key);
    g_test_add_func("/recheck/a_leak_reaches_all_names_of_a_key",
                    test_a_leak_reaches_all_names_of_a_key);
    g_test_add_func("/recheck/a_computed_key_stands_in_no_way",
                    test_a_computed_key_stands_in_no_way);
    g_test_add_func("/recheck/a_computed_key_takes_the_provenance_of_its_twin",
                    test_a_computed_key_takes_the_provenance_of_its_twin);
    g_test_add_func("/recheck/a_published_record_takes_the_place_of_a_computed_one",
                    test_a_published_record_takes_the_place_of_a_computed_one);
    g_test_add_func("/recheck/a_fail_passes_only_when_header_and_body_hold",
                    test_a_fail_passes_only_when_header_and_body_hold);
    return g_test_run();
}
