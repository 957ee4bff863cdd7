/* SPDX-License-Identifier: MIT */
#include "indexer/mail_address.h"

typedef struct {
    const char *name;
    const char *value;
    const char *wanted; /* "name|address" of each, separated by "; " */
    ProblemSet problems;
} Case;

static const Case cases[] = {
    {"bare_address", "a@b.example", "|a@b.example", 0},
    {"name_and_address", "Ann Onymous <a@b.example>", "Ann Onymous|a@b.example", 0},
    {"quoted_name_with_comma", "\"Onymous, Ann\" <a@b.example>", "Onymous, Ann|a@b.example", 0},
    {"escaped_quote_in_name", "\"A \\\"B\\\" C\" <a@b>", "A \"B\" C|a@b", 0},
    {"two_addresses", "a@b, C <c@d>", "|a@b; C|c@d", 0},
    {"comment_is_the_name", "a@b (Ann Onymous)", "Ann Onymous|a@b", 0},
    {"nested_comment", "a@b (Ann (the first) Onymous)", "Ann (the first) Onymous|a@b", 0},
    {"comment_beside_a_name", "Ann (home) <a@b>", "Ann|a@b", 0},
    {"address_as_name", "a@b <c@d>", "a@b|c@d", 0},
    {"quoted_address_as_name", "\"a@b\" <c@d>", "a@b|c@d", 0},
    {"group_is_flattened", "Friends: a@b, C <c@d>;, e@f", "|a@b; C|c@d; |e@f", 0},
    {"empty_group", "undisclosed-recipients:;", "", 0},
    {"nested_groups_are_read_and_reported", "g:h:a@b;;", "|a@b", PROBLEM_BIT(ADDRESS_NESTING)},
    {"route_is_dropped", "Ann <@x.example,@y.example:a@b>", "Ann|a@b", 0},
    {"encoded_word_name", "=?utf-8?Q?Ren=C3=A9?= <r@b>", "Ren\303\251|r@b", 0},
    {"encoded_word_with_comma", "=?utf-8?Q?Doe,_John?= <j@b>, x@y", "Doe, John|j@b; |x@y", 0},
    {"encoded_word_in_quotes", "\"=?utf-8?Q?Ren=C3=A9?=\" <r@b>", "Ren\303\251|r@b", 0},
    {"raw_utf8_name", "Ren\303\251 <r@b>", "Ren\303\251|r@b", 0},
    {"raw_latin1_name", "Ren\351 <r@b>", "Ren\303\251|r@b", PROBLEM_BIT(RAW_8BIT_HEADER)},
    {"utf8_address", "<ren\303\251@b.example>", "|ren\303\251@b.example", 0},
    {"bracket_is_missing", "Ann <a@b, c@d", "Ann|a@b; |c@d", PROBLEM_BIT(BAD_ADDRESS)},
    {"double_brackets", "Ann <<a@b>>", "Ann|a@b", 0},
    {"quote_is_missing", "\"Ann <a@b>", "\"Ann|a@b", PROBLEM_BIT(BAD_ADDRESS)},
    {"parenthesis_is_missing", "Ann (x <a@b>", "Ann (x|a@b", PROBLEM_BIT(BAD_ADDRESS)},
    {"name_without_brackets", "Ann Onymous a@b", "Ann Onymous|a@b", 0},
    {"spaces_around_the_at", "ann @ b.example", "|ann@b.example", 0},
    {"spaces_in_brackets", "< a@b >", "|a@b", 0},
    {"quoted_local_part", "\"ann lee\"@b", "|\"ann lee\"@b", 0},
    {"quoted_local_part_in_brackets", "A <\"x,y\"@b>", "A|\"x,y\"@b", 0},
    {"domain_literal", "a@[IPv6:2001:db8::1]", "|a@[IPv6:2001:db8::1]", 0},
    {"name_only", "Mail Delivery System", "Mail Delivery System|", PROBLEM_BIT(BAD_ADDRESS)},
    {"local_mailbox", "root", "|root", 0},
    {"local_mailbox_with_comment", "root (Cron Daemon)", "Cron Daemon|root", 0},
    {"quoted_word_is_a_name", "\"root\"", "root|", PROBLEM_BIT(BAD_ADDRESS)},
    {"empty_brackets", "<>", "", 0},
    {"folded", "Ann\r\n Onymous\r\n <a@b>,\r\n\tc@d", "Ann Onymous|a@b; |c@d", 0},
    {"empty_elements", ",, a@b,,", "|a@b", 0},
    {"semicolons_between", "a@b; c@d", "|a@b; |c@d", 0},
    {"mailto", "<mailto:a@b>", "|a@b", 0},
    {"empty", "", "", 0},
    {"one_quote", "\"", "\"|", PROBLEM_BIT(BAD_ADDRESS)},
    {"one_backslash", "\\", "\\|", PROBLEM_BIT(BAD_ADDRESS)},
};

typedef struct {
    CharsetDecoder *charsets;
    EncodedWordDecoder *words;
    MailAddressReader *reader;
    MailRecord record;
} Fixture;

static void fixture_init(Fixture *fixture)
{
    fixture->charsets = charset_decoder_new();
    fixture->words = encoded_word_decoder_new(fixture->charsets);
    fixture->reader = mail_address_reader_new(fixture->words, fixture->charsets);
    mail_record_init(&fixture->record);
}

static void fixture_clear(Fixture *fixture)
{
    mail_record_destroy(&fixture->record);
    mail_address_reader_free(fixture->reader);
    encoded_word_decoder_free(fixture->words);
    charset_decoder_free(fixture->charsets);
}

static void read_value(Fixture *fixture, const char *value, size_t length)
{
    g_autofree char *copy = g_memdup2(value, length);
    mail_address_reader_append(fixture->reader, slice_of(copy, length), ADDRESS_TO,
                               &fixture->record);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    Fixture fixture;
    fixture_init(&fixture);
    read_value(&fixture, test->value, strlen(test->value));
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < fixture.record.addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(fixture.record.addresses, RecordAddress, i);
        g_assert_cmpint(entry->role, ==, ADDRESS_TO);
        g_string_append_printf(found, "%s%.*s|%.*s", i == 0 ? "" : "; ", (int)entry->name.len,
                               entry->name.len == 0 ? "" : entry->name.ptr,
                               (int)entry->address.len,
                               entry->address.len == 0 ? "" : entry->address.ptr);
    }
    g_assert_cmpstr(found->str, ==, test->wanted);
    g_assert_cmphex(fixture.record.problems, ==, test->problems);
    fixture_clear(&fixture);
}

static char *repeat(const char *piece, size_t n)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n; i++) {
        g_string_append(text, piece);
    }
    return g_string_free(text, false);
}

/* GMime recurses once a level: 40,293 levels overflow a stack of 8 MB. */
static void test_nested_groups(void)
{
    Fixture fixture;
    fixture_init(&fixture);
    g_autofree char *value = repeat("g:", 1000000);
    read_value(&fixture, value, strlen(value));
    g_assert_true(problem_set_has(fixture.record.problems, PROBLEM_ADDRESS_NESTING));
    fixture_clear(&fixture);
}

static void test_too_many(void)
{
    Fixture fixture;
    fixture_init(&fixture);
    g_autofree char *value = repeat("a@b,", 100000);
    read_value(&fixture, value, strlen(value));
    g_assert_cmpuint(fixture.record.addresses->len, ==, MAIL_ADDRESS_MAX);
    g_assert_true(problem_set_has(fixture.record.problems, PROBLEM_TOO_MANY_ADDRESSES));
    fixture_clear(&fixture);
}

/* Ten megabytes of atoms: GMime takes 623 MB for them. */
static void test_hostile(void)
{
    static const char *const pieces[] = {"a ", "\"", "(", "<", "=?", "\\\"", "@", "a@b "};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        Fixture fixture;
        fixture_init(&fixture);
        g_autofree char *value = repeat(pieces[i], 10000000 / strlen(pieces[i]));
        read_value(&fixture, value, strlen(value));
        for (guint k = 0; k < fixture.record.addresses->len; k++) {
            const RecordAddress *entry =
                &g_array_index(fixture.record.addresses, RecordAddress, k);
            g_assert_cmpuint(entry->name.len, <=, MAIL_ADDRESS_NAME_BYTES_MAX);
            g_assert_cmpuint(entry->address.len, <=, MAIL_ADDRESS_BYTES_MAX);
        }
        fixture_clear(&fixture);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/mail_address/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/mail_address/a_million_nested_groups_cost_no_stack", test_nested_groups);
    g_test_add_func("/mail_address/addresses_beyond_the_limit_are_not_read", test_too_many);
    g_test_add_func("/mail_address/ten_megabytes_take_linear_time", test_hostile);
    return g_test_run();
}
