/* SPDX-License-Identifier: MIT */
#include "query/pair_list.h"

#include "query/hit_detail.h"
#include "query/list_writer.h"
#include "query_fixture.h"
#include "schema/archive.h"

#define N_MANY 30

/* Message 5 is from two people to two, one of them twice; 6 is to many; 7 to nobody. */
static sqlite3 *open_archive(void)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = query_fixture_in_memory();
    archive_exec(
        db,
        "PRAGMA foreign_keys = 0; DELETE FROM message_address; DELETE FROM address;"
        "INSERT INTO address VALUES (1, 'a@x.example', '', 'x.example'),"
        " (2, 'b@x.example', '', 'x.example'), (3, 'c@x.example', 'C', 'x.example'),"
        " (4, 'c@x.example', 'Carol', 'x.example'), (5, '', 'Nameless', '');"
        "INSERT INTO message_address VALUES (1485950400, 'from', 0, 1),"
        " (1485950400, 'from', 1, 2), (1485950400, 'to', 0, 3),"
        " (1485950400, 'cc', 0, 4), (1485950400, 'bcc', 0, 5),"
        " (1485950400, 'reply-to', 0, 2),"
        " (1486036800, 'from', 0, 1), (1486036800, 'to', 0, 4),"
        " (1486728000, 'from', 0, 1);"
        "WITH RECURSIVE n (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 29) "
        "INSERT INTO message_address SELECT 1, 'to', x, x + 100 FROM n;"
        "WITH RECURSIVE n (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 29) "
        "INSERT INTO address SELECT x + 100, 'many' || x, '', '' FROM n;"
        "INSERT INTO message_address VALUES (1, 'from', 0, 2);",
        &error);
    g_assert_no_error(error);
    return db;
}

/* "from>to messages/verified first" of each pair but those of the long list. */
static char *pairs_text(const PairList *list)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < list->pairs->len; i++) {
        const Pair *pair = &g_array_index(list->pairs, Pair, i);
        const char *recipient = list->addresses->pdata[pair->recipient];
        if (!g_str_has_prefix(recipient, "many")) {
            g_string_append_printf(out, "%s>%s %u/%u%s ",
                                   (const char *)list->addresses->pdata[pair->sender],
                                   recipient, pair->messages, pair->verified,
                                   pair->first == pair->last ? "" : "..");
        }
    }
    return g_string_free(out, false);
}

static PairList read_pairs(sqlite3 *db, const HitSet *hits, guint max_recipients)
{
    g_autoptr(GError) error = NULL;
    PairList list = {0};
    pair_list_read(db, hits, max_recipients, &list, &error);
    g_assert_no_error(error);
    return list;
}

static void test_pairs(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_archive();
    g_autoptr(HitSet) hits = hit_set_read(db, NULL, &error);
    g_assert_false(hit_set_is_sparse(hits));
    g_auto(PairList) list = read_pairs(db, hits, 1000);
    g_autofree char *text = pairs_text(&list);
    g_assert_cmpstr(text, ==,
                    "a@x.example>c@x.example 2/1.. a@x.example>Nameless 1/1 "
                    "b@x.example>Nameless 1/1 b@x.example>c@x.example 1/1 ");
    g_assert_cmpuint(list.pairs->len, ==, 4 + N_MANY);
    g_assert_cmpuint(list.n_cut, ==, 0);
    g_assert_cmpuint(list.n_without, ==, hit_set_size(hits) - 3);
}

static void test_long_lists(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_archive();
    g_autoptr(HitSet) hits = hit_set_read(db, NULL, &error);
    g_auto(PairList) list = read_pairs(db, hits, N_MANY - 1);
    g_assert_cmpuint(list.pairs->len, ==, 4 + N_MANY - 1);
    g_assert_cmpuint(list.n_cut, ==, 1);
    g_auto(PairList) none = read_pairs(db, hits, 0);
    g_assert_cmpuint(none.pairs->len, ==, 0);
    g_assert_cmpuint(none.n_without, ==, hit_set_size(hits));
}

/* Few hits of many messages are looked up one by one. */
static void test_few_hits(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_archive();
    SqlBuilder *ids = sql_builder_new();
    sql_builder_add(ids, "SELECT id FROM message WHERE id IN (1, 1485950400)");
    const CompiledQuery query = {.statement = ids};
    g_autoptr(HitSet) hits = hit_set_read(db, &query, &error);
    g_assert_no_error(error);
    g_assert_true(hit_set_is_sparse(hits));
    g_auto(PairList) list = read_pairs(db, hits, 1000);
    g_autofree char *text = pairs_text(&list);
    g_assert_cmpstr(text, ==,
                    "a@x.example>Nameless 1/1 a@x.example>c@x.example 1/1 "
                    "b@x.example>Nameless 1/1 b@x.example>c@x.example 1/1 ");
    g_assert_cmpuint(list.pairs->len, ==, 4 + N_MANY);
    sql_builder_free(ids);
}

/* A name twice in one message counts once; names in use by most messages come first. */
static void test_names(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = open_archive();
    g_autoptr(HitSet) hits = hit_set_read(db, NULL, &error);
    g_autoptr(sqlite3_stmt) rows =
        archive_prepare(db,
                        "SELECT * FROM (VALUES ('', 1), ('A', 1485950400), ('A', 1485950400), "
                        "('B', 1485950400), "
                        "('B', 1486036800), ('C', 5))",
                        &error);
    g_assert_no_error(error);
    g_autoptr(GArray) names = hit_detail_names(rows, hits, &error);
    g_assert_cmpuint(names->len, ==, 2);
    g_assert_cmpstr(g_array_index(names, ListName, 0).text, ==, "B");
    g_assert_cmpuint(g_array_index(names, ListName, 0).messages, ==, 2);
    g_assert_cmpuint(g_array_index(names, ListName, 1).messages, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pair_list/a_message_counts_once_for_a_pair", test_pairs);
    g_test_add_func("/pair_list/long_lists_are_cut_and_counted", test_long_lists);
    g_test_add_func("/pair_list/few_hits_give_the_same", test_few_hits);
    g_test_add_func("/hit_detail/names_count_once_a_message", test_names);
    return g_test_run();
}
