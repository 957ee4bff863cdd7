/* SPDX-License-Identifier: MIT */
/* Counts are compared with what SQL says when it is asked in the slowest and plainest way. */
#include "query/facet.h"

#include "query/query_parser.h"
#include "query_fixture.h"
#include "schema/archive.h"

static sqlite3 *db;

static void run(const char *sql)
{
    g_autoptr(GError) error = NULL;
    archive_exec(db, sql, &error);
    g_assert_no_error(error);
}

static HitSet *hits_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    g_assert_true(query_parser_run(text, &parse, &fault));
    const QueryOptions options = {.sort = QUERY_SORT_OLDEST, .limit = -1};
    g_autoptr(CompiledQuery) query =
        query_compiler_run(db, parse.root, &options, &fault, &error);
    g_assert_no_error(error);
    g_assert_nonnull(query);
    HitSet *hits = hit_set_read(db, query, &error);
    g_assert_no_error(error);
    return hits;
}

/* "value messages/verified" of each row, by value; "-" for no value. */
static char *facet_text(const HitSet *hits, FacetKind kind, GTimeZone *zone)
{
    g_autoptr(GError) error = NULL;
    g_auto(Facet) facet = {0};
    facet_read(db, hits, kind, zone, &facet, &error);
    g_assert_no_error(error);
    facet_sort(&facet, FACET_BY_VALUE);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < facet.counts->len; i++) {
        const FacetCount *count = &g_array_index(facet.counts, FacetCount, i);
        g_string_append_printf(out, "%s %u/%u\n", count->value, count->messages,
                               count->verified);
    }
    if (facet.none.messages > 0) {
        g_string_append_printf(out, "- %u/%u\n", facet.none.messages, facet.none.verified);
    }
    return g_string_free(out, false);
}

/* The same by `values`, a SELECT of message_id and value. */
static char *expected_text(const char *condition, const char *values)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT v, count(DISTINCT id), count(DISTINCT CASE level WHEN 'verified' THEN id END) "
        "FROM (SELECT m.id, m.level, nullif(x.value, '') AS v FROM message m LEFT JOIN "
        "(SELECT message_id, value FROM (%s) WHERE value <> '') x ON x.message_id = m.id "
        "WHERE %s) GROUP BY v ORDER BY v IS NULL, v",
        values, condition);
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql, &error);
    g_assert_no_error(error);
    GString *out = g_string_new(NULL);
    while (sqlite3_step(row) == SQLITE_ROW) {
        const bool has_value = sqlite3_column_type(row, 0) != SQLITE_NULL;
        g_string_append_printf(out, "%s %d/%d\n", has_value ? archive_column_text(row, 0) : "-",
                               sqlite3_column_int(row, 1), sqlite3_column_int(row, 2));
    }
    return g_string_free(out, false);
}

#define ADDRESS_VALUES(value, roles)                                                           \
    "SELECT ma.message_id, a." value " AS value FROM message_address ma JOIN address a "       \
    "ON a.id = ma.address_id WHERE ma.role IN (" roles ")"
#define DATE_VALUES(format)                                                                    \
    "SELECT id AS message_id, strftime('" format "', date, 'unixepoch') AS value FROM message"
#define PLACE_VALUES(value)                                                                    \
    "SELECT o.message_id, " value " AS value FROM occurrence o JOIN file l ON l.id = "         \
    "o.file_id JOIN source r ON r.id = l.source_id"

static const char *const values_of[FACET_KIND_COUNT] = {
    [FACET_SENDER] = ADDRESS_VALUES("address", "'from'"),
    [FACET_DOMAIN] = ADDRESS_VALUES("domain", "'from'"),
    [FACET_RECIPIENT] = ADDRESS_VALUES("address", "'to', 'cc', 'bcc'"),
    [FACET_YEAR] = DATE_VALUES("%Y"),
    [FACET_MONTH] = DATE_VALUES("%Y-%m"),
    [FACET_DAY] = DATE_VALUES("%Y-%m-%d"),
    [FACET_TYPE] = "SELECT message_id, CASE WHEN declared_type = 'application/pdf' THEN 'pdf' "
                   "WHEN name LIKE '%.jpg' THEN 'image' ELSE declared_type END AS value "
                   "FROM attachment",
    [FACET_DKIM] = "SELECT id AS message_id, dkim AS value FROM message",
    [FACET_SIGNER] = "SELECT message_id, domain AS value FROM signature WHERE result = 'pass'",
    [FACET_SOURCE] = PLACE_VALUES("r.path"),
    [FACET_FOLDER] = PLACE_VALUES("l.folder"),
    [FACET_LANGUAGE] = "SELECT id AS message_id, language AS value FROM message",
    [FACET_CONTENT] = "SELECT message_id, lower(hex(sha256)) AS value FROM attachment",
};

/* The fixture, made harder: a message with several of everything. */
static void open_archive(void)
{
    db = query_fixture_in_memory();
    run("PRAGMA query_only = 0;"
        "INSERT INTO address VALUES (900, 'alice@bank.example', 'A. M.', 'bank.example'),"
        " (901, 'second@author.example', '', 'author.example');"
        "INSERT INTO message_address VALUES (1485950400, 'from', 7, 900),"
        " (1485950400, 'from', 8, 901), (1486036800, 'bcc', 0, 900);"
        "INSERT INTO source VALUES (2, '/other', 0);"
        "INSERT INTO file SELECT 2, 2, 'copy', kind, container, compression, dialect, 'Other',"
        " '', 0, 0, 0, 0, state, '' FROM file WHERE id = 1;"
        "INSERT INTO occurrence VALUES (2, 0, 1, 1485950400, 0, 0, 'none'),"
        " (2, 5, 1, 1485950400, 0, 0, 'none');"
        "INSERT INTO attachment SELECT message_id, 1, '3', 'b.zip', 'application/x-odd',"
        " '', '', 9, x'01', 0 FROM attachment WHERE message_id = 1485950400;"
        "INSERT INTO attachment SELECT message_id, 2, '4', 'again.pdf', 'application/pdf',"
        " '', '', 9, x'01', 0 FROM attachment WHERE message_id = 1485950400 AND position = 0;"
        "INSERT INTO signature SELECT message_id, 1, field, result, reason, header_ok, body_ok,"
        " aligned, caveats, version, algorithm, 'second.example', selector, identity,"
        " canonicalization, signed_fields_id, body_length, signed_at, expires_at, body_bytes,"
        " header_digest, signature, key_id, repair FROM signature"
        " WHERE message_id = 1485950400;");
    /* "b.zip" is an archive by its name. */
    run("UPDATE attachment SET name = 'b.odd' WHERE name = 'b.zip'");
}

typedef struct {
    const char *query;
    const char *condition;
    bool is_sparse;
} Set;

static const Set sets[] = {
    {"*", "1", false},
    {"filler OR budget",
     "m.id IN (SELECT id FROM message_text WHERE subject LIKE '%filler%' "
     "OR body LIKE '%budget%' OR subject LIKE '%budget%')",
     false},
    {"is:verified", "m.level = 'verified'", true},
    {"annual OR dkim:fail", "m.dkim = 'fail' OR m.id = 1485950400", true},
};

static void test_counts(void)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autoptr(HitSet) hits = hits_of(sets[i].query);
        g_assert_true(hit_set_is_sparse(hits) == sets[i].is_sparse);
        for (int kind = 0; kind < FACET_KIND_COUNT; kind++) {
            g_autofree char *found = facet_text(hits, (FacetKind)kind, utc);
            g_autofree char *expected = expected_text(sets[i].condition, values_of[kind]);
            g_test_message("%s by %d: %s", sets[i].query, kind, found);
            g_assert_cmpstr(found, ==, expected);
            g_assert_cmpuint(strlen(found), >, 0);
        }
    }
}

/* Without the indexes, as while a first load runs. */
static void test_without_indexes(void)
{
    g_autoptr(GError) error = NULL;
    archive_begin_load(db, &error);
    g_assert_no_error(error);
    test_counts();
    archive_end_load(db, &error);
    g_assert_no_error(error);
}

/* Ids of one second stand in for dates up to two seconds before; the zone moves the midnight.
 */
static void test_ends_of_periods(void)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GTimeZone) paris = g_time_zone_new_identifier("Europe/Paris");
    g_autoptr(HitSet) hits = hits_of("from:zoe");
    g_autofree char *in_utc = facet_text(hits, FACET_YEAR, utc);
    g_autofree char *in_paris = facet_text(hits, FACET_YEAR, paris);
    g_assert_cmpstr(in_utc, ==, "2009 1/0\n2010 1/0\n");
    g_assert_cmpstr(in_paris, ==, "2010 2/0\n");
    run("UPDATE message SET date = 1262303999 WHERE id = 1262304000");
    g_autofree char *drifted = facet_text(hits, FACET_DAY, utc);
    g_assert_cmpstr(drifted, ==, "2009-12-31 2/0\n");
    run("UPDATE message SET date = 1262304000 WHERE id = 1262304000");
}

static void test_order(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(Facet) facet = {0};
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(HitSet) hits = hits_of("*");
    g_assert_true(facet_read(db, hits, FACET_DKIM, utc, &facet, &error));
    facet_sort(&facet, FACET_BY_COUNT);
    for (guint i = 1; i < facet.counts->len; i++) {
        const FacetCount *before = &g_array_index(facet.counts, FacetCount, i - 1);
        const FacetCount *count = &g_array_index(facet.counts, FacetCount, i);
        g_assert_cmpuint(before->messages, >=, count->messages);
        g_assert_true(before->messages > count->messages ||
                      strcmp(before->value, count->value) < 0);
    }
    g_assert_cmpuint(g_array_index(facet.counts, FacetCount, 0).messages, >, 10);
}

/* An archive that somebody has edited may have any number as an id. */
static void test_ids_of_any_size(void)
{
    g_autoptr(GError) error = NULL;
    static const int64_t ids[] = {G_MININT64, -5, 0, 7, 1485950400, G_MAXINT64 - 1, G_MAXINT64};
    g_autoptr(sqlite3) other = query_fixture_in_memory();
    archive_exec(other,
                 "PRAGMA foreign_keys = 0; DELETE FROM message WHERE id <> 1485950400;"
                 "INSERT INTO message SELECT value, randomblob(32), 1, NULL, 'none', 0, NULL, "
                 "'', '', '', 'none', 'none', '', 0, 0, 'none', '', value, '' FROM json_each('"
                 "[-9223372036854775808, -5, 0, 7, 9223372036854775806, 9223372036854775807]')",
                 &error);
    g_assert_no_error(error);
    g_autoptr(HitSet) hits = hit_set_read(other, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(hit_set_size(hits), ==, G_N_ELEMENTS(ids));
    g_assert_cmpuint(hit_set_verified(hits), ==, 1);
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_cmpint(hit_set_id(hits, i), ==, ids[i]);
        g_assert_cmpuint(hit_set_find(hits, ids[i]), ==, i);
        g_assert_true(hit_set_is_verified(hits, i) == (ids[i] == 1485950400));
    }
    g_assert_cmpuint(hit_set_find(hits, 8), ==, HIT_SET_NONE);
    g_assert_cmpuint(hit_set_find(hits, -6), ==, HIT_SET_NONE);
    g_assert_cmpuint(hit_set_find(hits, G_MAXINT64 - 2), ==, HIT_SET_NONE);
    g_auto(Facet) facet = {0};
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_assert_true(facet_read(other, hits, FACET_DAY, utc, &facet, &error));
    g_assert_cmpuint(facet.counts->len, ==, 1);
    g_assert_cmpuint(facet.none.messages, ==, 6);
}

static void test_no_hits(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HitSet) hits = hits_of("nowhere-to-be-found");
    g_assert_cmpuint(hit_set_size(hits), ==, 0);
    g_assert_cmpuint(hit_set_find(hits, 0), ==, HIT_SET_NONE);
    g_auto(Facet) facet = {0};
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_assert_true(facet_read(db, hits, FACET_SENDER, utc, &facet, &error));
    g_assert_cmpuint(facet.counts->len, ==, 0);
    g_assert_cmpuint(facet.none.messages, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    open_archive();
    g_test_add_func("/facet/counts_are_those_of_plain_sql", test_counts);
    g_test_add_func("/facet/indexes_change_nothing", test_without_indexes);
    g_test_add_func("/facet/periods_end_at_midnight_of_the_zone", test_ends_of_periods);
    g_test_add_func("/facet/most_messages_come_first", test_order);
    g_test_add_func("/facet/ids_may_be_any_number", test_ids_of_any_size);
    g_test_add_func("/facet/nothing_found_counts_nothing", test_no_hits);
    const int code = g_test_run();
    sqlite3_close(db);
    return code;
}
