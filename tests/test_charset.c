/* SPDX-License-Identifier: MIT */
#include "schema/charset.h"
#include "schema/utf8_text.h"

typedef struct {
    const char *name;
    const char *charset;
    Slice bytes;
    const char *text;
    ProblemSet problems;
} Case;

#define BYTES(text)                                                                            \
    {                                                                                          \
        (text), sizeof(text) - 1                                                               \
    }

static const Case cases[] = {
    {"utf8", "utf-8", BYTES("\303\251"), "\303\251", 0},
    {"latin1_is_windows_1252", "ISO-8859-1", BYTES("\351\200"), "\303\251\342\202\254", 0},
    {"latin9", "iso-8859-15", BYTES("\244"), "\342\202\254", 0},
    {"punctuation_in_names_is_ignored", "\"iso8859_15\"", BYTES("\244"), "\342\202\254", 0},
    {"koi8_r", "koi8-r", BYTES("\304\301"), "\320\264\320\260", 0},
    {"gb2312_is_read_as_gb18030", "gb2312", BYTES("\304\343\272\303"),
     "\344\275\240\345\245\275", 0},
    {"big5", "big5", BYTES("\247A\246n"), "\344\275\240\345\245\275", 0},
    {"euc_kr", "euc-kr", BYTES("\260\241"), "\352\260\200", 0},
    {"shift_jis", "shift_jis", BYTES("\202\240"), "\343\201\202", 0},
    {"iso_2022_jp", "iso-2022-jp", BYTES("\033$B$\"\033(B"), "\343\201\202", 0},
    {"utf_7", "utf-7", BYTES("caf+AOk-"), "caf\303\251", 0},
    {"utf_16le", "utf-16le", BYTES("h\0i\0"), "hi", 0},
    {"utf_16_with_mark", "utf-16", BYTES("\377\376h\0i\0"), "hi", 0},
    {"utf8_said_to_be_latin1", "iso-8859-1", BYTES("caf\303\251"), "caf\303\251",
     PROBLEM_BIT(CHARSET_GUESSED)},
    {"latin1_said_to_be_utf8", "utf-8", BYTES("caf\351"), "caf\303\251",
     PROBLEM_BIT(CHARSET_GUESSED)},
    {"latin1_said_to_be_ascii", "us-ascii", BYTES("caf\351"), "caf\303\251",
     PROBLEM_BIT(CHARSET_GUESSED)},
    {"lone_byte_in_utf8", "utf-8", BYTES("\303\251\303\251\351"),
     "\303\251\303\251\357\277\275", PROBLEM_BIT(BAD_CHARSET)},
    {"lone_byte_in_euc_kr", "euc-kr", BYTES("\260\241\377!"), "\352\260\200\357\277\275!",
     PROBLEM_BIT(BAD_CHARSET)},
    {"byte_that_windows_1252_lacks", "windows-1252", BYTES("a\201"), "a\357\277\275",
     PROBLEM_BIT(BAD_CHARSET)},
    {"unknown_charset_and_ascii", "x-unknown", BYTES("hi"), "hi", PROBLEM_BIT(BAD_CHARSET)},
    {"transliteration_is_refused", "ISO-2022-CN-EXT//TRANSLIT", BYTES("hi"), "hi",
     PROBLEM_BIT(BAD_CHARSET)},
    {"nul_becomes_a_space", "utf-8", BYTES("a\0b"), "a b", 0},
    {"surrogates_are_no_utf8", "", BYTES("\355\240\200\303\251\303\251\303\251\303\251"),
     "\357\277\275\357\277\275\357\277\275\303\251\303\251\303\251\303\251",
     PROBLEM_BIT(BAD_CHARSET)},
    {"nothing", "utf-8", {"", 0}, "", 0},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(CharsetDecoder) decoder = charset_decoder_new();
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *bytes = g_memdup2(test->bytes.ptr, test->bytes.len);
    ProblemSet problems = 0;
    charset_decoder_append(decoder, slice_of_string(test->charset),
                           slice_of(bytes, test->bytes.len), out, &problems);
    g_assert_cmpstr(out->str, ==, test->text);
    g_assert_cmphex(problems, ==, test->problems);
}

static void test_names(void)
{
    static const char *const known[] = {"utf-8",  "UTF8",   "iso-8859-8-i",
                                        "GBK",    "cp1251", "KS_C_5601-1987",
                                        "x-sjis", "latin1", "windows-1258"};
    static const char *const refused[] = {"ISO-2022-CN-EXT", "IBM1390", "UTF-8//IGNORE",
                                          "ISO-2022-JP-3",   "../x",    "8bit"};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        g_assert_true(charset_is_known(slice_of_string(known[i])));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_assert_false(charset_is_known(slice_of_string(refused[i])));
    }
}

/* Random bytes in every charset of the list give valid UTF-8. */
static void test_random(void)
{
    static const char *const names[] = {"utf-8",       "gb18030", "big5",  "euc-jp",
                                        "shift_jis",   "euc-kr",  "utf-7", "utf-16",
                                        "iso-2022-kr", "utf-32"};
    g_autoptr(CharsetDecoder) decoder = charset_decoder_new();
    g_autoptr(GString) out = g_string_new(NULL);
    uint8_t bytes[5000];
    uint32_t state = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            state = state * 1664525U + 1013904223U;
            bytes[k] = (uint8_t)(state >> 24);
        }
        ProblemSet problems = 0;
        g_string_truncate(out, 0);
        charset_decoder_append(decoder, slice_of_string(names[i]),
                               slice_of((const char *)bytes, sizeof bytes), out, &problems);
        g_assert_true(g_utf8_validate_len(out->str, out->len, NULL));
        g_assert_true(problem_set_has(problems, PROBLEM_BAD_CHARSET) ||
                      problem_set_has(problems, PROBLEM_CHARSET_GUESSED));
    }
}

static void test_line(void)
{
    g_autoptr(GString) out = g_string_new("kept  ");
    g_string_append(out, " \t a\r\n b\x7F\302\205c  ");
    utf8_text_make_line(out, strlen("kept  "));
    g_assert_cmpstr(out->str, ==, "kept  a b c");
}

static void test_cut(void)
{
    const Slice text = SLICE_LITERAL("a\303\251b");
    g_assert_cmpuint(utf8_text_cut(text, 4).len, ==, 4);
    g_assert_cmpuint(utf8_text_cut(text, 3).len, ==, 3);
    g_assert_cmpuint(utf8_text_cut(text, 2).len, ==, 1);
    g_assert_cmpuint(utf8_text_cut(text, 0).len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/charset/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/charset/names_off_the_list_are_refused", test_names);
    g_test_add_func("/charset/random_bytes_become_valid_text", test_random);
    g_test_add_func("/utf8_text/control_characters_become_one_space", test_line);
    g_test_add_func("/utf8_text/cut_falls_between_characters", test_cut);
    return g_test_run();
}
