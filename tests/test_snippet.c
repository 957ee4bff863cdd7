/* SPDX-License-Identifier: MIT */
#include "query/snippet.h"

#include "schema/archive.h"

/* The snippet of `text` for one phrase, with its hits in [ ]. */
static char *marked(const char *phrase, bool is_prefix, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_autoptr(TextTokenizer) tokenizer = text_tokenizer_new(db, &error);
    g_assert_no_error(error);
    g_autoptr(TextMatcher) matcher = text_matcher_new(tokenizer);
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(tokenizer, slice_of_string(phrase), &is_prefix);
    text_matcher_add(matcher, tokens, is_prefix);

    size_t size = strlen(text);
    g_autofree char *exact = g_memdup2(text, size);
    g_auto(Snippet) snippet = {0};
    snippet_init(&snippet);
    snippet_make(matcher, slice_of(exact, size), &snippet);
    g_assert_true(g_utf8_validate(snippet.text->str, (gssize)snippet.text->len, NULL));
    GString *out = g_string_new(NULL);
    size_t at = 0;
    for (guint i = 0; i < snippet.hits->len; i++) {
        TextHit hit = g_array_index(snippet.hits, TextHit, i);
        g_assert_cmpuint(hit.start, >=, at);
        g_string_append_len(out, snippet.text->str + at, (gssize)(hit.start - at));
        g_string_append_c(out, '[');
        g_string_append_len(out, snippet.text->str + hit.start, (gssize)(hit.end - hit.start));
        g_string_append_c(out, ']');
        at = hit.end;
    }
    g_string_append(out, snippet.text->str + at);
    return g_string_free(out, false);
}

typedef struct {
    const char *name;
    const char *phrase;
    bool is_prefix;
    const char *text;
    const char *expected;
} Case;

static const Case cases[] = {
    {"word", "budget", false, "the Budget is here", "the [Budget] is here"},
    {"every_hit_is_marked", "a", false, "a b A", "[a] b [A]"},
    {"accents_are_folded", "election", false, "l’Élection", "l’[Élection]"},
    {"ligatures_are_folded", "oeuvre", false, "une œuvre", "une [œuvre]"},
    {"sharp_s_is_folded", "STRASSE", false, "die Straße", "die [Straße]"},
    {"phrase_over_marks", "jean-philippe", false, "Jean Philippe", "[Jean Philippe]"},
    {"phrase_must_be_in_order", "a b", false, "b a b", "b [a b]"},
    {"prefix", "elec", true, "an electric eel", "an [electric] eel"},
    {"word_is_no_prefix", "elec", false, "electric", "electric"},
    {"white_space_is_folded", "b", false, "a\r\n\t b \n\n c", "a [b] c"},
    {"no_hit_gives_the_beginning", "zzz", false, "  the start", "the start"},
    {"empty_text", "a", false, "", ""},
    {"letter_apostrophe_ends_a_word", "election", false, "lʼÉlection", "lʼ[Élection]"},
    {"two_characters_of_a_run", "手機", false, "用iPhone手機拍", "用iPhone[手機]拍"},
    {"four_characters_of_a_run", "会议纪要", false, "新会议纪要。", "新[会议纪要]。"},
    {"one_character_of_a_run", "会", false, "开会了，会", "开[会]了，[会]"},
    {"run_glued_to_a_word", "iphone手機", false, "用iPhone手機拍", "用[iPhone手機]拍"},
    {"composed_finds_decomposed", "ガイ", false, "ｶﾞｲﾄﾞ", "[ｶﾞｲ]ﾄﾞ"},
    {"phrase_over_a_line_end", "x y", false, "a x\ny b", "a [x y] b"},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *text = marked(test->phrase, test->is_prefix, test->text);
    g_assert_cmpstr(text, ==, test->expected);
}

static void test_long_text(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 2000; i++) {
        g_string_append(text, "é filler ");
    }
    g_string_append(text, "needle ");
    for (int i = 0; i < 2000; i++) {
        g_string_append(text, "after é ");
    }
    g_autofree char *snippet = marked("needle", false, text->str);
    g_assert_true(g_str_has_prefix(snippet, "…"));
    g_assert_true(g_str_has_suffix(snippet, "…"));
    g_assert_nonnull(strstr(snippet, "filler [needle] after"));
    g_assert_cmpuint(strlen(snippet), <=, SNIPPET_BYTES + 16);
}

static void test_many_hits(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (text->len < 4 * SNIPPET_SCAN_BYTES) {
        g_string_append(text, "hit ");
    }
    gint64 start = g_get_monotonic_time();
    g_autofree char *snippet = marked("hit", false, text->str);
    g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC);
    g_assert_true(g_str_has_prefix(snippet, "[hit] [hit]"));
}

static void test_scan_is_bounded(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (text->len <= SNIPPET_SCAN_BYTES) {
        g_string_append(text, "é ");
    }
    g_string_append(text, "needle");
    g_autofree char *snippet = marked("needle", false, text->str);
    g_assert_null(strstr(snippet, "needle"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/snippet/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/snippet/long_text_is_cut_around_the_hit", test_long_text);
    g_test_add_func("/snippet/many_hits_are_quick", test_many_hits);
    g_test_add_func("/snippet/scan_is_bounded", test_scan_is_bounded);
    return g_test_run();
}
