/* SPDX-License-Identifier: MIT */
#include "query/safe_name.h"

static void test_names(void)
{
    static const struct {
        const char *name;
        const char *safe;
        unsigned changes;
    } cases[] = {
        {"plan.pdf", "plan.pdf", 0},
        {"état de la halle 2009.pdf", "état de la halle 2009.pdf", 0},
        {"日本語.txt", "日本語.txt", 0},
        {"../../etc/passwd", "passwd", SAFE_NAME_PATH},
        {"/etc/shadow", "shadow", SAFE_NAME_PATH},
        {"C:\\Users\\x\\run.exe", "run.exe", SAFE_NAME_PATH},
        {"..", "part", SAFE_NAME_EDGE | SAFE_NAME_EMPTY},
        {".", "part", SAFE_NAME_EDGE | SAFE_NAME_EMPTY},
        {"a/", "part", SAFE_NAME_PATH | SAFE_NAME_EMPTY},
        {"", "part", SAFE_NAME_EMPTY},
        {".bashrc", "bashrc", SAFE_NAME_EDGE},
        {"-rf", "rf", SAFE_NAME_EDGE},
        {"page.html. . .", "page.html", SAFE_NAME_EDGE},
        {"CON", "_CON", SAFE_NAME_DEVICE},
        {"nul.txt", "_nul.txt", SAFE_NAME_DEVICE},
        {"com1.tar.gz", "_com1.tar.gz", SAFE_NAME_DEVICE},
        {"LPT¹.doc", "_LPT¹.doc", SAFE_NAME_DEVICE},
        {"aux .txt", "_aux .txt", SAFE_NAME_DEVICE},
        {"comma.txt", "comma.txt", 0},
        {"com10.txt", "com10.txt", 0},
        {"photo\xE2\x80\xAEgnp.exe", "photognp.exe", SAFE_NAME_INVISIBLE},
        {"a\x1b[31mb\nc\x7f.txt", "a[31mbc.txt", SAFE_NAME_INVISIBLE},
        {"zero\xE2\x80\x8Bwidth.txt", "zerowidth.txt", SAFE_NAME_INVISIBLE},
        {"invoice.pdf                .exe", "invoice.pdf .exe", 0},
        {"a\xC2\xA0\xE3\x80\x80z.txt", "a z.txt", 0},
        {"what?*<>|\".txt", "what______.txt", SAFE_NAME_FORBIDDEN},
        {"x.txt:stream", "x.txt_stream", SAFE_NAME_FORBIDDEN},
        {"bad\xFFutf8.txt", "bad_utf8.txt", SAFE_NAME_FORBIDDEN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const size_t size = strlen(cases[i].name);
        unsigned changes = 0;
        g_autofree char *exact = g_memdup2(cases[i].name, size);
        g_autofree char *safe = safe_name_make(slice_of(exact, size), "part", &changes);
        g_assert_cmpstr(safe, ==, cases[i].safe);
        g_assert_cmpuint(changes, ==, cases[i].changes);
    }
}

static void test_nul_is_removed(void)
{
    unsigned changes = 0;
    g_autofree char *safe = safe_name_make(SLICE_LITERAL("a\0b.txt"), "part", &changes);
    g_assert_cmpstr(safe, ==, "ab.txt");
    g_assert_cmpuint(changes, ==, SAFE_NAME_INVISIBLE);
}

static void test_long_names_keep_their_extension(void)
{
    g_autoptr(GString) name = g_string_new(NULL);
    while (name->len < 300) {
        g_string_append(name, "é");
    }
    g_string_append(name, ".pdf");
    unsigned changes = 0;
    g_autofree char *safe = safe_name_make(slice_of(name->str, name->len), "part", &changes);
    g_assert_cmpuint(strlen(safe), <=, SAFE_NAME_MAX);
    g_assert_cmpuint(strlen(safe), >, SAFE_NAME_MAX - 3);
    g_assert_true(g_str_has_suffix(safe, "é.pdf"));
    g_assert_true(g_utf8_validate(safe, -1, NULL));
    g_assert_cmpuint(changes, ==, SAFE_NAME_LONG);
}

static void test_numbers(void)
{
    static const char *const cases[][2] = {
        {"plan.pdf", "plan (2).pdf"},
        {"plan", "plan (2)"},
        {"a.tar.gz", "a.tar (2).gz"},
        {"Dr. Martin wrote to all of us", "Dr. Martin wrote to all of us (2)"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *numbered = safe_name_numbered(cases[i][0], 2);
        g_assert_cmpstr(numbered, ==, cases[i][1]);
    }
}

static void test_changes_are_explained(void)
{
    g_autofree char *words = safe_name_explain(SAFE_NAME_PATH | SAFE_NAME_LONG);
    g_assert_cmpstr(words, ==, "path removed, too long");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/safe_name/names_are_safe_on_every_system", test_names);
    g_test_add_func("/safe_name/nul_is_removed", test_nul_is_removed);
    g_test_add_func("/safe_name/long_names_keep_their_extension",
                    test_long_names_keep_their_extension);
    g_test_add_func("/safe_name/a_number_stands_before_the_extension", test_numbers);
    g_test_add_func("/safe_name/changes_are_explained", test_changes_are_explained);
    return g_test_run();
}
