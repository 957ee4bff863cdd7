/* SPDX-License-Identifier: MIT */
#include "query/query_parser.h"

#include "query/query_field.h"

typedef struct {
    const char *name;
    const char *query;
    const char *tree;
} TreeCase;

static const TreeCase trees[] = {
    {"empty_query_is_everything", "", "(all)"},
    {"spaces_are_everything", " \t ", "(all)"},
    {"words_are_joined_by_and", "a b c", "(and a b c)"},
    {"written_and_is_the_same", "a AND b", "(and a b)"},
    {"and_binds_tighter_than_or", "a b OR c d", "(or (and a b) (and c d))"},
    {"parentheses_group", "a (b OR c)", "(and a (or b c))"},
    {"lower_case_or_is_a_word", "a or b", "(and a or b)"},
    {"not_negates", "a NOT b", "(and a (not b))"},
    {"and_not_negates", "a AND NOT b", "(and a (not b))"},
    {"minus_negates", "a -b", "(and a (not b))"},
    {"minus_works_first", "-a b", "(and (not a) b)"},
    {"minus_before_parentheses", "-(a b)", "(not (and a b))"},
    {"minus_before_a_field", "-from:a", "(not from:a)"},
    {"minus_before_a_phrase", "-\"a b\"", "(not \"a b\")"},
    {"minus_inside_a_word_is_text", "jean-philippe", "jean-philippe"},
    {"lone_minus_is_text", "a - b", "(and a - b)"},
    {"phrase", "\"exact words\"", "\"exact words\""},
    {"curly_quotes", "“exact words”", "\"exact words\""},
    {"german_quotes", "„genaue Worte“", "\"genaue Worte\""},
    {"french_quotes", "« mots exacts »", "\" mots exacts \""},
    {"prefix", "elec*", "elec*"},
    {"phrase_with_a_prefix", "\"annual bud\"*", "\"annual bud\"*"},
    {"star_alone", "*", "*"},
    {"field", "from:alice", "from:alice"},
    {"field_name_in_any_case", "FROM:alice", "from:alice"},
    {"alias", "f:alice", "from:alice"},
    {"field_with_a_phrase", "subject:\"a b\"", "subject:\"a b\""},
    {"field_with_curly_quotes", "subject:«a b»", "subject:\"a b\""},
    {"field_with_a_group", "subject:(a b)", "(and subject:a subject:b)"},
    {"field_with_alternatives", "from:(a OR b)", "(or from:a from:b)"},
    {"field_group_with_a_negation", "from:(a -b)", "(and from:a (not from:b))"},
    {"field_repeated_means_and", "from:a from:b", "(and from:a from:b)"},
    {"field_value_may_begin_with_minus", "from:-x", "from:-x"},
    {"field_value_keeps_its_colon", "msgid:<a:b@c>", "msgid:<a:b@c>"},
    {"field_value_or_is_a_word", "subject:OR", "subject:OR"},
    {"address_is_one_word", "a@b.example", "a@b.example"},
    {"url_is_text", "http://x/y", "http://x/y"},
    {"url_with_a_field_name_is_text", "file:///etc", "file:///etc"},
    {"time_is_text", "10:30", "10:30"},
    {"reply_mark_is_text", "Re: hello", "(and Re: hello)"},
    {"reply_mark_without_space_is_text", "AW:hello", "AW:hello"},
    {"scope_operator_is_text", "std::string", "std::string"},
    {"drive_letter_is_text", "C:\\dir", "C:\\dir"},
    {"apostrophe_is_text", "l'élection", "l'élection"},
    {"plus_signs_are_text", "C++", "C++"},
    {"near_with_a_number", "a NEAR/5 b", "(near/5 a b)"},
    {"near_without_a_number", "a NEAR b", "(near/10 a b)"},
    {"around_with_a_number", "a AROUND 5 b", "(near/5 a b)"},
    {"around_with_parentheses", "a AROUND(3) b", "(near/3 a b)"},
    {"near_of_three", "a NEAR/2 b NEAR/4 \"c d\"", "(near/4 a b \"c d\")"},
    {"near_in_a_field", "subject:(a NEAR/5 b)", "(near/5 subject:a subject:b)"},
    {"near_binds_tighter_than_and", "a b NEAR/1 c", "(and a (near/1 b c))"},
    {"double_negation", "NOT NOT a", "(not (not a))"},
    {"quote_inside_a_word_ends_it", "foo\"bar baz\"", "(and foo \"bar baz\")"},
    {"parenthesis_inside_a_word_ends_it", "foo(bar)", "(and foo bar)"},
    {"no_break_space_separates", "a\u00A0b", "(and a b)"},
};

static void test_tree(gconstpointer data)
{
    const TreeCase *test = data;
    g_autofree char *query = g_strdup(test->query);
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    bool is_good = query_parser_run(query, &parse, &fault);
    g_assert_cmpstr(fault.message, ==, NULL);
    g_assert_true(is_good);
    g_autofree char *tree = query_node_to_string(parse.root);
    g_assert_cmpstr(tree, ==, test->tree);
}

typedef struct {
    const char *name;
    const char *query;
    const char *message; /* what it must contain */
    size_t offset;
} FaultCase;

static const FaultCase faults[] = {
    {"open_quote", "a \"b c", "never closed", 2},
    {"lone_quote", "\"", "never closed", 0},
    {"open_french_quote", "a «b", "never closed", 2},
    {"stray_closing_quote", "a b»", "never opened", 3},
    {"open_parenthesis", "a (b c", "never closed", 2},
    {"open_parenthesis_in_a_field", "from:(a", "never closed", 5},
    {"stray_parenthesis", "a) b", "never opened", 1},
    {"empty_parentheses", "a ()", "nothing stands", 2},
    {"or_at_the_start", "OR a", "both sides", 0},
    {"or_at_the_end", "a OR", "both sides", 2},
    {"and_before_or", "a AND OR b", "both sides", 2},
    {"two_ors", "a OR OR b", "both sides", 2},
    {"not_at_the_end", "a NOT", "missing at the end", 5},
    {"near_at_the_end", "a NEAR/3", "missing at the end", 8},
    {"near_before_a_group", "a NEAR/3 (b c)", "words or phrases", 2},
    {"near_over_two_fields", "subject:a NEAR/3 b", "same field", 10},
    {"unknown_field_with_a_near_name", "form:alice", "did you mean \"from:\"", 0},
    {"unknown_field_with_a_hyphen", "a has_attachment:x", "unknown field", 2},
    {"unknown_field_without_a_near_name", "zzzzzz:x", "unknown field", 0},
    {"field_without_a_value", "subject: x", "needs a value", 0},
    {"field_at_the_end", "x from:", "needs a value", 2},
    {"field_inside_a_field", "from:(subject:x)", "inside the parentheses", 6},
    {"bytes_that_are_no_utf8", "a \xFF", "not UTF-8", 2},
};

static void test_fault(gconstpointer data)
{
    const FaultCase *test = data;
    g_autofree char *query = g_strdup(test->query);
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    g_assert_false(query_parser_run(query, &parse, &fault));
    g_assert_nonnull(fault.message);
    g_assert_nonnull(strstr(fault.message, test->message));
    g_assert_cmpuint(fault.offset, ==, test->offset);
    g_assert_null(strchr(fault.message, '\n'));
}

static char *repeated(const char *piece, int times)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; i < times; i++) {
        g_string_append(out, piece);
    }
    return g_string_free(out, false);
}

static void check_limit(const char *query, const char *message)
{
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    bool is_good = query_parser_run(query, &parse, &fault);
    g_assert_cmpint(is_good, ==, message == NULL);
    if (message != NULL) {
        g_assert_nonnull(strstr(fault.message, message));
    }
}

static void test_limits(void)
{
    g_autofree char *terms = repeated("a ", QUERY_MAX_TERMS);
    g_autofree char *too_many = repeated("a ", QUERY_MAX_TERMS + 1);
    g_autofree char *open = repeated("(", QUERY_MAX_DEPTH + 1);
    g_autofree char *negations = repeated("NOT ", QUERY_MAX_DEPTH + 1);
    g_autofree char *nested = g_strconcat(open, "a", NULL);
    g_autofree char *negated = g_strconcat(negations, "a", NULL);
    g_autofree char *longest = repeated("a", 8193);
    check_limit(terms, NULL);
    check_limit(too_many, "too many terms");
    check_limit(nested, "nested too deep");
    check_limit(negated, "nested too deep");
    check_limit(longest, "longer than");
}

static void check_hints(const char *query, guint n_hints)
{
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    g_assert_true(query_parser_run(query, &parse, &fault));
    g_assert_cmpuint(parse.hints->len, ==, n_hints);
    for (guint i = 0; i < n_hints; i++) {
        g_assert_nonnull(strstr(g_ptr_array_index(parse.hints, i), "is searched as a word"));
    }
}

static void test_hint(void)
{
    check_hints("cats or dogs", 1);
    check_hints("cats or dogs or mice", 1);
    check_hints("cats or dogs and mice", 2);
    check_hints("from:(alice or bob)", 1);
    check_hints("cats not dogs", 1);
    check_hints("(cats or) dogs", 0);
    check_hints("cats \"or\" dogs", 0);
    check_hints("cats Or dogs", 0);
}

static void test_no_hint(void)
{
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    g_assert_true(query_parser_run("or cats and", &parse, &fault));
    g_assert_cmpuint(parse.hints->len, ==, 0);
}

static void test_flag(void)
{
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    const QueryField *from = query_field_find(SLICE_LITERAL("from"));
    g_assert_true(query_parser_run("budget OR report", &parse, &fault));
    g_assert_true(query_parser_run_flag(from, "alice OR bob", &parse, &fault));
    g_autofree char *tree = query_node_to_string(parse.root);
    g_assert_cmpstr(tree, ==, "(and (or budget report) (or from:alice from:bob))");
    g_assert_false(query_parser_run_flag(from, "", &parse, &fault));
}

static void test_caret(void)
{
    g_auto(QueryFault) fault = {0};
    query_fault_set(&fault, "é 漢字 \x1b x", 3, 6, "message");
    g_autofree char *rendered = query_fault_render(&fault);
    g_assert_cmpstr(rendered, ==, "message\n  é 漢字 \\x1b x\n    ^^^^");
}

static void test_caret_in_a_long_query(void)
{
    g_autofree char *start = repeated("a ", 200);
    g_autofree char *query = g_strconcat(start, "\"b", NULL);
    g_auto(QueryFault) fault = {0};
    query_fault_set(&fault, query, 400, 1, "message");
    g_autofree char *rendered = query_fault_render(&fault);
    g_auto(GStrv) lines = g_strsplit(rendered, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    g_assert_cmpuint(strlen(lines[1]), <, 80);
    g_assert_cmpuint(strlen(lines[2]), ==, 44);
}

static void test_caret_under_a_long_phrase(void)
{
    g_autofree char *words = repeated("the ", 1000);
    g_autofree char *query = g_strconcat("a \"", words, "\"", NULL);
    g_auto(QueryFault) fault = {0};
    query_fault_set(&fault, query, 2, strlen(query) - 2, "message");
    g_autofree char *rendered = query_fault_render(&fault);
    g_auto(GStrv) lines = g_strsplit(rendered, "\n", -1);
    g_assert_cmpuint(strlen(lines[1]), <, 80);
    g_assert_cmpuint(strlen(lines[2]), <, 80);
    g_assert_true(g_str_has_prefix(lines[2], "    ^^^"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
        g_autofree char *path = g_strdup_printf("/query_parser/tree/%s", trees[i].name);
        g_test_add_data_func(path, &trees[i], test_tree);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *path = g_strdup_printf("/query_parser/fault/%s", faults[i].name);
        g_test_add_data_func(path, &faults[i], test_fault);
    }
    g_test_add_func("/query_parser/limits_end_in_a_message", test_limits);
    g_test_add_func("/query_parser/lower_case_operator_earns_a_hint", test_hint);
    g_test_add_func("/query_parser/or_at_an_end_earns_none", test_no_hint);
    g_test_add_func("/query_parser/flags_are_joined_by_and", test_flag);
    g_test_add_func("/query_parser/caret_stands_under_wide_characters", test_caret);
    g_test_add_func("/query_parser/caret_fits_a_screen", test_caret_in_a_long_query);
    g_test_add_func("/query_parser/caret_under_a_long_phrase_fits_a_screen",
                    test_caret_under_a_long_phrase);
    return g_test_run();
}
