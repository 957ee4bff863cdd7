/* SPDX-License-Identifier: MIT */
#include "schema/thread_ids.h"

static const struct {
    const char *id;
    bool is_good;
} ids[] = {
    {"a@b.example", true}, {"123@", true},  {"OF12345678", true},          {"", false},
    {"@localhost", false}, {"none", false}, {"unknown-message-id", false}, {"1234567", false},
};

static void test_good_ids(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *copy = g_memdup2(ids[i].id, strlen(ids[i].id));
        g_assert_cmpint(thread_id_is_good(slice_of(copy, strlen(ids[i].id))), ==,
                        ids[i].is_good);
    }
}

static const struct {
    const char *name;
    const char *references;
    const char *in_reply_to;
    const char *collected;
    size_t n_replies;
} fields[] = {
    {"references_are_oldest_first", "a@x b@x c@x", "", "a@x b@x c@x", 0},
    {"in_reply_to_comes_before_them", "a@x b@x", "r@x", "r@x a@x b@x", 1},
    {"without_references_the_first_reply_is_the_parent", "", "r@x s@x", "s@x r@x", 2},
    {"junk_joins_nothing", "none @x a@x", "unknown", "a@x", 0},
    {"nothing", "", "", "", 0},
};

static char *joined(const ThreadIds *collected)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < collected->n_ids; i++) {
        g_string_append(out, i == 0 ? "" : " ");
        g_string_append_len(out, collected->ids[i].ptr, (gssize)collected->ids[i].len);
    }
    return g_string_free(out, false);
}

static void test_fields(gconstpointer data)
{
    const size_t i = GPOINTER_TO_SIZE(data);
    const size_t n_references = strlen(fields[i].references);
    const size_t n_replies = strlen(fields[i].in_reply_to);
    g_autofree char *references = g_memdup2(fields[i].references, n_references);
    g_autofree char *replies = g_memdup2(fields[i].in_reply_to, n_replies);
    ThreadIds collected;
    thread_ids_collect(slice_of(references, n_references), slice_of(replies, n_replies),
                       &collected);
    g_autofree char *all = joined(&collected);
    g_assert_cmpstr(all, ==, fields[i].collected);
    g_assert_cmpuint(collected.n_replies, ==, fields[i].n_replies);
}

/* Half a million ids: the first and the last count. */
static void test_many_references(void)
{
    g_autoptr(GString) references = g_string_new("0@x");
    for (int i = 1; i < 500000; i++) {
        g_string_append_printf(references, " %d@x", i);
    }
    ThreadIds collected;
    const Slice field = slice_of(references->str, references->len);
    thread_ids_collect(field, field, &collected);
    g_assert_cmpuint(collected.n_replies, ==, THREAD_REPLIES_MAX);
    g_assert_cmpuint(collected.n_ids, ==, THREAD_IDS_MAX);
    const Slice *ids_read = collected.ids + collected.n_replies;
    g_assert_true(slice_equal(ids_read[0], SLICE_LITERAL("0@x")));
    g_assert_true(slice_equal(ids_read[1], SLICE_LITERAL("499937@x")));
    g_assert_true(slice_equal(ids_read[THREAD_REFERENCES_MAX - 1], SLICE_LITERAL("499999@x")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/thread_ids/junk_is_no_id", test_good_ids);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *path = g_strconcat("/thread_ids/", fields[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_fields);
    }
    g_test_add_func("/thread_ids/of_many_references_the_first_and_the_last_count",
                    test_many_references);
    return g_test_run();
}
