/* SPDX-License-Identifier: MIT */
#include "schema/pairs.h"

typedef struct {
    const char *name;
    const char *text;
    const char *cut;
} PairsCase;

static const PairsCase cases[] = {
    {"run_of_three", "会议纪", " 会议 议纪 纪 "},
    {"single_character", "会", " 会 "},
    {"other_text_stays", "l'été, Ω 10", "l'été, Ω 10"},
    {"other_text_is_parted", "用iPhone手機", " 用 iPhone 手機 機 "},
    {"punctuation_ends_a_run", "会、议", " 会 、 议 "},
    {"japanese_syllables", "メール", " メー ール ル "},
    {"half_width_becomes_wide", "ﾒｰﾙ", " メー ール ル "},
    {"voiced_mark_is_composed", "ｶﾞｲ", " ガイ イ "},
    {"decomposed_syllables_are_composed", "\u1112\u1161\u11AB\u1100\u116E\u11A8", " 한국 국 "},
    {"decomposed_kana_is_composed", "\u304B\u3099\u304B\u3099", " がが が "},
    {"compatibility_ideograph", "\uF900\uF901", " 豈更 更 "},
    {"variation_selector_is_dropped", "葛\U000E0100城", " 葛城 城 "},
    {"thai_marks_are_dropped", "ข่าว", " ขา าว ว "},
    {"rare_han", "𠮷野", " 𠮷野 野 "},
    {"cut_character_is_copied", "a\xE4\xBC", "a\xE4\xBC"},
    {"damaged_bytes_end_a_run", "会\xE8议", " 会 \xE8 议 "},
    {"surrogate_is_copied", "\xED\xA0\x80", "\xED\xA0\x80"},
};

static void test_cut(gconstpointer data)
{
    const PairsCase *test = data;
    size_t size = strlen(test->text);
    g_autofree char *exact = g_memdup2(test->text, size);
    g_autoptr(GString) out = g_string_new(NULL);
    pairs_append(out, slice_of(exact, size));
    g_assert_cmpstr(out->str, ==, test->cut);
    g_assert_cmpint(pairs_needed(slice_of(exact, size)), ==,
                    strcmp(test->text, test->cut) != 0);
}

/* Each piece says which bytes it stands for, composed or not. */
static void test_places(void)
{
    PairReader reader = {.text = SLICE_LITERAL("a ｶﾞｲ")};
    PairPiece piece;
    g_assert_true(pair_reader_next(&reader, &piece));
    g_assert_true(piece.is_other && piece.start == 0 && piece.end == 2);
    g_assert_true(pair_reader_next(&reader, &piece));
    g_assert_true(piece.starts_run && !piece.ends_run);
    g_assert_true(piece.start == 2 && piece.first_end == 8 && piece.end == 11);
    g_assert_true(pair_reader_next(&reader, &piece));
    g_assert_true(!piece.starts_run && piece.ends_run);
    g_assert_true(piece.start == 8 && piece.first_end == 11 && piece.end == 11);
    g_assert_false(pair_reader_next(&reader, &piece));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/pairs/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_cut);
    }
    g_test_add_func("/pairs/pieces_say_which_bytes_they_stand_for", test_places);
    return g_test_run();
}
