/* SPDX-License-Identifier: MIT */
#include "indexer/dns_txt.h"

typedef struct {
    const char *name;
    const char *rdata;
    size_t len;
    DnsTxtStatus status;
    const char *text;
} TxtCase;

#define CASE(title, bytes, result, expected)                                                   \
    {                                                                                          \
        (title), (bytes), sizeof(bytes) - 1, (result), (expected)                              \
    }

static const TxtCase cases[] = {
    CASE("one_string", "\x03p=x", DNS_TXT_OK, "p=x"),
    CASE("strings_are_joined_without_a_space",
         "\x02p=\x03"
         "abc\x01"
         "d",
         DNS_TXT_OK, "p=abcd"),
    CASE("an_empty_string_is_text", "\x00", DNS_TXT_OK, ""),
    CASE("empty_strings_between_others",
         "\x00\x01"
         "a\x00\x01"
         "b",
         DNS_TXT_OK, "ab"),
    CASE("a_character_over_two_strings", "\x01\xc3\x01\xa9", DNS_TXT_OK, "é"),
    CASE("bytes_that_are_no_text",
         "\x04"
         "a\xff\x00"
         "b",
         DNS_TXT_OK, "a\xef\xbf\xbd b"),
    CASE("no_string_is_broken", "", DNS_TXT_BROKEN, ""),
    CASE("a_string_beyond_the_end_is_broken",
         "\x02"
         "a",
         DNS_TXT_BROKEN, ""),
    CASE("a_last_string_without_bytes_is_broken",
         "\x01"
         "a\x05",
         DNS_TXT_BROKEN, ""),
};

/* On the heap in its exact size, so that the sanitizers see an over-read. */
static DnsTxtStatus read_copy(const char *rdata, size_t len, GString *text)
{
    g_autofree char *copy = g_memdup2(rdata, len);
    return dns_txt_read(slice_of(copy, len), text);
}

static void test_case(gconstpointer data)
{
    const TxtCase *test = data;
    g_autoptr(GString) text = g_string_new("before ");
    g_assert_cmpint(read_copy(test->rdata, test->len, text), ==, test->status);
    g_autofree char *expected = g_strconcat("before ", test->text, NULL);
    g_assert_cmpstr(text->str, ==, expected);
    g_assert_cmpuint(text->len, ==, strlen(expected));
}

/* `n_bytes` of text in strings of 255. Returns: (transfer full). */
static GByteArray *rdata_of(size_t n_bytes)
{
    GByteArray *rdata = g_byte_array_new();
    while (n_bytes > 0) {
        guint8 string[256] = {0};
        string[0] = (guint8)MIN(n_bytes, (size_t)255);
        memset(string + 1, 'x', string[0]);
        g_byte_array_append(rdata, string, string[0] + 1u);
        n_bytes -= string[0];
    }
    return rdata;
}

static void test_size_has_a_limit(void)
{
    static const struct {
        size_t n_bytes;
        DnsTxtStatus status;
    } sizes[] = {
        {DNS_TXT_BYTES_MAX, DNS_TXT_OK},
        {DNS_TXT_BYTES_MAX + 1, DNS_TXT_TOO_LONG},
        {65000, DNS_TXT_TOO_LONG},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GByteArray) rdata = rdata_of(sizes[i].n_bytes);
        g_autoptr(GString) text = g_string_new(NULL);
        g_assert_cmpint(read_copy((const char *)rdata->data, rdata->len, text), ==,
                        sizes[i].status);
        g_assert_cmpuint(text->len, ==, sizes[i].status == DNS_TXT_OK ? sizes[i].n_bytes : 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/dns_txt/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/dns_txt/size_has_a_limit", test_size_has_a_limit);
    return g_test_run();
}
