/* SPDX-License-Identifier: MIT */
#include "tests/token_list.h"

/* Tokens beyond what real text has, and every byte once. */
#define RANDOM_TEXTS     2000
#define RANDOM_BYTES_MAX 300

static void assert_same(Tokenizer *ours, sqlite3 *builtin, Slice text)
{
    g_autofree char *first = token_list_of_ours(ours, text);
    g_autofree char *second = token_list_of_builtin(builtin, text);
    g_assert_cmpstr(first, ==, second);
}

static void test_known_texts(void)
{
    static const char *const texts[] = {
        "Hello world",
        "l'\xC3\xA9lection pr\xC3\xA9sidentielle",
        "budget_2017.pdf a@b.example C++ 10:30",
        "\xE2\x80\x99quoted\xE2\x80\x99 \xC2\xABguillemets\xC2\xBB",
        "e\xCC\x81t\xC3\xA9 composed and decomposed",
        ("\xE4\xB8\xAD\xE6\x96\x87 abc\xE4\xB8\xAD"
         "def"),
        "用iPhone手機拍的照片，2017年。会 議",
        "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82",
        "x\xCC\x81",
        "",
        "-",
        "a",
    };
    sqlite3 *builtin = token_list_open();
    Tokenizer *ours = tokenizer_new(builtin, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_same(ours, builtin, slice_of_string(texts[i]));
    }
    GString *large = g_string_new(NULL);
    for (int i = 0; i < 40000; i++) {
        g_string_append_c(large, "aB7"[i % 3]);
    }
    assert_same(ours, builtin, slice_of(large->str, large->len));
    g_string_free(large, true);
    tokenizer_free(ours);
    sqlite3_close(builtin);
}

static void append_random(GString *text, GRand *random)
{
    switch (g_rand_int_range(random, 0, 10)) {
    case 8:
        g_string_append_unichar(text, (gunichar)g_rand_int_range(random, 0xE00, 0x1200));
        break;
    case 9:
        g_string_append_unichar(text, (gunichar)g_rand_int_range(random, 0x3000, 0xD7FF));
        break;
    case 0:
        g_string_append_unichar(text, (gunichar)g_rand_int_range(random, 0xA0, 0x3000));
        break;
    case 1:
        g_string_append_unichar(text, (gunichar)g_rand_int_range(random, 0x300, 0x370));
        break;
    case 2:
        g_string_append_unichar(text, (gunichar)g_rand_int_range(random, 0x10000, 0x20000));
        break;
    default:
        g_string_append_c(text, (char)g_rand_int_range(random, 1, 128));
    }
}

static void test_random_texts(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20170507);
    sqlite3 *builtin = token_list_open();
    Tokenizer *ours = tokenizer_new(builtin, NULL);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        int length = g_rand_int_range(random, 0, RANDOM_BYTES_MAX);
        while ((int)text->len < length) {
            append_random(text, random);
        }
        char *exact = g_memdup2(text->str, MAX(text->len, 1));
        assert_same(ours, builtin, slice_of(exact, text->len));
        g_free(exact);
    }
    tokenizer_free(ours);
    sqlite3_close(builtin);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tokenizer/known_texts_give_the_tokens_of_the_builtin", test_known_texts);
    g_test_add_func("/tokenizer/random_texts_give_the_tokens_of_the_builtin",
                    test_random_texts);
    return g_test_run();
}
