/* SPDX-License-Identifier: MIT */
#include "schema/record_codec.h"

static void fill(MailRecord *record)
{
    record->size = 12345;
    record->has_date = true;
    record->date = 1490000000;
    record->date_source = DATE_SOURCE_RECEIVED;
    record->date_offset_minutes = -210;
    record->subject = mail_record_keep(record, SLICE_LITERAL("R\xC3\xA9union"));
    record->body = mail_record_keep(record, SLICE_LITERAL("Bonjour"));
    RecordAddress address = {ADDRESS_CC, SLICE_LITERAL("Zo\xC3\xA9"),
                             SLICE_LITERAL("zoe@mairie.example")};
    g_array_append_val(record->addresses, address);
    RecordAttachment attachment = {.part = SLICE_LITERAL("2"),
                                   .name = SLICE_LITERAL("budget_2017.pdf"),
                                   .size = 7,
                                   .is_inline = true};
    g_array_append_val(record->attachments, attachment);
    RecordSignature signature = {.domain = SLICE_LITERAL("mairie.example"),
                                 .header_digest = SLICE_LITERAL("\x00\xFF raw"),
                                 .result = DKIM_RESULT_FAIL,
                                 .header_ok = TRI_YES,
                                 .body_ok = TRI_NO,
                                 .caveats = CAVEAT_BIT(SHA1),
                                 .key = -1};
    g_array_append_val(record->signatures, signature);
    for (uint32_t instance = 1; instance <= 2; instance++) {
        RecordArcSet set = {.instance = instance,
                            .cv = instance == 1 ? ARC_CV_NONE : ARC_CV_PASS,
                            .results = SLICE_LITERAL("mx.example; dkim=pass"),
                            .seal = {.domain = SLICE_LITERAL("sealer.example"),
                                     .signature = SLICE_LITERAL("\x00\x01"),
                                     .result = DKIM_RESULT_PASS,
                                     .key = 3},
                            .message = {.result = DKIM_RESULT_NOKEY, .key = -1},
                            .body_length = -1};
        g_array_append_val(record->arc_sets, set);
    }
    record->arc = ARC_RESULT_NOKEY;
    record->arc_reason = SLICE_LITERAL("a key is not known");
    RecordDomainKeys domainkeys = {.sender = SLICE_LITERAL("zoe@mairie.example"),
                                   .digest = SLICE_LITERAL("\x00\xFE raw"),
                                   .result = DKIM_RESULT_POLICY,
                                   .aligned = true,
                                   .caveats = CAVEAT_BIT(TEST_MODE),
                                   .key = 4};
    g_array_append_val(record->domainkeys, domainkeys);
    RecordClaim claim = {.field = CLAIM_RECEIVED_SPF,
                         .method = SLICE_LITERAL("spf"),
                         .result = SLICE_LITERAL("softfail")};
    g_array_append_val(record->claims, claim);
    record->verdict = (Verdict){MESSAGE_DKIM_FAIL, LEVEL_NONE, CAVEAT_BIT(SHA1), 0};
    record->problems = PROBLEM_BIT(ENCRYPTED) | PROBLEM_BIT(EMPTY);
}

static size_t encode_sample(char *out, size_t capacity)
{
    MailRecord record;
    mail_record_init(&record);
    fill(&record);
    size_t length = record_encode(&record, out, capacity);
    mail_record_destroy(&record);
    return length;
}

static void test_round_trip(void)
{
    char flat[4096];
    size_t length = encode_sample(flat, sizeof(flat));
    g_assert_cmpuint(length, >, 0);
    MailRecord read;
    mail_record_init(&read);
    g_assert_true(record_decode(slice_of(flat, length), false, &read));
    g_assert_cmpint(read.date, ==, 1490000000);
    g_assert_cmpint(read.date_offset_minutes, ==, -210);
    g_assert_true(slice_equal(read.subject, SLICE_LITERAL("R\xC3\xA9union")));
    g_assert_cmpuint(read.addresses->len, ==, 1);
    g_assert_cmpint(g_array_index(read.addresses, RecordAddress, 0).role, ==, ADDRESS_CC);
    RecordSignature *signature = &g_array_index(read.signatures, RecordSignature, 0);
    g_assert_true(slice_equal(signature->header_digest, SLICE_LITERAL("\x00\xFF raw")));
    g_assert_cmpint(signature->key, ==, -1);
    g_assert_cmpuint(read.arc_sets->len, ==, 2);
    RecordArcSet *set = &g_array_index(read.arc_sets, RecordArcSet, 1);
    g_assert_cmpint(set->cv, ==, ARC_CV_PASS);
    g_assert_true(slice_equal(set->seal.signature, SLICE_LITERAL("\x00\x01")));
    g_assert_cmpint(set->seal.key, ==, 3);
    g_assert_cmpint(read.arc, ==, ARC_RESULT_NOKEY);
    g_assert_true(slice_equal(read.arc_reason, SLICE_LITERAL("a key is not known")));
    RecordDomainKeys *domainkeys = &g_array_index(read.domainkeys, RecordDomainKeys, 0);
    g_assert_true(slice_equal(domainkeys->digest, SLICE_LITERAL("\x00\xFE raw")));
    g_assert_cmpint(domainkeys->result, ==, DKIM_RESULT_POLICY);
    g_assert_cmpint(domainkeys->key, ==, 4);
    RecordClaim *claim = &g_array_index(read.claims, RecordClaim, 0);
    g_assert_cmpint(claim->field, ==, CLAIM_RECEIVED_SPF);
    g_assert_true(slice_equal(claim->result, SLICE_LITERAL("softfail")));
    g_assert_true(g_array_index(read.attachments, RecordAttachment, 0).is_inline);
    g_assert_true(problem_set_has(read.problems, PROBLEM_ENCRYPTED));
    mail_record_destroy(&read);
}

static void test_what_is_searched_is_read_alone(void)
{
    char flat[4096];
    size_t length = encode_sample(flat, sizeof(flat));
    MailRecord read;
    mail_record_init(&read);
    g_assert_true(record_decode_searched(slice_of(flat, length), &read));
    g_assert_true(slice_equal(read.subject, SLICE_LITERAL("R\xC3\xA9union")));
    g_assert_cmpuint(read.addresses->len, ==, 1);
    g_assert_cmpuint(read.attachments->len, ==, 1);
    g_assert_cmpuint(read.signatures->len, ==, 0);
    mail_record_destroy(&read);
}

/* The archive has one row an instance. */
static void test_arc_instances_must_rise_to_50(void)
{
    static const struct {
        uint32_t first;
        uint32_t second;
        bool valid;
    } cases[] = {{1, 2, true},  {3, 50, true}, {0, 1, false},
                 {2, 2, false}, {2, 1, false}, {1, 51, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char flat[4096];
        MailRecord record;
        mail_record_init(&record);
        fill(&record);
        g_array_index(record.arc_sets, RecordArcSet, 0).instance = cases[i].first;
        g_array_index(record.arc_sets, RecordArcSet, 1).instance = cases[i].second;
        size_t length = record_encode(&record, flat, sizeof(flat));
        mail_record_clear(&record);
        g_assert_cmpint(record_decode(slice_of(flat, length), false, &record), ==,
                        cases[i].valid);
        mail_record_destroy(&record);
    }
}

static void test_too_small_a_buffer_writes_nothing_beyond_it(void)
{
    char flat[4096];
    size_t length = encode_sample(flat, sizeof(flat));
    for (size_t capacity = 0; capacity < length; capacity++) {
        char *exact = g_malloc(MAX(capacity, 1));
        g_assert_cmpuint(encode_sample(exact, capacity), ==, 0);
        g_free(exact);
    }
}

/* Whatever a worker sends is refused or read; it never reads beyond the bytes. */
static void test_damaged_bytes_are_refused_or_read_safely(void)
{
    char flat[4096];
    size_t length = encode_sample(flat, sizeof(flat));
    for (size_t at = 0; at < length; at++) {
        for (unsigned change = 0; change < 3; change++) {
            char *exact = g_memdup2(flat, length);
            exact[at] = (char)(change == 0 ? 0xFF : change == 1 ? 0 : exact[at] + 1);
            MailRecord read;
            mail_record_init(&read);
            record_decode(slice_of(exact, length), false, &read);
            mail_record_destroy(&read);
            g_free(exact);
        }
        MailRecord cut;
        mail_record_init(&cut);
        g_assert_false(record_decode(slice_of(flat, at), false, &cut));
        mail_record_destroy(&cut);
    }
}

static void test_text_is_utf8_without_nul(void)
{
    static const struct {
        Slice text;
        bool valid;
    } cases[] = {
        {SLICE_LITERAL(""), true},
        {SLICE_LITERAL("plain ascii, longer than one word"), true},
        {SLICE_LITERAL("0123456\xC3\xA9 789"), true},
        {SLICE_LITERAL("\xF0\x9F\x98\x80"), true},
        {SLICE_LITERAL("01234567\0 9"), false},
        {SLICE_LITERAL("\xC0\x80"), false},
        {SLICE_LITERAL("\xE0\x80\x80"), false},
        {SLICE_LITERAL("\xED\xA0\x80"), false},
        {SLICE_LITERAL("\xF4\x90\x80\x80"), false},
        {SLICE_LITERAL("abc\xC3"), false},
        {SLICE_LITERAL("\x80"), false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *exact = g_memdup2(cases[i].text.ptr, MAX(cases[i].text.len, 1));
        g_assert_cmpint(record_text_is_valid(slice_of(exact, cases[i].text.len)), ==,
                        cases[i].valid);
        g_free(exact);
    }
}

static void test_arena_keeps_what_it_is_given(void)
{
    MailRecord record;
    mail_record_init(&record);
    for (int round = 0; round < 3; round++) {
        GString *large = g_string_new(NULL);
        g_string_set_size(large, 200000);
        memset(large->str, 'x', large->len);
        Slice small = mail_record_keep(&record, SLICE_LITERAL("small"));
        Slice big = mail_record_keep(&record, slice_of(large->str, large->len));
        g_assert_true(slice_equal(small, SLICE_LITERAL("small")));
        g_assert_true(slice_equal(big, slice_of(large->str, large->len)));
        g_string_free(large, true);
        mail_record_clear(&record);
    }
    mail_record_destroy(&record);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/record_codec/a_record_survives_the_trip", test_round_trip);
    g_test_add_func("/record_codec/what_is_searched_is_read_alone",
                    test_what_is_searched_is_read_alone);
    g_test_add_func("/record_codec/arc_instances_must_rise_to_50",
                    test_arc_instances_must_rise_to_50);
    g_test_add_func("/record_codec/too_small_a_buffer_writes_nothing_beyond_it",
                    test_too_small_a_buffer_writes_nothing_beyond_it);
    g_test_add_func("/record_codec/damaged_bytes_are_refused_or_read_safely",
                    test_damaged_bytes_are_refused_or_read_safely);
    g_test_add_func("/record_codec/text_is_utf8_without_nul", test_text_is_utf8_without_nul);
    g_test_add_func("/record/arena_keeps_what_it_is_given", test_arena_keeps_what_it_is_given);
    return g_test_run();
}
