/* SPDX-License-Identifier: MIT */
#include "schema/encoded_word.h"

typedef struct {
    const char *name;
    const char *value;
    const char *text;
    ProblemSet problems;
} Case;

static const Case cases[] = {
    {"plain_text_stays", "Hello world", "Hello world", 0},
    {"folding_becomes_one_space", "Hello\r\n\t world", "Hello world", 0},
    {"q_word", "=?iso-8859-1?Q?caf=E9_au_lait?=", "caf\303\251 au lait", 0},
    {"b_word", "=?UTF-8?B?Y2Fmw6k=?=", "caf\303\251", 0},
    {"words_after_base64_padding_are_kept",
     "=?UTF-8?B?SGVsbG8=?= =?UTF-8?B?IHdvcmxk?=", "Hello world", 0},
    {"space_between_words_goes", "=?utf-8?q?a?= \r\n =?utf-8?q?b?=", "ab", 0},
    {"space_before_text_stays", "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c", 0},
    {"character_split_over_q_words", "=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "caf\303\251", 0},
    {"character_split_over_b_words", "=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=", "caf\303\251", 0},
    {"base64_split_inside_a_group", "=?utf-8?B?SGVsbG8gd2?= =?utf-8?B?9ybGQ=?=", "Hello world",
     0},
    {"two_charsets_side_by_side", "=?iso-8859-1?q?=E9?= =?koi8-r?q?=C4?=", "\303\251\320\264",
     0},
    {"spaces_inside_a_q_word", "=?utf-8?Q?Hello there world?=", "Hello there world", 0},
    {"word_in_the_middle_of_text", "x=?utf-8?q?y?=z", "xyz", 0},
    {"word_in_quotes", "\"=?utf-8?q?y?=\"", "\"y\"", 0},
    {"language_suffix", "=?us-ascii*en-us?Q?Hello?=", "Hello", 0},
    {"lower_case_encoding", "=?utf-8?b?SGk=?=", "Hi", 0},
    {"empty_charset_is_guessed", "=??Q?caf=C3=A9?=", "caf\303\251",
     PROBLEM_BIT(CHARSET_GUESSED)},
    {"unknown_charset_is_guessed", "=?x-nonsense?Q?caf=E9?=", "caf\303\251",
     PROBLEM_BIT(BAD_CHARSET) | PROBLEM_BIT(CHARSET_GUESSED)},
    {"dangerous_charset_is_refused", "=?ISO-2022-CN-EXT?Q?abc?=", "abc",
     PROBLEM_BIT(BAD_CHARSET)},
    {"utf8_declared_as_latin1_is_utf8", "=?iso-8859-1?Q?caf=C3=A9?=", "caf\303\251",
     PROBLEM_BIT(CHARSET_GUESSED)},
    {"end_is_missing", "=?utf-8?Q?Hello", "Hello", PROBLEM_BIT(BAD_ENCODED_WORD)},
    {"new_word_ends_a_cut_one", "=?utf-8?Q?Hello =?utf-8?Q?world?=", "Hello world",
     PROBLEM_BIT(BAD_ENCODED_WORD)},
    {"no_word_after_all", "a =? b", "a =? b", 0},
    {"two_question_marks_only", "=?utf-8?", "=?utf-8?", 0},
    {"literal_question_mark_in_q", "=?utf-8?Q?What?=20next?=", "What? next", 0},
    {"question_mark_at_the_end_of_q", "=?utf-8?Q?Why=3F?= =?utf-8?Q?No?=", "Why?No", 0},
    {"bad_escape_stays", "=?utf-8?Q?100=zz?=", "100=zz", PROBLEM_BIT(BAD_ENCODED_WORD)},
    {"raw_utf8_is_no_problem", "caf\303\251", "caf\303\251", 0},
    {"raw_latin1_is_read_and_reported", "caf\351", "caf\303\251", PROBLEM_BIT(RAW_8BIT_HEADER)},
    {"iso_2022_jp", "=?ISO-2022-JP?B?GyRCJCIbKEI=?=", "\343\201\202", 0},
    {"gb2312_word", "=?gb2312?B?xOO6ww==?=", "\344\275\240\345\245\275", 0},
    {"control_characters_become_spaces", "=?utf-8?Q?a=00b=07c=0D=0Ad?=", "a b c d", 0},
    {"nothing", "", "", 0},
    {"empty_word",
     "=?utf-8?Q?"
     "?= x",
     "x", 0},
};

static void check(const Case *test)
{
    g_autoptr(CharsetDecoder) charsets = charset_decoder_new();
    g_autoptr(EncodedWordDecoder) words = encoded_word_decoder_new(charsets);
    g_autoptr(GString) out = g_string_new("kept:");
    const size_t length = strlen(test->value);
    g_autofree char *value = g_memdup2(test->value, length);
    ProblemSet problems = 0;
    encoded_word_decoder_append(words, slice_of(value, length), out, &problems);
    g_assert_true(g_str_has_prefix(out->str, "kept:"));
    g_assert_cmpstr(out->str + strlen("kept:"), ==, test->text);
    g_assert_cmphex(problems, ==, test->problems);
}

static void test_case(gconstpointer data)
{
    check(data);
}

/* 10,000,000 bytes that might be words: linear or this test does not end. */
static void test_hostile(void)
{
    static const char *const pieces[] = {"=?utf-8?Q?", "=?",
                                         "?=", "=?a?b?=?=", "=?utf-8?Q?a?="};
    g_autoptr(CharsetDecoder) charsets = charset_decoder_new();
    g_autoptr(EncodedWordDecoder) words = encoded_word_decoder_new(charsets);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) value = g_string_new(NULL);
        g_autoptr(GString) out = g_string_new(NULL);
        ProblemSet problems = 0;
        while (value->len < 2000000) {
            g_string_append(value, pieces[i]);
        }
        encoded_word_decoder_append(words, slice_of(value->str, value->len), out, &problems);
        g_assert_true(g_utf8_validate_len(out->str, out->len, NULL));
    }
}

static void test_long_charset_name(void)
{
    g_autoptr(GString) value = g_string_new("=?");
    for (int i = 0; i < 10000; i++) {
        g_string_append_c(value, 'x');
    }
    g_string_append(value, "?Q?abc?=");
    g_assert_false(charset_is_known(slice_of(value->str, value->len)));
    g_autofree char *wanted = g_strdup(value->str);
    g_autofree char *text = g_strdup(value->str);
    Case test = {"", text, wanted, 0};
    check(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/encoded_word/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/encoded_word/hostile_input_takes_linear_time", test_hostile);
    g_test_add_func("/encoded_word/charset_of_10000_letters_is_no_word",
                    test_long_charset_name);
    return g_test_run();
}
