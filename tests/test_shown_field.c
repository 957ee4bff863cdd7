/* SPDX-License-Identifier: MIT */
#include "query/shown_field.h"

typedef struct {
    const char *name;
    const char *text;
    int from;
    int subject;
    int message_id;
} CountCase;

static const CountCase count_cases[] = {
    {"each_once", "From: a\r\nSubject: b\r\nMessage-ID: c\r\n\r\nFrom: body", 1, 1, 1},
    {"case_is_ignored", "FROM: a\nsubject: b\nmessage-id: c\n\n", 1, 1, 1},
    {"several", "Subject: a\nFrom: b\nSubject: c\n\n", 1, 2, 0},
    {"folded_lines_are_no_fields", "From: a\n Subject: b\n\tMessage-ID: c\n\n", 1, 0, 0},
    {"white_space_before_the_colon", "From \t: a\n\n", 1, 0, 0},
    {"a_longer_name_is_another", "From-X: a\nX-Subject: b\n\n", 0, 0, 0},
    {"a_mark_blank_lines_and_a_from_line", "\xEF\xBB\xBF\r\n  \nFrom a@b date\nFrom: a\n\n", 1,
     0, 0},
    {"a_line_that_is_no_field", "From: a\nnonsense\nSubject: b\n\n", 1, 1, 0},
    {"no_blank_line", "From: a\nSubject: b", 1, 1, 0},
    {"nothing", "", 0, 0, 0},
};

static void test_count(gconstpointer data)
{
    const CountCase *test = data;
    const size_t len = strlen(test->text);
    g_autofree char *copy = g_memdup2(test->text, len);
    const ShownFields fields = shown_fields_count(slice_of(copy, len));
    g_assert_cmpint(fields.present[SHOWN_FROM], ==, test->from);
    g_assert_cmpint(fields.present[SHOWN_SUBJECT], ==, test->subject);
    g_assert_cmpint(fields.present[SHOWN_MESSAGE_ID], ==, test->message_id);
}

static void test_mentions_are_counted(void)
{
    static const char signed_fields[] = "From:to:FROM:message-id:X-From";
    g_assert_cmpint(shown_field_signed(SHOWN_FROM, signed_fields), ==, 2);
    g_assert_cmpint(shown_field_signed(SHOWN_MESSAGE_ID, signed_fields), ==, 1);
    g_assert_cmpint(shown_field_signed(SHOWN_DATE, signed_fields), ==, 0);
    g_assert_cmpint(shown_field_signed(SHOWN_FROM, ""), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(count_cases); i++) {
        g_autofree char *path = g_strconcat("/shown_field/count/", count_cases[i].name, NULL);
        g_test_add_data_func(path, &count_cases[i], test_count);
    }
    g_test_add_func("/shown_field/mentions_are_counted", test_mentions_are_counted);
    return g_test_run();
}
