/* SPDX-License-Identifier: MIT */
#include "indexer/claims.h"

#include <glib.h>

#include "schema/record_codec.h"

typedef struct {
    const char *name;
    const char *header;
    const char *claims; /* "field|authserv-id|method=result|reason|properties", one a line */
} Case;

#define SPF "received-spf|"
#define AR  "authentication-results|"

static const Case cases[] = {
    {"no_field", "From: a\r\n", ""},
    {"fields_from_top_to_bottom",
     "Received-SPF: pass\r\nX: dkim=pass\r\nAUTHENTICATION-RESULTS: a; dkim=fail\r\n"
     "Received-SPF: none\r\n",
     SPF "|spf=pass||\n" AR "a|dkim=fail||\n" SPF "|spf=none||\n"},
    {"rfc7208_9_1",
     "Received-SPF: pass (mybox.example.org: domain of\r\n myname@example.com designates "
     "192.0.2.1 as permitted sender)\r\n receiver=mybox.example.org; client-ip=192.0.2.1;\r\n"
     " envelope-from=\"myname@example.com\"; helo=foo.example.com;\r\n",
     SPF
     "mybox.example.org|spf=pass|mybox.example.org: domain of myname@example.com designates "
     "192.0.2.1 as permitted sender|client-ip=192.0.2.1; envelope-from=myname@example.com; "
     "helo=foo.example.com\n"},
    {"received_spf_parted_by_white_space",
     "Received-SPF: Fail (x) client-ip=192.0.2.1 helo=h\r\n  identity=mailfrom;\r\n",
     SPF "|spf=fail|x|client-ip=192.0.2.1; helo=h; identity=mailfrom\n"},
    {"received_spf_with_other_words",
     "Received-SPF: softfail some words (why) ;; client-ip = 192.0.2.1\r\n",
     SPF "|spf=softfail|why|client-ip=192.0.2.1\n"},
    {"received_spf_without_a_result",
     "Received-SPF: perhaps\r\nReceived-SPF: pass.\r\nReceived-SPF:\r\n", ""},
    {"text_is_one_line_of_utf8",
     "Authentication-Results: a\xFF; dkim=pass (b\r\n\t \x01 c\xC3\xA9) header.d=\"x\r\n "
     "y\"\r\n",
     AR "a\xEF\xBF\xBD|dkim=pass|b c\xC3\xA9|header.d=x y\n"},
    {"arc_is_another_field", "ARC-Authentication-Results: i=1; a; dkim=pass\r\n", ""},
};

static MailRecord record;

static void read_header(Slice text)
{
    g_autofree char *copy = g_memdup2(text.ptr, text.len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(copy, text.len));
    mail_record_clear(&record);
    claims_read(&message, &record);
    raw_message_clear(&message);
}

static void append_slice(GString *out, Slice text, const char *behind)
{
    g_string_append_len(out, text.ptr, (gssize)text.len);
    g_string_append(out, behind);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(GString) found = g_string_new(NULL);
    read_header(slice_of_string(test->header));
    for (guint i = 0; i < record.claims->len; i++) {
        const RecordClaim *claim = &g_array_index(record.claims, RecordClaim, i);
        g_string_append_printf(found, "%s|", claim_field_word(claim->field));
        append_slice(found, claim->authserv_id, "|");
        append_slice(found, claim->method, "=");
        append_slice(found, claim->result, "|");
        append_slice(found, claim->reason, "|");
        append_slice(found, claim->properties, "\n");
    }
    g_assert_cmpstr(found->str, ==, test->claims);
    g_assert_cmpuint(record.problems, ==, 0);
}

static void test_limits(void)
{
    g_autoptr(GString) many = g_string_new("Authentication-Results: a");
    for (int i = 0; i < 2 * CLAIMS_MAX; i++) {
        g_string_append(many, "; dkim=pass");
    }
    g_string_append(many, "\r\n");
    read_header(slice_of(many->str, many->len));
    g_assert_cmpuint(record.claims->len, ==, CLAIMS_MAX);
    g_assert_true(problem_set_has(record.problems, PROBLEM_TOO_MANY_CLAIMS));

    g_string_truncate(many, 0);
    for (int i = 0; i < 2 * CLAIM_FIELDS_MAX; i++) {
        g_string_append(many, "Received-SPF: pass\r\n");
    }
    read_header(slice_of(many->str, many->len));
    g_assert_cmpuint(record.claims->len, ==, CLAIM_FIELDS_MAX);
    g_assert_true(problem_set_has(record.problems, PROBLEM_TOO_MANY_CLAIMS));

    g_string_assign(many, "Authentication-Results: a; dkim=pass (");
    while (many->len < 2 * CLAIM_FIELD_BYTES_MAX) {
        g_string_append(many, "\xC3\xA9");
    }
    g_string_append(many, "); spf=pass\r\n");
    read_header(slice_of(many->str, many->len));
    g_assert_cmpuint(record.claims->len, ==, 1);
    g_assert_true(problem_set_has(record.problems, PROBLEM_HEADER_TOO_LARGE));
    const RecordClaim *claim = &g_array_index(record.claims, RecordClaim, 0);
    g_assert_cmpuint(claim->reason.len, <=, CLAIM_TEXT_MAX);
    g_assert_true(record_text_is_valid(claim->reason));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mail_record_init(&record);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/claims/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/claims/limits_are_reported", test_limits);
    const int status = g_test_run();
    mail_record_destroy(&record);
    return status;
}
