/* SPDX-License-Identifier: MIT */
#include "schema/raw_message.h"

#include <glib.h>

typedef struct {
    const char *name;
    Slice bytes;
    const char *fields; /* "name=value|..." as raw_message_parse lists them */
    const char *body;
    ProblemSet problems;
} Case;

#define TEXT(text) SLICE_LITERAL(text)

static const Case cases[] = {
    {"crlf_lines_end_fields", TEXT("A: 1\r\nB: 2\r\n\r\nbody\r\n"), "A= 1|B= 2", "body\r\n", 0},
    {"lf_lines_end_fields", TEXT("A: 1\nB: 2\n\nbody\n"), "A= 1|B= 2", "body\n", 0},
    {"mixed_line_ends_are_reported", TEXT("A: 1\r\nB: 2\n\nbody"), "A= 1|B= 2", "body",
     PROBLEM_BIT(MIXED_LINE_ENDS)},
    {"folding_stays_in_the_value", TEXT("A: 1\r\n\t2\r\nB:3\r\n\r\n"), "A= 1\r\n\t2|B=3", "",
     0},
    {"a_line_of_white_space_is_folding", TEXT("A: 1\n \nB:3\n\n"), "A= 1\n |B=3", "", 0},
    {"a_blank_line_ends_the_header_at_once", TEXT("A: 1\n\nB: 2\n\n"), "A= 1", "B: 2\n\n", 0},
    {"white_space_may_stand_before_the_colon", TEXT("A \t: 1\n\n"), "A= 1", "", 0},
    {"an_empty_value_is_a_field", TEXT("A:\r\nB:\n\n"), "A=|B=", "",
     PROBLEM_BIT(MIXED_LINE_ENDS)},
    {"a_bare_cr_is_an_ordinary_byte", TEXT("A: 1\r2\n\nx\ry"), "A= 1\r2", "x\ry",
     PROBLEM_BIT(BARE_CR)},
    {"a_cr_before_crlf_is_bare", TEXT("A: 1\r\r\n\r\nx"), "A= 1\r", "x", PROBLEM_BIT(BARE_CR)},
    {"a_nul_is_reported_and_kept", TEXT("A: x\0y\n\nb"), "A= x?y", "b", PROBLEM_BIT(NUL_BYTE)},
    {"a_byte_order_mark_is_stepped_over",
     TEXT("\xEF\xBB\xBF"
          "A: 1\n\nb"),
     "A= 1", "b", PROBLEM_BIT(BYTE_ORDER_MARK)},
    {"leading_blank_lines_are_stepped_over", TEXT("\r\n\nA: 1\n\nb"), "A= 1", "b",
     PROBLEM_BIT(LEADING_BLANK_LINE) | PROBLEM_BIT(MIXED_LINE_ENDS)},
    {"a_from_line_is_stepped_over", TEXT("From a@b Tue Mar  5 10:11:12 2013\nA: 1\n\nb"),
     "A= 1", "b", PROBLEM_BIT(BAD_HEADER_LINE)},
    {"a_quoted_from_line_is_stepped_over", TEXT(">From a@b 10:11\nA: 1\n\nb"), "A= 1", "b",
     PROBLEM_BIT(BAD_HEADER_LINE)},
    {"junk_among_the_fields_is_stepped_over", TEXT("A: 1\nno field\n folded\nB: 2\njunk\n\nb"),
     "A= 1|B= 2", "b", PROBLEM_BIT(BAD_HEADER_LINE)},
    {"a_line_that_begins_with_a_colon_is_junk", TEXT(": x\nA: 1\n\n"), "A= 1", "",
     PROBLEM_BIT(BAD_HEADER_LINE)},
    {"bytes_above_127_are_no_name", TEXT("\xC3\xA9: x\nA: 1\n\n"), "A= 1", "",
     PROBLEM_BIT(BAD_HEADER_LINE)},
    {"the_blank_line_may_be_missing", TEXT("A: 1\r\nB: 2\r\n"), "A= 1|B= 2", "",
     PROBLEM_BIT(NO_BODY_SEPARATOR)},
    {"the_last_line_end_may_be_missing", TEXT("A: 1\nB: 2"), "A= 1|B= 2", "",
     PROBLEM_BIT(NO_BODY_SEPARATOR)},
    {"text_right_below_the_header_is_the_body", TEXT("A: 1\nHello there\nyou\n"), "A= 1",
     "Hello there\nyou\n", PROBLEM_BIT(BAD_HEADER_LINE) | PROBLEM_BIT(NO_BODY_SEPARATOR)},
    {"text_without_a_header_is_the_body", TEXT("Hello there\n\nyou\n"), "",
     "Hello there\n\nyou\n", PROBLEM_BIT(BAD_HEADER_LINE) | PROBLEM_BIT(NO_HEADER)},
    {"no_bytes_are_an_empty_message", TEXT(""), "", "", PROBLEM_BIT(EMPTY)},
    {"white_space_is_an_empty_message", TEXT("\r\n \r\n"), "", "",
     PROBLEM_BIT(EMPTY) | PROBLEM_BIT(LEADING_BLANK_LINE) | PROBLEM_BIT(NO_HEADER)},
    {"a_line_of_spaces_may_come_first", TEXT("   \t\r\nA: 1\r\n\r\nb"), "A= 1", "b",
     PROBLEM_BIT(LEADING_BLANK_LINE)},
    {"spaces_before_the_first_field_are_no_blank_line", TEXT("\n x\nA: 1\n\nb"), "A= 1", "b",
     PROBLEM_BIT(LEADING_BLANK_LINE) | PROBLEM_BIT(BAD_HEADER_LINE)},
    {"a_colon_may_be_the_last_byte", TEXT("A:"), "A=", "", PROBLEM_BIT(NO_BODY_SEPARATOR)},
};

static void append_visible(GString *out, Slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        g_string_append_c(out, bytes.ptr[i] == '\0' ? '?' : bytes.ptr[i]);
    }
}

static void check_layout(const RawMessage *message, Slice bytes)
{
    const char *end = bytes.ptr + bytes.len;
    for (size_t i = 0; i < message->n_fields; i++) {
        const RawField *field = &message->fields[i];
        g_assert_true(field->whole.ptr >= bytes.ptr && field->whole.ptr < end);
        g_assert_true(field->whole.ptr + field->whole.len <= end);
        g_assert_true(field->name.ptr == field->whole.ptr);
        g_assert_true(field->value.ptr + field->value.len <=
                      field->whole.ptr + field->whole.len);
    }
    if (bytes.len > 0) {
        g_assert_true(message->body.ptr + message->body.len == end);
        g_assert_true(message->header.ptr + message->header.len <= message->body.ptr);
    }
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *copy = g_memdup2(test->bytes.ptr, test->bytes.len);
    const Slice bytes = slice_of(copy, test->bytes.len);
    RawMessage message = {0};
    raw_message_parse(&message, bytes);
    check_layout(&message, bytes);

    g_autoptr(GString) fields = g_string_new(NULL);
    for (size_t i = 0; i < message.n_fields; i++) {
        if (i > 0) {
            g_string_append_c(fields, '|');
        }
        append_visible(fields, message.fields[i].name);
        g_string_append_c(fields, '=');
        append_visible(fields, message.fields[i].value);
    }
    g_assert_cmpstr(fields->str, ==, test->fields);
    g_autofree char *body = slice_dup(message.body);
    g_assert_cmpstr(body, ==, test->body);
    g_assert_cmphex(message.problems, ==, test->problems);
    raw_message_clear(&message);
}

static void test_memory_is_used_again(void)
{
    RawMessage message = {0};
    raw_message_parse(&message, TEXT("A: 1\nB: 2\n\n"));
    const RawField *fields = message.fields;
    raw_message_parse(&message, TEXT("C: 3\n\n"));
    g_assert_true(message.fields == fields);
    g_assert_cmpuint(message.n_fields, ==, 1);
    g_assert_true(slice_equal(message.fields[0].name, TEXT("C")));
    raw_message_clear(&message);
}

static void test_fields_beyond_the_limit_are_not_listed(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < RAW_FIELD_MAX + 5; i++) {
        g_string_append(text, "X: y\r\n");
    }
    g_string_append(text, "\r\nbody");
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(text->str, text->len));
    g_assert_cmpuint(message.n_fields, ==, RAW_FIELD_MAX);
    g_assert_cmphex(message.problems, ==, PROBLEM_BIT(TOO_MANY_HEADERS));
    g_assert_true(slice_equal(message.body, TEXT("body")));
    raw_message_clear(&message);
}

static void test_find_ignores_case_and_takes_the_last(void)
{
    RawMessage message = {0};
    raw_message_parse(&message, TEXT("a: 0\nFROM: 1\nfrom: 2\n\n"));
    const RawField *field = raw_message_find(&message, "From");
    g_assert_nonnull(field);
    g_assert_true(slice_equal(field->value, TEXT(" 2")));
    g_assert_null(raw_message_find(&message, "Fro"));
    raw_message_clear(&message);
}

/* Problem bytes at every place of a text longer than the blocks in which bytes are counted. */
static void test_every_byte_is_looked_at(void)
{
    for (size_t at = 4; at < 300; at++) {
        char text[300];
        memset(text, 'x', sizeof text);
        memcpy(text, "A:\n\n", 4);
        text[at] = '\0';
        RawMessage message = {0};
        raw_message_parse(&message, slice_of(text, sizeof text));
        g_assert_cmphex(message.problems, ==, PROBLEM_BIT(NUL_BYTE));
        text[at] = '\r';
        raw_message_parse(&message, slice_of(text, sizeof text));
        g_assert_cmphex(message.problems, ==, PROBLEM_BIT(BARE_CR));
        if (at + 1 < sizeof text) {
            text[at + 1] = '\n';
            raw_message_parse(&message, slice_of(text, sizeof text));
            g_assert_cmphex(message.problems, ==, PROBLEM_BIT(MIXED_LINE_ENDS));
        }
        raw_message_clear(&message);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/raw_message/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/raw_message/memory_is_used_again", test_memory_is_used_again);
    g_test_add_func("/raw_message/fields_beyond_the_limit_are_not_listed",
                    test_fields_beyond_the_limit_are_not_listed);
    g_test_add_func("/raw_message/find_ignores_case_and_takes_the_last",
                    test_find_ignores_case_and_takes_the_last);
    g_test_add_func("/raw_message/every_byte_is_looked_at", test_every_byte_is_looked_at);
    return g_test_run();
}
