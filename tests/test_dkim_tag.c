/* SPDX-License-Identifier: MIT */
#include "schema/dkim_tag.h"

#include <glib.h>

#include "schema/dkim_base64.h"

typedef struct {
    const char *name;
    const char *text;
    const char *tags; /* "name=value|..." */
    DkimTagFault fault;
} TagCase;

static const TagCase tag_cases[] = {
    {"two_tags", "v=1; a=b", "v=1|a=b", DKIM_TAG_OK},
    {"the_list_may_end_with_a_semicolon", "v=1;", "v=1", DKIM_TAG_OK},
    {"white_space_may_follow_the_last_semicolon", "v=1;\r\n ", "v=1", DKIM_TAG_OK},
    {"white_space_around_names_and_values", "\r\n v \t=\r\n 1 ; a= b\t", "v=1|a=b",
     DKIM_TAG_OK},
    {"white_space_inside_a_value_stays", "h=a :\r\n b", "h=a :\r\n b", DKIM_TAG_OK},
    {"a_value_may_be_empty", "p=; a=1", "p=|a=1", DKIM_TAG_OK},
    {"a_value_may_hold_equals_signs", "b=AA==", "b=AA==", DKIM_TAG_OK},
    {"bytes_above_127_are_let_through", "d=\xC3\xA9.example", "d=\xC3\xA9.example",
     DKIM_TAG_OK},
    {"names_differ_by_case", "a=1; A=2", "a=1|A=2", DKIM_TAG_OK},
    {"a_name_begins_with_a_letter", "v=1; 1a=2", "v=1", DKIM_TAG_FAULT_SYNTAX},
    {"a_name_has_no_hyphen", "a-b=2", "", DKIM_TAG_FAULT_SYNTAX},
    {"a_tag_has_an_equals_sign", "v=1; a", "v=1", DKIM_TAG_FAULT_SYNTAX},
    {"an_empty_tag_is_a_fault", "v=1;; a=2", "v=1", DKIM_TAG_FAULT_SYNTAX},
    {"two_last_semicolons_are_a_fault", "v=1; ;", "v=1", DKIM_TAG_FAULT_SYNTAX},
    {"nothing_is_no_list", "", "", DKIM_TAG_FAULT_SYNTAX},
    {"a_control_character_is_a_fault", "v=1; a=x\001y", "v=1", DKIM_TAG_FAULT_SYNTAX},
    {"a_name_may_occur_once", "v=1; v=1", "v=1", DKIM_TAG_FAULT_DUPLICATE},
};

static void test_tags(gconstpointer data)
{
    const TagCase *test = data;
    const size_t len = strlen(test->text);
    g_autofree char *copy = g_memdup2(test->text, len);
    DkimTagList list;
    const DkimTagFault fault = dkim_tag_list_parse(slice_of(copy, len), &list);
    g_autoptr(GString) tags = g_string_new(NULL);
    for (size_t i = 0; i < list.n_tags; i++) {
        g_autofree char *name = slice_dup(list.tags[i].name);
        g_autofree char *value = slice_dup(list.tags[i].value);
        g_string_append_printf(tags, "%s%s=%s", i > 0 ? "|" : "", name, value);
    }
    g_assert_cmpstr(tags->str, ==, test->tags);
    g_assert_cmpstr(dkim_tag_fault_reason(fault), ==, dkim_tag_fault_reason(test->fault));
}

static void test_nul_is_a_fault(void)
{
    DkimTagList list;
    g_assert_cmpint(dkim_tag_list_parse(SLICE_LITERAL("d=a\0b"), &list), ==,
                    DKIM_TAG_FAULT_SYNTAX);
}

/* Wherever it stands, also behind white space of folding, which is let through. */
static void test_control_characters_are_found_anywhere(void)
{
    static const char controls[] = {'\0', '\001', '\013', '\037', '\177'};
    for (size_t i = 0; i < (size_t)3 * 64; i++) {
        char text[2 + 64] = "a=";
        memset(text + 2, 'x', 64);
        text[2 + i * 7 % 64] = '\n';
        text[2 + i * 13 % 64] = '\t';
        text[2] = text[sizeof text - 1] = 'x';
        DkimTagList list;
        const Slice all = slice_of(text, sizeof text);
        g_assert_cmpint(dkim_tag_list_parse(all, &list), ==, DKIM_TAG_OK);
        g_assert_cmpuint(list.tags[0].value.len, ==, 64);
        text[2 + i % 64] = controls[i % sizeof controls];
        g_assert_cmpint(dkim_tag_list_parse(all, &list), ==, DKIM_TAG_FAULT_SYNTAX);
    }
}

static void test_limits(void)
{
    DkimTagList list;
    g_autoptr(GString) many = g_string_new("a=1");
    for (int i = 0; i < DKIM_TAG_MAX; i++) {
        g_string_append_printf(many, ";a%d=1", i);
    }
    g_assert_cmpint(dkim_tag_list_parse(slice_of(many->str, many->len), &list), ==,
                    DKIM_TAG_FAULT_TOO_MANY);
    g_assert_cmpuint(list.n_tags, ==, DKIM_TAG_MAX);
    g_autofree char *large = g_strnfill(DKIM_TAG_LIST_MAX + 1, 'a');
    g_assert_cmpint(dkim_tag_list_parse(slice_of_string(large), &list), ==,
                    DKIM_TAG_FAULT_TOO_LONG);
}

static void test_raw_is_the_whole_value(void)
{
    DkimTagList list;
    const char text[] = "b= AA\r\n BB ;c=1";
    g_assert_cmpint(dkim_tag_list_parse(slice_of_string(text), &list), ==, DKIM_TAG_OK);
    const DkimTag *tag = dkim_tag_list_find(&list, "b");
    g_assert_true(tag->raw.ptr == text + 2);
    g_assert_cmpuint(tag->raw.len, ==, strlen(" AA\r\n BB "));
    g_assert_null(dkim_tag_list_find(&list, "B"));
}

typedef struct {
    const char *name;
    const char *text;
    const char *bytes; /* NULL: refused */
} Base64Case;

static const Base64Case base64_cases[] = {
    {"three_bytes", "YWJj", "abc"},
    {"one_padded", "YWI=", "ab"},
    {"two_padded", "YQ==", "a"},
    {"padding_may_be_missing", "YWJjZA", "abcd"},
    {"white_space_may_stand_anywhere", " Y\r\n\tW J\nj = ", "abc"},
    {"nothing_is_no_bytes", "", ""},
    {"one_digit_is_refused", "Y", NULL},
    {"another_character_is_refused", "YW!j", NULL},
    {"a_url_alphabet_is_refused", "YW-_", NULL},
    {"digits_after_padding_are_refused", "YQ==YQ==", NULL},
    {"three_pads_are_refused", "YQ===", NULL},
};

static void test_base64(gconstpointer data)
{
    const Base64Case *test = data;
    const size_t len = strlen(test->text);
    g_autofree char *copy = g_memdup2(test->text, len);
    g_autofree uint8_t *out = g_malloc(DKIM_BASE64_MAX(len));
    size_t out_len = 99;
    const bool is_ok = dkim_base64_decode(slice_of(copy, len), out, &out_len);
    g_assert_cmpint(is_ok, ==, test->bytes != NULL);
    if (test->bytes == NULL) {
        g_assert_cmpuint(out_len, ==, 99);
    } else {
        g_assert_cmpmem(out, out_len, test->bytes, strlen(test->bytes));
    }
}

static void test_base64_agrees_with_glib(void)
{
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 151 + 7);
    }
    for (size_t len = 0; len < sizeof bytes; len++) {
        g_autofree char *text = g_base64_encode(bytes, len);
        uint8_t out[DKIM_BASE64_MAX(sizeof bytes * 2)];
        size_t out_len = 0;
        g_assert_true(dkim_base64_decode(slice_of_string(text), out, &out_len));
        g_assert_cmpmem(out, out_len, bytes, len);
    }
}

/* The same bytes, and none once another character stands there. */
static void test_base64_of_folded_text(void)
{
    uint8_t bytes[48];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 5);
    }
    g_autofree char *text = g_base64_encode(bytes, sizeof bytes);
    for (size_t at = 0; at <= strlen(text); at++) {
        g_autofree char *folded = g_strdup_printf("%.*s\r\n\t%s", (int)at, text, text + at);
        uint8_t out[DKIM_BASE64_MAX(sizeof bytes * 2)];
        size_t out_len = 0;
        g_assert_true(dkim_base64_decode(slice_of_string(folded), out, &out_len));
        g_assert_cmpmem(out, out_len, bytes, sizeof bytes);
        folded[at + 1] = '-';
        g_assert_false(dkim_base64_decode(slice_of_string(folded), out, &out_len));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tag_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_tag/", tag_cases[i].name, NULL);
        g_test_add_data_func(path, &tag_cases[i], test_tags);
    }
    g_test_add_func("/dkim_tag/a_nul_is_a_fault", test_nul_is_a_fault);
    g_test_add_func("/dkim_tag/control_characters_are_found_anywhere",
                    test_control_characters_are_found_anywhere);
    g_test_add_func("/dkim_tag/number_and_size_have_limits", test_limits);
    g_test_add_func("/dkim_tag/raw_is_the_whole_value", test_raw_is_the_whole_value);
    for (size_t i = 0; i < G_N_ELEMENTS(base64_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_base64/", base64_cases[i].name, NULL);
        g_test_add_data_func(path, &base64_cases[i], test_base64);
    }
    g_test_add_func("/dkim_base64/every_length_and_digit_agrees_with_glib",
                    test_base64_agrees_with_glib);
    g_test_add_func("/dkim_base64/white_space_and_faults_are_seen_anywhere",
                    test_base64_of_folded_text);
    return g_test_run();
}
