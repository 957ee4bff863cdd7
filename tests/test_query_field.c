/* SPDX-License-Identifier: MIT */
#include "query/query_field.h"

static void test_lookup(void)
{
    const QueryField *from = query_field_find(SLICE_LITERAL("from"));
    g_assert_nonnull(from);
    g_assert_true(query_field_find(SLICE_LITERAL("F")) == from);
    g_assert_true(query_field_find(SLICE_LITERAL("FROM")) == from);
    g_assert_null(query_field_find(SLICE_LITERAL("fro")));
    g_assert_null(query_field_find(SLICE_EMPTY));
    g_assert_true(query_field_find(SLICE_LITERAL("since")) ==
                  query_field_find(SLICE_LITERAL("after")));
}

static void test_nearest(void)
{
    static const struct {
        const char *typed;
        const char *nearest;
    } cases[] = {
        {"form", "from"},
        {"subjet", "subject"},
        {"attachement", "attachment"},
        {"signed_by", "signed-by"},
        {"dkmi", "dkim"},
        {"xyzzyx", NULL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(query_field_nearest(slice_of_string(cases[i].typed)), ==,
                        cases[i].nearest);
    }
}

/* A name that two fields share would hide one of them. */
static void test_names_are_unique(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t n_fields = 0;
    const QueryField *fields = query_field_table(&n_fields);
    for (size_t i = 0; i < n_fields; i++) {
        g_assert_true(g_hash_table_add(names, g_strdup(fields[i].name)));
        for (size_t n = 0; n < QUERY_FIELD_MAX_ALIASES && fields[i].aliases[n] != NULL; n++) {
            g_assert_true(g_hash_table_add(names, g_strdup(fields[i].aliases[n])));
        }
    }
}

/* The kinds of has: are those of type:, and are told there. */
static bool names_word(const QueryField *field, const char *word)
{
    const QueryField *type = query_field_find(SLICE_LITERAL("type"));
    return strstr(field->reference, word) != NULL ||
           (g_str_equal(field->name, "has") && strstr(type->reference, word) != NULL);
}

static void test_every_field_is_explained(void)
{
    size_t n_fields = 0;
    const QueryField *fields = query_field_table(&n_fields);
    for (size_t i = 0; i < n_fields; i++) {
        g_assert_nonnull(fields[i].compile);
        g_assert_true(fields[i].value != NULL && fields[i].help != NULL);
        g_assert_nonnull(fields[i].reference);
        /* A cell of a Markdown table, one line of --help-fields. */
        g_assert_null(strpbrk(fields[i].reference, "|\n"));
        g_assert_cmpuint(strlen(fields[i].help), <, 64);
        for (size_t n = 0; n < QUERY_FIELD_MAX_WORDS && fields[i].words[n] != NULL; n++) {
            if (!names_word(&fields[i], fields[i].words[n])) {
                g_error("the reference of %s: does not name %s", fields[i].name,
                        fields[i].words[n]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/query_field/found_by_name_and_alias", test_lookup);
    g_test_add_func("/query_field/misspelt_name_finds_the_nearest", test_nearest);
    g_test_add_func("/query_field/names_are_unique", test_names_are_unique);
    g_test_add_func("/query_field/every_field_is_explained", test_every_field_is_explained);
    return g_test_run();
}
