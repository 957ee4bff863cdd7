/* SPDX-License-Identifier: MIT */
#include "schema/dkim_canon.h"

#include <glib.h>

#include "indexer/dkim_body_hash.h"
#include "schema/raw_message.h"

typedef struct {
    const char *name;
    DkimCanon canon;
    const char *in;
    const char *out;
} Case;

#define SIMPLE  DKIM_CANON_SIMPLE
#define RELAXED DKIM_CANON_RELAXED

static const Case body_cases[] = {
    /* RFC 6376 3.4.5, example 2 */
    {"rfc6376_3_4_5", RELAXED, " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"},
    {"rfc6376_3_4_5", SIMPLE, " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n"},
    {"an_empty_body_is_nothing", RELAXED, "", ""},
    {"an_empty_body_is_crlf", SIMPLE, "", "\r\n"},
    {"blank_lines_are_nothing", RELAXED, "\r\n\n\r\n", ""},
    {"blank_lines_are_crlf", SIMPLE, "\r\n\n\r\n", "\r\n"},
    {"lines_of_white_space_are_nothing", RELAXED, " \r\n\t \n ", ""},
    {"lines_of_white_space_are_lines", SIMPLE, " \r\n\r\n", " \r\n"},
    {"lf_becomes_crlf", RELAXED, "a\nb\n", "a\r\nb\r\n"},
    {"lf_becomes_crlf", SIMPLE, "a\nb\n", "a\r\nb\r\n"},
    {"a_missing_line_end_is_added", RELAXED, "a", "a\r\n"},
    {"a_missing_line_end_is_added", SIMPLE, "a", "a\r\n"},
    {"blank_lines_between_stay", RELAXED, "a\r\n \r\n\r\nb", "a\r\n\r\n\r\nb\r\n"},
    {"leading_blank_lines_stay", RELAXED, "\n\na\n", "\r\n\r\na\r\n"},
    {"a_bare_cr_is_an_ordinary_byte", RELAXED, "a\rb\r\r\nc\r", "a\rb\r\r\nc\r\r\n"},
    {"a_bare_cr_is_an_ordinary_byte", SIMPLE, "a\rb\r\r\nc\r", "a\rb\r\r\nc\r\r\n"},
    {"white_space_before_a_bare_cr_stays", RELAXED, "a \t\rb", "a \rb\r\n"},
    {"leading_white_space_becomes_one_space", RELAXED, "\t\t a\n", " a\r\n"},
    {"only_sp_and_tab_are_white_space", RELAXED, "a\v\f b\n", "a\v\f b\r\n"},
    {"space_then_tab_at_the_end_goes", RELAXED, "a \t\nb\t \n", "a\r\nb\r\n"},
    {"a_lone_space_before_a_tab_is_one_space", RELAXED, "a \tb\n", "a b\r\n"},
    {"white_space_at_the_end_of_the_body_goes", RELAXED, "a ", "a\r\n"},
    {"a_lone_white_space_line_at_the_end_goes", RELAXED, "a\n ", "a\r\n"},
    {"long_lines_of_words", RELAXED,
     "the quick brown fox  jumps over the\tlazy dog and more \n",
     "the quick brown fox jumps over the lazy dog and more\r\n"},
};

static void append(gpointer user_data, const char *bytes, size_t len)
{
    g_string_append_len(user_data, bytes, (gssize)len);
}

static GString *canonical_body(DkimCanon canon, Slice body)
{
    GString *out = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, out);
    dkim_canon_body(&writer, canon, body);
    return out;
}

static void test_body(gconstpointer data)
{
    const Case *test = data;
    const size_t len = strlen(test->in);
    g_autofree char *copy = g_memdup2(test->in, len);
    g_autoptr(GString) out = canonical_body(test->canon, slice_of(copy, len));
    g_assert_cmpstr(out->str, ==, test->out);
}

/* RFC 6376 3.4.3 and 3.4.4, a line at a time and without any cleverness. */
static GString *plain_canonical_body(DkimCanon canon, Slice body)
{
    g_autoptr(GString) lf = g_string_new(NULL);
    for (size_t i = 0; i < body.len; i++) {
        const bool is_crlf = body.ptr[i] == '\r' && i + 1 < body.len && body.ptr[i + 1] == '\n';
        if (!is_crlf) {
            g_string_append_c(lf, body.ptr[i]);
        }
    }
    g_auto(GStrv) lines = g_strsplit(lf->str, "\n", -1);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (canon == DKIM_CANON_RELAXED) {
            g_autoptr(GRegex) runs = g_regex_new("[ \t]+", G_REGEX_RAW, 0, NULL);
            g_autofree char *line =
                g_regex_replace_literal(runs, lines[i], -1, 0, " ", 0, NULL);
            const size_t len = strlen(line);
            line[len > 0 && line[len - 1] == ' ' ? len - 1 : len] = '\0';
            g_string_append(out, line);
        } else {
            g_string_append(out, lines[i]);
        }
        g_string_append(out, "\r\n");
    }
    while (g_str_has_suffix(out->str, "\r\n\r\n") || strcmp(out->str, "\r\n") == 0) {
        g_string_truncate(out, out->len - 2);
    }
    if (canon == DKIM_CANON_SIMPLE && out->len == 0) {
        g_string_append(out, "\r\n");
    }
    return out;
}

/* Bodies around the sizes of vectors and of the buffer, made of few bytes. */
static void test_random_bodies_agree_with_a_plain_reading(void)
{
    static const char alphabet[] = "a  \t\r\n\n.bcdefghij";
    for (int round = 0; round < 3000; round++) {
        const size_t len = (size_t)(round % 50 == 0 ? g_test_rand_int_range(8000, 30000)
                                                    : g_test_rand_int_range(0, 120));
        const int n_letters = g_test_rand_int_range(2, (gint32)sizeof alphabet);
        g_autofree char *body = g_malloc(len);
        for (size_t i = 0; i < len; i++) {
            body[i] = alphabet[g_test_rand_int_range(0, n_letters)];
        }
        for (DkimCanon canon = 0; canon < DKIM_CANON_COUNT; canon++) {
            g_autoptr(GString) expected = plain_canonical_body(canon, slice_of(body, len));
            g_autoptr(GString) out = canonical_body(canon, slice_of(body, len));
            g_assert_cmpmem(out->str, out->len, expected->str, expected->len);
        }
    }
}

/* A space that is taken away again after the buffer was handed on. */
static void test_a_space_at_the_end_of_the_buffer_can_go(void)
{
    for (size_t len = DKIM_CANON_BUFFER - 40; len < DKIM_CANON_BUFFER + 40; len++) {
        g_autofree char *body = g_strnfill(len, 'x');
        body[len - 1] = '\n';
        body[len - 2] = ' ';
        g_autoptr(GString) out = canonical_body(DKIM_CANON_RELAXED, slice_of(body, len));
        g_assert_cmpuint(out->len, ==, len);
        g_assert_true(g_str_has_suffix(out->str, "xx\r\n"));
    }
}

static const Case field_cases[] = {
    /* RFC 6376 3.4.5, example 1 and 3 */
    {"rfc6376_3_4_5_a", RELAXED, "A: X\r\n", "a:X\r\n"},
    {"rfc6376_3_4_5_b", RELAXED, "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"},
    {"rfc6376_3_4_5_b", SIMPLE, "B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  \r\n"},
    {"folded_header_is_one_line", RELAXED, "Subject: a\n b\r\n\tc\n", "subject:a b c\r\n"},
    {"lf_becomes_crlf", SIMPLE, "Subject: a\n b\n", "Subject: a\r\n b\r\n"},
    {"an_empty_value_stays_empty", RELAXED, "X:\r\n", "x:\r\n"},
    {"a_value_of_white_space_is_empty", RELAXED, "X: \r\n \r\n\t\r\n", "x:\r\n"},
    {"a_missing_line_end_is_added", SIMPLE, "X: y", "X: y\r\n"},
    {"a_missing_line_end_is_added", RELAXED, "X: y", "x:y\r\n"},
    {"a_bare_cr_is_an_ordinary_byte", RELAXED, "X: y\r\r\n", "x:y\r\r\n"},
    {"bytes_above_127_stay", RELAXED, "X: \xE9\xFF\r\n", "x:\xE9\xFF\r\n"},
};

static void test_field(gconstpointer data)
{
    const Case *test = data;
    const size_t len = strlen(test->in);
    g_autofree char *copy = g_memdup2(test->in, len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(copy, len));
    g_assert_cmpuint(message.n_fields, ==, 1);
    const RawField *field = &message.fields[0];
    g_autoptr(GString) out = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, out);
    dkim_canon_field(&writer, test->canon, field->name, field->value, field->whole);
    dkim_canon_writer_flush(&writer);
    g_assert_cmpstr(out->str, ==, test->out);
    raw_message_clear(&message);
}

static void check_signature_field(DkimCanon canon, const char *expected)
{
    static const char text[] = "DKIM-Signature: v=1; b= AB\r\n CD\r\n ; d=x ;\r\n bh=AB \r\n";
    RawMessage message = {0};
    raw_message_parse(&message, slice_of_string(text));
    const RawField *field = &message.fields[0];
    DkimTagList tags;
    g_assert_cmpint(dkim_tag_list_parse(field->value, &tags), ==, DKIM_TAG_OK);
    g_autoptr(GString) out = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, out);
    dkim_canon_signature_field(&writer, canon, field->name, field->value,
                               dkim_tag_list_find(&tags, "b")->raw);
    dkim_canon_writer_flush(&writer);
    g_assert_cmpstr(out->str, ==, expected);
    raw_message_clear(&message);
}

static void test_signature_field_is_without_its_signature(void)
{
    check_signature_field(DKIM_CANON_RELAXED, "dkim-signature:v=1; b=; d=x ; bh=AB");
    check_signature_field(DKIM_CANON_SIMPLE, "DKIM-Signature: v=1; b=; d=x ;\r\n bh=AB ");
}

static void check_hash(const DkimBodyHash *hash, const char *canonical, size_t len)
{
    g_autofree char *expected = g_compute_checksum_for_data(
        hash->hash == DKIM_HASH_SHA1 ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256,
        (const guchar *)canonical, MIN(len, hash->limit));
    g_autoptr(GString) hex = g_string_new(NULL);
    for (size_t i = 0; i < dkim_hash_bytes(hash->hash); i++) {
        g_string_append_printf(hex, "%02x", hash->digest[i]);
    }
    g_assert_cmpstr(hex->str, ==, expected);
    g_assert_cmpuint(hash->body_bytes, ==, len);
}

static void test_body_hashes_of_any_length(void)
{
    static const char body[] = "a  b \nc\n\n";
    DkimBodyHash hashes[] = {
        {.canon = RELAXED, .hash = DKIM_HASH_SHA256, .limit = UINT64_MAX},
        {.canon = RELAXED, .hash = DKIM_HASH_SHA256, .limit = 3},
        {.canon = RELAXED, .hash = DKIM_HASH_SHA1, .limit = 0},
        {.canon = RELAXED, .hash = DKIM_HASH_SHA256, .limit = 8},
        {.canon = RELAXED, .hash = DKIM_HASH_SHA256, .limit = 999},
        {.canon = SIMPLE, .hash = DKIM_HASH_SHA256, .limit = 5},
        {.canon = RELAXED, .hash = DKIM_HASH_SHA256, .limit = 3},
        {.canon = SIMPLE, .hash = DKIM_HASH_SHA1, .limit = UINT64_MAX},
    };
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    dkim_body_hash_compute(digest, slice_of_string(body), hashes, G_N_ELEMENTS(hashes));
    for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++) {
        const char *canonical = hashes[i].canon == SIMPLE ? "a  b \r\nc\r\n" : "a b\r\nc\r\n";
        check_hash(&hashes[i], canonical, strlen(canonical));
    }
}

static void add_cases(const char *prefix, const Case *cases, size_t n, GTestDataFunc function)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/dkim_canon/%s/%s/%s", prefix,
                                                dkim_canon_word(cases[i].canon), cases[i].name);
        g_test_add_data_func(path, &cases[i], function);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases("body", body_cases, G_N_ELEMENTS(body_cases), test_body);
    add_cases("field", field_cases, G_N_ELEMENTS(field_cases), test_field);
    g_test_add_func("/dkim_canon/body/random_bodies_agree_with_a_plain_reading",
                    test_random_bodies_agree_with_a_plain_reading);
    g_test_add_func("/dkim_canon/body/a_space_at_the_end_of_the_buffer_can_go",
                    test_a_space_at_the_end_of_the_buffer_can_go);
    g_test_add_func("/dkim_canon/signature_field_is_without_its_signature",
                    test_signature_field_is_without_its_signature);
    g_test_add_func("/dkim_body_hash/hashes_of_any_length", test_body_hashes_of_any_length);
    return g_test_run();
}
