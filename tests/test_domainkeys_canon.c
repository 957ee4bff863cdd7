/* SPDX-License-Identifier: MIT */
#include "schema/domainkeys_canon.h"

#include <glib.h>

typedef struct {
    const char *name;
    DomainKeysCanon canon;
    const char *in;
    const char *out;
} Case;

#define SIMPLE DOMAINKEYS_CANON_SIMPLE
#define NOFWS  DOMAINKEYS_CANON_NOFWS

static const Case body_cases[] = {
    {"a_body_follows_an_empty_line", SIMPLE, "a\r\n", "\r\na\r\n"},
    {"a_body_follows_an_empty_line", NOFWS, "a\r\n", "\r\na\r\n"},
    {"no_body_is_nothing", SIMPLE, "", ""},
    {"no_body_is_nothing", NOFWS, "", ""},
    {"empty_lines_are_nothing", SIMPLE, "\r\n\n\r\n", ""},
    {"empty_lines_are_nothing", NOFWS, "\r\n\n\r\n", ""},
    {"white_space_is_a_line", SIMPLE, " \r\n", "\r\n \r\n"},
    {"white_space_is_nothing", NOFWS, " \r\n\t\r\n ", ""},
    {"a_bare_cr_is_a_line", SIMPLE, "\r", "\r\n\r\r\n"},
    {"a_bare_cr_is_white_space", NOFWS, "\r", ""},
    {"empty_lines_inside_stay", SIMPLE, "a\r\n\r\nb\r\n", "\r\na\r\n\r\nb\r\n"},
    {"empty_lines_inside_stay", NOFWS, "a\r\n \r\nb\r\n", "\r\na\r\n\r\nb\r\n"},
    {"empty_lines_before_stay", SIMPLE, "\r\na\r\n", "\r\n\r\na\r\n"},
    {"empty_lines_before_stay", NOFWS, " \r\na\r\n", "\r\n\r\na\r\n"},
    {"empty_lines_at_the_end_go", SIMPLE, "a\r\n\r\n\r\n", "\r\na\r\n"},
    {"empty_lines_at_the_end_go", NOFWS, "a\r\n\r\n \t\r\n", "\r\na\r\n"},
    {"white_space_stays", SIMPLE, " a \t b \r\n", "\r\n a \t b \r\n"},
    {"white_space_goes", NOFWS, " a \t b \r\n", "\r\nab\r\n"},
    {"a_bare_cr_inside_stays", SIMPLE, "a\rb\r\n", "\r\na\rb\r\n"},
    {"a_bare_cr_inside_goes", NOFWS, "a\rb\r\r\n", "\r\nab\r\n"},
    {"lf_becomes_crlf", SIMPLE, "a\nb\n", "\r\na\r\nb\r\n"},
    {"lf_becomes_crlf", NOFWS, "a\nb\n", "\r\na\r\nb\r\n"},
    {"a_missing_line_end_is_added", SIMPLE, "a", "\r\na\r\n"},
    {"a_missing_line_end_is_added", NOFWS, "a", "\r\na\r\n"},
};

static const Case field_cases[] = {
    {"a_field_stays", SIMPLE, "Subject:  a  b \r\n", "Subject:  a  b \r\n"},
    {"a_field_loses_white_space", NOFWS, "Subject : a  b \r\n", "Subject:ab\r\n"},
    {"folding_stays", SIMPLE, "To: a,\n\tb\n", "To: a,\r\n\tb\r\n"},
    {"folding_goes", NOFWS, "To: a,\r\n\tb\r\n", "To:a,b\r\n"},
    {"a_missing_line_end_is_added", SIMPLE, "To: a", "To: a\r\n"},
    {"a_missing_line_end_is_added", NOFWS, "To: a", "To:a\r\n"},
    {"case_stays", NOFWS, "SUBJECT: A\r\n", "SUBJECT:A\r\n"},
};

static void append(gpointer user_data, const char *bytes, size_t len)
{
    g_string_append_len(user_data, bytes, (gssize)len);
}

static void run(const Case *test, bool is_body)
{
    DkimCanonWriter writer;
    const size_t len = strlen(test->in);
    g_autofree char *copy = g_memdup2(test->in, MAX(len, 1));
    g_autoptr(GString) out = g_string_new(NULL);
    dkim_canon_writer_init(&writer, append, out);
    if (is_body) {
        domainkeys_canon_body(&writer, test->canon, slice_of(copy, len));
    } else {
        domainkeys_canon_field(&writer, test->canon, slice_of(copy, len));
        dkim_canon_writer_flush(&writer);
    }
    g_assert_cmpstr(out->str, ==, test->out);
}

static void test_body(gconstpointer data)
{
    run(data, true);
}

static void test_field(gconstpointer data)
{
    run(data, false);
}

/* Lines and runs of white space that are longer than the buffers. */
static void test_long_lines(void)
{
    g_autoptr(GString) in = g_string_new(NULL);
    g_autoptr(GString) wanted = g_string_new("\r\n");
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 20000; j++) {
            g_string_append(in, j % 2 == 0 ? "x" : "  ");
            g_string_append(wanted, j % 2 == 0 ? "x" : "");
        }
        g_string_append(in, "\r\n");
        g_string_append(wanted, "\r\n");
    }
    DkimCanonWriter writer;
    g_autoptr(GString) out = g_string_new(NULL);
    dkim_canon_writer_init(&writer, append, out);
    domainkeys_canon_body(&writer, NOFWS, slice_of(in->str, in->len));
    g_assert_cmpstr(out->str, ==, wanted->str);
    g_string_append_len(in, "\r\n", 2);
    g_string_truncate(out, 0);
    domainkeys_canon_body(&writer, SIMPLE, slice_of(in->str, in->len));
    g_assert_cmpuint(out->len, ==, in->len);
}

static void add_cases(const Case *cases, size_t n_cases, const char *folder,
                      GTestDataFunc function)
{
    for (size_t i = 0; i < n_cases; i++) {
        g_autofree char *path =
            g_strdup_printf("/domainkeys_canon/%s/%s/%s", folder,
                            domainkeys_canon_word(cases[i].canon), cases[i].name);
        g_test_add_data_func(path, &cases[i], function);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases(body_cases, G_N_ELEMENTS(body_cases), "body", test_body);
    add_cases(field_cases, G_N_ELEMENTS(field_cases), "field", test_field);
    g_test_add_func("/domainkeys_canon/long_lines_are_written_in_pieces", test_long_lines);
    return g_test_run();
}
