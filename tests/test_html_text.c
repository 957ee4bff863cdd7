/* SPDX-License-Identifier: MIT */
#include "indexer/html_text.h"

#include "schema/html_entity.h"
#include "schema/html_tag.h"

typedef struct {
    const char *name;
    const char *html;
    const char *text;
} Case;

static const Case cases[] = {
    {"plain_text", "Hello world", "Hello world\n"},
    {"inline_tags_leave_no_trace", "He<b>ll</b>o <i>world</i>", "Hello world\n"},
    {"paragraphs_are_lines", "<p>One<p>Two</p>Three", "One\nTwo\nThree\n"},
    {"br_is_a_line_end", "One<br>Two<BR/>Three", "One\nTwo\nThree\n"},
    {"cells_are_set_apart", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>",
     "a b\nc\n"},
    {"list_items_are_lines", "<ul><li>a<li>b</ul>", "a\nb\n"},
    {"white_space_collapses", " a \r\n\t b ", "a b\n"},
    {"pre_keeps_lines", "<pre>a\n  b</pre>c", "a\n  b\nc\n"},
    {"title_is_text", "<head><title>Report</title></head><body>x", "Report\nx\n"},
    {"script_is_left_out", "a<script>if (1<2) alert('</b>');</script>b", "ab\n"},
    {"script_without_end_hides_the_rest", "a<script>b", "a\n"},
    {"style_is_left_out", "a<STYLE type=x>p { color: red }</style >b", "ab\n"},
    {"comment_is_left_out", "a<!-- <b>x</b> -- > -->b", "ab\n"},
    {"empty_comment", "a<!-->b", "ab\n"},
    {"unclosed_comment_ends_at_its_first_bracket", "a<!-- x>b", "ab\n"},
    {"doctype_is_left_out", "<!DOCTYPE html><?xml version='1'?>a", "a\n"},
    {"conditional_comment", "<!--[if mso]><p>x</p><![endif]-->a", "a\n"},
    {"downlevel_revealed_comment_shows", "<![if !mso]>a<![endif]>", "a\n"},
    {"display_none", "a<div style=\"display: none\">b<div>c</div>d</div>e", "a\ne\n"},
    {"display_none_important", "a<span STYLE='color:red;DISPLAY:none !important'>b</span>c",
     "ac\n"},
    {"visibility_hidden", "a<span style=visibility:hidden>b</span>c", "ac\n"},
    {"font_size_zero", "a<span style='font-size:0px'>b</span>c", "ac\n"},
    {"font_size_small_is_shown", "a<span style='font-size:0.8em'>b</span>c", "abc\n"},
    {"hidden_attribute", "a<div hidden>b</div>c", "a\nc\n"},
    {"hidden_in_a_value_is_nothing", "a<div class=hidden>b</div>c", "a\nb\nc\n"},
    {"hidden_paragraph_ends_at_the_next", "<p hidden>a<p>b", "b\n"},
    {"hidden_image_hides_nothing", "a<img style='display:none' src=x>b", "ab\n"},
    {"named_entities", "&lt;&amp;&gt;&eacute;&euro;&Alpha;",
     "<&>\303\251\342\202\254\316\221\n"},
    {"numeric_entities", "&#233;&#xE9;&#XE9;", "\303\251\303\251\303\251\n"},
    {"windows_1252_entity", "it&#146;s", "it\342\200\231s\n"},
    {"entity_without_semicolon", "a&nbsp b&eacute c", "a b\303\251 c\n"},
    {"unknown_entity_stays", "a&nonsense;b & c", "a&nonsense;b & c\n"},
    {"nul_entity_is_replaced", "&#0;", "\357\277\275\n"},
    {"huge_entity_is_replaced", "&#9999999999;", "\357\277\275\n"},
    {"surrogate_entity_is_replaced", "&#xD800;", "\357\277\275\n"},
    {"no_break_space_is_a_space", "a&nbsp;&nbsp;b", "a b\n"},
    {"soft_hyphen_goes", "ex&shy;am&zwnj;ple", "example\n"},
    {"lone_less_than_is_text", "1 < 2 and <3", "1 < 2 and <3\n"},
    {"greater_than_in_a_value", "<a title=\"x>y\">b</a>", "b\n"},
    {"unclosed_quote_swallows_the_rest", "a<a href=\"x>b", "a\n"},
    {"tag_at_the_end", "a<b", "a\n"},
    {"less_than_at_the_end", "a<", "a<\n"},
    {"slash_at_the_end", "a</", "a</\n"},
    {"long_tag_name", "a<verylongelementname x=y>b</verylongelementname>", "ab\n"},
    {"nothing", "", ""},
    {"only_tags", "<p><br></p>", "\n"},
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    const size_t length = strlen(test->html);
    g_autofree char *html = g_memdup2(test->html, length);
    g_autoptr(GString) out = g_string_new("kept\n");
    html_text_append(slice_of(html, length), out);
    g_assert_cmpstr(out->str + strlen("kept\n"), ==, test->text);
}

static void test_hostile(void)
{
    static const char *const pieces[] = {
        "<div>",     "<p hidden>", "<!--",  "<!",        "<script>", "</",
        "<a href='", "&",          "&#",    "&#x9",      "<style ",  "<div =",
        "< ",        " ",          "<pre>", "<svg></x ", "<!-- >",   "<script></scrip"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) html = g_string_new(NULL);
        g_autoptr(GString) out = g_string_new(NULL);
        while (html->len < 1000000) {
            g_string_append(html, pieces[i]);
        }
        html_text_append(slice_of(html->str, html->len), out);
        g_assert_true(g_utf8_validate_len(out->str, out->len, NULL));
    }
}

static void test_charset(void)
{
    static const struct {
        const char *html;
        const char *charset;
    } wanted[] = {
        {"<html><head><meta charset=\"utf-8\">", "utf-8"},
        {"<META http-equiv=Content-Type content='text/html; charset=ISO-8859-2'>",
         "ISO-8859-2"},
        {"<p>charset=x", ""},
        {"<meta charset=", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const Slice html = slice_of_string(wanted[i].html);
        g_assert_true(
            slice_equal(html_tag_declared_charset(html), slice_of_string(wanted[i].charset)));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/html_text/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/html_text/hostile_input_takes_linear_time", test_hostile);
    g_test_add_func("/html_text/charset_of_a_meta_element_is_found", test_charset);
    return g_test_run();
}
