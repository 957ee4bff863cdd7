/* SPDX-License-Identifier: MIT */
#include "indexer/mime.h"

typedef struct {
    MimeParser *parser;
    RawMessage message;
    MailRecord record;
    char *bytes;
} Fixture;

static void fixture_init(Fixture *fixture)
{
    *fixture = (Fixture){.parser = mime_parser_new()};
    mail_record_init(&fixture->record);
}

static void fixture_clear(Fixture *fixture)
{
    mail_record_destroy(&fixture->record);
    raw_message_clear(&fixture->message);
    mime_parser_free(fixture->parser);
    g_free(fixture->bytes);
}

/* Reads a copy of `text` of exactly its size. */
static const MailRecord *read_bytes(Fixture *fixture, const char *text, size_t length)
{
    g_free(fixture->bytes);
    fixture->bytes = g_memdup2(text, length);
    mail_record_clear(&fixture->record);
    raw_message_parse(&fixture->message, slice_of(fixture->bytes, length));
    mime_parser_read(fixture->parser, &fixture->message, SLICE_EMPTY, &fixture->record);
    return &fixture->record;
}

static void append_slice(GString *out, Slice text)
{
    g_string_append_len(out, text.len == 0 ? "" : text.ptr, (gssize)text.len);
}

/* "part name declared sniffed size inline" of each attachment, one a line. */
static char *attachments_text(const MailRecord *record)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < record->attachments->len; i++) {
        const RecordAttachment *entry =
            &g_array_index(record->attachments, RecordAttachment, i);
        append_slice(out, entry->part);
        g_string_append_c(out, ' ');
        append_slice(out, entry->name);
        g_string_append_c(out, '|');
        append_slice(out, entry->declared_type);
        g_string_append_c(out, '|');
        append_slice(out, entry->sniffed_type);
        g_string_append_printf(out, " %u%s\n", (unsigned)entry->size,
                               entry->is_inline ? " inline" : "");
    }
    return g_string_free(out, false);
}

typedef struct {
    const char *name;
    const char *message;
    const char *body;
    const char *attachments;
    const char *attachment_text;
    ProblemSet problems; /* beside those of a header without Date and so on */
} Case;

#define HEADER    "From: a@b\nDate: 1 Apr 2016 00:00:00 +0200\nMessage-ID: <x@y>\n"
#define MIXED     HEADER "Content-Type: multipart/mixed; boundary=\"b\"\n\n"
#define PDF       "Content-Type: application/pdf"
#define PDF_BYTES "\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n"

static const Case cases[] = {
    {"plain", HEADER "\nHello\n", "Hello\n", "", "", 0},
    {"text_without_a_subtype", HEADER "Content-Type: text; charset=iso-8859-1\n\ncaf\351\n",
     "caf\303\251\n", "", "", PROBLEM_BIT(BAD_MIME)},
    {"text_with_an_empty_subtype", HEADER "Content-Type: TEXT/\n\nHi\n", "Hi\n", "", "",
     PROBLEM_BIT(BAD_MIME)},
    {"what_is_no_type_is_plain_text", HEADER "Content-Type: <html>\n\nHi\n", "Hi\n", "", "",
     PROBLEM_BIT(BAD_MIME)},
    {"an_empty_type_is_plain_text", HEADER "Content-Type:\n\nHi\n", "Hi\n", "", "",
     PROBLEM_BIT(BAD_MIME)},
    {"multipart_without_a_subtype",
     HEADER "Content-Type: multipart; boundary=b\n\n--b\n\nHi\n--b--\n", "Hi\n", "", "",
     PROBLEM_BIT(BAD_MIME)},
    {"another_type_without_a_subtype", HEADER "Content-Type: pdf; name=x.pdf\n\n%PDF-1.4\n", "",
     "1 x.pdf|application/octet-stream|application/pdf 9\n", "", PROBLEM_BIT(BAD_MIME)},
    {"no_body", HEADER "\n", "", "", "", 0},
    {"latin1", HEADER "Content-Type: text/plain; charset=iso-8859-1\n\ncaf\351\n",
     "caf\303\251\n", "", "", 0},
    {"undeclared_8_bit", HEADER "\ncaf\351\n", "caf\303\251\n", "", "",
     PROBLEM_BIT(CHARSET_GUESSED)},
    {"utf8_with_damage",
     HEADER "Content-Type: text/plain; charset=utf-8\n\n\303\251\303\251 \351\n",
     "\303\251\303\251 \357\277\275\n", "", "", PROBLEM_BIT(BAD_CHARSET)},
    {"quoted_printable_crlf",
     HEADER "Content-Transfer-Encoding: quoted-printable\n"
            "Content-Type: text/plain; charset=utf-8\n\ncaf=C3=A9 au=\r\n lait\r\nx\r\n",
     "caf\303\251 au lait\nx\n", "", "", 0},
    {"base64_text_goes_on_after_padding",
     HEADER "Content-Transfer-Encoding: base64\n\nSGVsbG8=\nIHdvcmxk\n", "Hello world\n", "",
     "", 0},
    {"html", HEADER "Content-Type: text/html\n\n<p>One<p>T&eacute;", "One\nT\303\251\n", "", "",
     0},
    {"flowed",
     HEADER "Content-Type: text/plain; format=flowed\n\none \ntwo\n> q \n> r\n-- \nsig\n",
     "one two\n> q r\n-- \nsig\n", "", "", 0},
    {"flowed_delsp", HEADER "Content-Type: text/plain; format=Flowed; delsp=Yes\n\non \ne\n",
     "one\n", "", "", 0},
    {"attachment", MIXED "--b\n\nHi\n--b\n" PDF "; name=x.pdf" PDF_BYTES "--b--\n", "Hi\n",
     "2 x.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"filename_counts_before_name",
     MIXED "--b\n" PDF
           "; name=x.pdf\nContent-Disposition: attachment; filename=\"y z.pdf\"" PDF_BYTES
           "--b--\n",
     "", "1 y z.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"rfc_2231_name",
     MIXED "--b\n" PDF
           "\nContent-Disposition: attachment; filename*=utf-8''caf%C3%A9.pdf" PDF_BYTES
           "--b--\n",
     "", "1 caf\303\251.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"rfc_2231_name_in_pieces",
     MIXED "--b\n" PDF "\nContent-Disposition: attachment;\n filename*0*=iso-8859-1''caf%E9;\n"
           " filename*1=\" au\";\n filename*2=\" lait.pdf\"" PDF_BYTES "--b--\n",
     "", "1 caf\303\251 au lait.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"rfc_2231_with_a_charset_that_is_refused",
     MIXED "--b\n" PDF
           "\nContent-Disposition: attachment; filename*=ISO-2022-CN-EXT''a%20b" PDF_BYTES
           "--b--\n",
     "", "1 a b|application/pdf|application/pdf 9\n", "", PROBLEM_BIT(BAD_CHARSET)},
    {"encoded_word_in_quotes_as_name",
     MIXED "--b\n" PDF "; name=\"=?iso-8859-1?Q?caf=E9.pdf?=\"" PDF_BYTES "--b--\n", "",
     "1 caf\303\251.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"encoded_words_with_padding_as_name",
     MIXED "--b\n" PDF ";\n name=\"=?UTF-8?B?SGVsbG8=?=\n =?UTF-8?B?IHdvcmxk?=\"" PDF_BYTES
           "--b--\n",
     "", "1 Hello world|application/pdf|application/pdf 9\n", "", 0},
    {"encoded_word_without_quotes_as_name",
     MIXED "--b\n" PDF "; name==?iso-8859-1?Q?caf=E9.pdf?=" PDF_BYTES "--b--\n", "",
     "1 caf\303\251.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"raw_utf8_name", MIXED "--b\n" PDF "; name=\"caf\303\251.pdf\"" PDF_BYTES "--b--\n", "",
     "1 caf\303\251.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"raw_latin1_name", MIXED "--b\n" PDF "; name=\"caf\351.pdf\"" PDF_BYTES "--b--\n", "",
     "1 caf\303\251.pdf|application/pdf|application/pdf 9\n", "", PROBLEM_BIT(RAW_8BIT_HEADER)},
    {"name_with_spaces_without_quotes",
     MIXED "--b\n" PDF "; name=my file.pdf" PDF_BYTES "--b--\n", "",
     "1 my file.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"parameter_name_that_loops_the_serialiser",
     MIXED "--b\n" PDF "; \351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351"
           "\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351\351"
           "=x; name=x.pdf" PDF_BYTES "--b--\n",
     "", "1 x.pdf|application/pdf|application/pdf 9\n", "", 0},
    {"attached_text",
     MIXED "--b\n\nHi\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; "
           "filename=t.csv\n\na;b\n--b--\n",
     "Hi\n", "2 t.csv|text/csv|text/plain 3\n", "a;b\n", 0},
    {"inline_image_of_related_html",
     HEADER "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n"
            "<p>x\n--r\nContent-Type: image/gif\nContent-ID: <i@x>\n\nGIF89a\n--r--\n",
     "x\n", "2 |image/gif|image/gif 6 inline\n", "", 0},
    {"alternative_shows_the_plain_part",
     HEADER "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nHello world\n--b\n"
            "Content-Type: text/html\n\n<b>Hello</b> world\n--b--\n",
     "Hello world\n", "", "", 0},
    {"alternative_adds_html_that_says_more",
     HEADER "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nUse a better mailer\n"
            "--b\nContent-Type: text/html\n\n<p>one two three four five six seven eight nine "
            "ten\n--b--\n",
     "Use a better mailer\none two three four five six seven eight nine ten\n", "", "", 0},
    {"nested_message",
     MIXED "--b\n\nHi\n--b\nContent-Type: message/rfc822\n\nFrom: c@d\nSubject: "
           "=?utf-8?q?In=C3=A9s?=\n\nInner\n--b--\n",
     "Hi\nFrom: c@d\nSubject: In\303\251s\nInner\n", "", "", 0},
    {"nested_message_as_a_file",
     MIXED "--b\nContent-Type: message/rfc822; name=m.eml\n\nFrom: c@d\n\nInner\n--b--\n",
     "From: c@d\nInner\n", "1 m.eml|message/rfc822|message/rfc822 16\n", "", 0},
    {"nested_message_in_base64",
     MIXED "--b\nContent-Type: message/rfc822; name=m.eml\nContent-Transfer-Encoding: "
           "base64\n\nRnJvbTogY0BkCgpJbm5lcgo=\n--b--\n",
     "From: c@d\nInner\n", "1 m.eml|message/rfc822|message/rfc822 17\n", "", 0},
    {"nested_message_in_base64_numbers_its_parts",
     MIXED "--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
           "Q29udGVudC1UeXBlOiBpbWFnZS9naWYKCkdJRjg5YQ==\n--b--\n",
     "", "1.1 |image/gif|image/gif 6\n", "", 0},
    {"named_text_that_is_all_there_is", HEADER "Content-Type: text/plain; name=a.txt\n\nHi\n",
     "Hi\n", "1 a.txt|text/plain|text/plain 3\n", "", 0},
    {"named_inline_text",
     MIXED "--b\nContent-Type: text/plain\nContent-Disposition: inline; filename=p.patch\n\n"
           "+x\n--b--\n",
     "+x\n", "1 p.patch|text/plain|text/plain 2 inline\n", "", 0},
    {"nested_multipart_numbers",
     MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n" PDF PDF_BYTES
           "--c\n" PDF PDF_BYTES "--c--\n--b\nContent-Type: message/rfc822\n\nContent-Type: "
           "multipart/mixed; boundary=d\n\n--d\n" PDF PDF_BYTES "--d--\n--b--\n",
     "",
     "1.1 |application/pdf|application/pdf 9\n1.2 |application/pdf|application/pdf 9\n"
     "2.1 |application/pdf|application/pdf 9\n",
     "", 0},
    {"digest",
     HEADER "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: One\n\n1\n--b\n\n"
            "Subject: Two\n\n2\n--b--\n",
     "Subject: One\n1\nSubject: Two\n2\n", "", "", 0},
    {"uuencoded_file_in_text", HEADER "\nSee:\nbegin 644 hello.txt\n%2&5L;&\\\n`\nend\nBye\n",
     "See:\nBye\n", "1 hello.txt||text/plain 5\n", "", 0},
    {"word_begin_in_text_is_text", HEADER "\nbegin 644 now\nplain words follow here\n",
     "begin 644 now\nplain words follow here\n", "", "", 0},
    {"encrypted",
     HEADER "Content-Type: multipart/encrypted; boundary=b; protocol=x\n\n--b\nContent-Type: "
            "application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: "
            "application/octet-stream\n\nx\n--b--\n",
     "",
     "1 |application/pgp-encrypted|text/plain 10\n2 |application/octet-stream|text/plain 1\n",
     "", PROBLEM_BIT(ENCRYPTED)},
    {"closing_boundary_is_missing", MIXED "--b\n\nHi\n", "Hi\n", "", "",
     PROBLEM_BIT(TRUNCATED_MULTIPART)},
    {"boundary_never_comes", MIXED "Hello\n", "Hello\n", "", "", PROBLEM_BIT(NO_BOUNDARY)},
    {"boundary_is_not_declared",
     HEADER "Content-Type: multipart/mixed\n\n--zzz\n\nHello\n--zzz--\n", "Hello\n", "", "",
     PROBLEM_BIT(NO_BOUNDARY)},
    {"boundary_with_a_backslash",
     HEADER "Content-Type: multipart/mixed; boundary=\"_Next_\\7\"\n\n--_Next_\\7\n\nHello\n"
            "--_Next_\\7--\n",
     "Hello\n", "", "", PROBLEM_BIT(NO_BOUNDARY)},
    {"empty_disposition_is_none", HEADER "Content-Disposition: \n\nHi\n", "Hi\n", "", "", 0},
    {"uuencode_as_transfer_encoding",
     MIXED "--b\nContent-Type: text/x-a; name=h\nContent-Transfer-Encoding: x-uuencode\n\n"
           "begin 644 h\n%2&5L;&\\\n`\nend\n--b--\n",
     "", "1 h|text/x-a|text/plain 5\n", "Hello\n", 0},
    {"boundary_with_spaces_after_it", MIXED "--b  \r\n\r\nHi\r\n--b-- \r\n", "Hi\n", "", "", 0},
    {"boundary_that_begins_like_another",
     MIXED "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nOne\n--bb--\n--b\n\n"
           "Two\n--b--\n",
     "One\nTwo\n", "", "", 0},
    {"outer_boundary_ends_the_inner_multipart",
     MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nOne\n--b\n\nTwo\n--b--\n",
     "One\nTwo\n", "", "", PROBLEM_BIT(TRUNCATED_MULTIPART)},
    {"unknown_transfer_encoding", HEADER "Content-Transfer-Encoding: rot13\n\nHi\n", "Hi\n", "",
     "", PROBLEM_BIT(BAD_TRANSFER_ENCODING)},
    {"nul_bytes_become_spaces", HEADER "\na\\0b\n", "a b\n", "", "", PROBLEM_BIT(NUL_BYTE)},
};

/* "\0" in a case stands for a NUL byte. */
static char *with_nuls(const char *text, size_t *ret_length)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p++) {
        if (p[0] == '\\' && p[1] == '0') {
            g_string_append_len(out, "\0", 1);
            p++;
        } else {
            g_string_append_c(out, *p);
        }
    }
    *ret_length = out->len;
    return g_string_free(out, false);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    Fixture fixture;
    fixture_init(&fixture);
    size_t length = 0;
    g_autofree char *bytes = with_nuls(test->message, &length);
    const MailRecord *record = read_bytes(&fixture, bytes, length);
    g_autofree char *body = slice_dup(record->body);
    g_autofree char *attached = slice_dup(record->attachment_text);
    g_autofree char *attachments = attachments_text(record);
    g_assert_cmpstr(body, ==, test->body);
    g_assert_cmpstr(attachments, ==, test->attachments);
    g_assert_cmpstr(attached, ==, test->attachment_text);
    const ProblemSet ignored = PROBLEM_BIT(MIXED_LINE_ENDS);
    g_assert_cmphex(record->problems & ~ignored, ==, test->problems);
    fixture_clear(&fixture);
}

static void test_hash(void)
{
    static const uint8_t sha256[SHA256_BYTES] = {
        0x18, 0x5f, 0x8d, 0xb3, 0x22, 0x71, 0xfe, 0x25, 0xf5, 0x61, 0xa6,
        0xfc, 0x93, 0x8b, 0x2e, 0x26, 0x43, 0x06, 0xec, 0x30, 0x4e, 0xda,
        0x51, 0x80, 0x07, 0xd1, 0x76, 0x48, 0x26, 0x38, 0x19, 0x69};
    Fixture fixture;
    fixture_init(&fixture);
    static const char message[] =
        HEADER "Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n"
               "SGVs\nbG8=\n";
    const MailRecord *record = read_bytes(&fixture, message, sizeof message - 1);
    g_assert_cmpuint(record->attachments->len, ==, 1);
    const RecordAttachment *entry = &g_array_index(record->attachments, RecordAttachment, 0);
    g_assert_cmpmem(entry->sha256, SHA256_BYTES, sha256, SHA256_BYTES);
    fixture_clear(&fixture);
}

static void test_date_sources(void)
{
    static const struct {
        const char *header;
        const char *envelope;
        DateSource source;
        int64_t date;
        ProblemSet problem;
    } dates[] = {
        {"Date: Thu, 01 Jan 2015 00:00:00 +0000\nReceived: x; Fri, 02 Jan 2015 00:00:00 "
         "+0000\n",
         "", DATE_SOURCE_DATE, 1420070400, 0},
        {"Received: a; Sat, 03 Jan 2015 00:00:00 +0000\nReceived: b; Fri, 02 Jan 2015 00:00:00 "
         "+0000\n",
         "From a@b Sun Jan 04 00:00:00 2015", DATE_SOURCE_RECEIVED, 1420156800,
         PROBLEM_BIT(NO_DATE)},
        {"Date: soon\n", "From a@b Sun Jan 04 00:00:00 2015", DATE_SOURCE_ENVELOPE, 1420329600,
         PROBLEM_BIT(BAD_DATE)},
        {"Date: Thu, 01 Jan 1970 00:00:00 +0000\n", "", DATE_SOURCE_NONE, 0,
         PROBLEM_BIT(BAD_DATE)},
    };
    Fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(dates); i++) {
        mail_record_clear(&fixture.record);
        raw_message_parse(&fixture.message, slice_of_string(dates[i].header));
        mime_parser_read(fixture.parser, &fixture.message, slice_of_string(dates[i].envelope),
                         &fixture.record);
        g_assert_cmpint(fixture.record.date_source, ==, dates[i].source);
        g_assert_cmpint(fixture.record.date, ==, dates[i].date);
        g_assert_cmphex(fixture.record.problems & dates[i].problem, ==, dates[i].problem);
    }
    fixture_clear(&fixture);
}

static void test_header_fields(void)
{
    static const char message[] =
        "From: A <a@b>\nFrom: c@d\nSender: s@t\nTo: x@y\nTo: z@y\nCc: g: h@i;\nBcc: j@k\n"
        "Reply-To: r@s\nSubject: =?utf-8?q?=C3=A9?=\nMessage-Id: <1@x>\n"
        "In-Reply-To: Your message of Monday <0@x>\nReferences: <a@x>\n <b@x> junk <c d@x>\n\n";
    Fixture fixture;
    fixture_init(&fixture);
    const MailRecord *record = read_bytes(&fixture, message, sizeof message - 1);
    g_assert_cmpuint(record->addresses->len, ==, 8);
    g_assert_true(slice_equal(record->subject, SLICE_LITERAL("\303\251")));
    g_assert_true(slice_equal(record->message_id, SLICE_LITERAL("1@x")));
    g_assert_true(slice_equal(record->in_reply_to, SLICE_LITERAL("0@x")));
    g_assert_true(slice_equal(record->references, SLICE_LITERAL("a@x b@x cd@x")));
    g_assert_cmphex(record->problems, ==,
                    PROBLEM_BIT(MULTIPLE_FROM) | PROBLEM_BIT(DUPLICATE_HEADER) |
                        PROBLEM_BIT(NO_DATE));
    fixture_clear(&fixture);
}

static void check_in_reply_to(const char *message, const char *expected)
{
    Fixture fixture;
    fixture_init(&fixture);
    const MailRecord *record = read_bytes(&fixture, message, strlen(message));
    g_assert_true(slice_equal(record->in_reply_to, slice_of_string(expected)));
    fixture_clear(&fixture);
}

static void test_addresses_replied_to(void)
{
    check_in_reply_to("In-Reply-To: Message from Ann <ANN@x> of Monday <1@x>\nTo: ann@x\n\n",
                      "1@x");
    check_in_reply_to("To: ann@x\nIn-Reply-To: <ann@x>\n\n", "");
    check_in_reply_to("To: ann@x\nIn-Reply-To: <ann@x>\nReferences: <0@x> <ann@x>\n\n",
                      "ann@x");
}

/* A signature covers the lowest instance: that one is shown, not what was put above it. */
static void test_last_instance_counts(void)
{
    static const char message[] =
        "Content-Type: text/html\nSubject: added\nDate: Mon, 2 Jan 2017 10:00:00 "
        "+0000\nMessage-ID: <added@x>\n"
        "From: a@b\nSubject: signed\nDate: Sun, 1 Jan 2017 10:00:00 +0000\n"
        "Message-ID: <signed@x>\nContent-Type: text/plain\n\n<b>as text</b>\n";
    Fixture fixture;
    fixture_init(&fixture);
    const MailRecord *record = read_bytes(&fixture, message, sizeof message - 1);
    g_assert_true(slice_equal(record->subject, SLICE_LITERAL("signed")));
    g_assert_true(slice_equal(record->message_id, SLICE_LITERAL("signed@x")));
    g_assert_cmpint(record->date, ==, 1483264800);
    g_assert_true(slice_equal(record->body, SLICE_LITERAL("<b>as text</b>\n")));
    g_assert_cmphex(record->problems, ==, PROBLEM_BIT(DUPLICATE_HEADER));
    fixture_clear(&fixture);
}

static GString *repeat(const char *begin, const char *piece, size_t n)
{
    GString *text = g_string_new(begin);
    for (size_t i = 0; i < n; i++) {
        g_string_append(text, piece);
    }
    return text;
}

/* What kills or stalls GMime 3.2.13 as a whole parser: each must end at once, with its word. */
static void test_ruinous(void)
{
    static const struct {
        const char *begin;
        const char *piece;
        size_t n;
        Problem problem;
    } inputs[] = {
        {"To: ", "g:", 60000, PROBLEM_ADDRESS_NESTING},
        {HEADER "Content-Type: message/rfc822\n\nTo: ", "g:", 60000, PROBLEM_NO_BODY_SEPARATOR},
        {MIXED, "--b\n\n", 1000000, PROBLEM_TOO_MANY_PARTS},
        {HEADER "Content-Type: message/rfc822\n\n", "Content-Type: message/rfc822\n\n", 100000,
         PROBLEM_MIME_TOO_DEEP},
        {"", "X: y\n", 1000000, PROBLEM_TOO_MANY_HEADERS},
        {"From: ", "a ", 5000000, PROBLEM_HEADER_TOO_LARGE},
        {"Subject: ", "a ", 5000000, PROBLEM_HEADER_TOO_LARGE},
        {"References: ", "<a@b> ", 1000000, PROBLEM_HEADER_TOO_LARGE},
        {"", "Received: x; ", 1000000, PROBLEM_NO_FROM},
        {"Content-Type: text/plain", "; a*1*=x", 500000, PROBLEM_HEADER_TOO_LARGE},
        {"Content-Type: text/plain", "; a=b", 500000, PROBLEM_HEADER_TOO_LARGE},
        {HEADER "\n", "begin 644 x\n!0\n", 200000, PROBLEM_TOO_MANY_PARTS},
        {HEADER "\n", "\xFF\xFE", 1000000, PROBLEM_CHARSET_GUESSED},
    };
    Fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
        g_autoptr(GString) text = repeat(inputs[i].begin, inputs[i].piece, inputs[i].n);
        const gint64 begin = g_get_monotonic_time();
        const MailRecord *record = read_bytes(&fixture, text->str, text->len);
        g_test_message("%zu: %d ms", i, (int)((g_get_monotonic_time() - begin) / 1000));
        if (inputs[i].problem != PROBLEM_NO_BODY_SEPARATOR) {
            g_assert_true(problem_set_has(record->problems, inputs[i].problem));
        }
    }
    fixture_clear(&fixture);
}

/* GMime's cost is levels times lines. */
static void test_nested_boundaries(void)
{
    g_autoptr(GString) text =
        g_string_new(HEADER "Content-Type: multipart/mixed; boundary=b0\n");
    for (int i = 0; i < 1000; i++) {
        g_string_append_printf(text, "\n--b%d\nContent-Type: multipart/mixed; boundary=b%d\n",
                               i, i + 1);
    }
    g_string_append(text, "\n--b1000\n\n");
    for (int i = 0; i < 800000; i++) {
        g_string_append(text, "--z\n");
    }
    Fixture fixture;
    fixture_init(&fixture);
    const MailRecord *record = read_bytes(&fixture, text->str, text->len);
    g_assert_true(problem_set_has(record->problems, PROBLEM_MIME_TOO_DEEP));
    fixture_clear(&fixture);
}

static void test_text_limit(void)
{
    g_autoptr(GString) text = repeat(HEADER "\n", "\303\251 0123456789", 1000000);
    Fixture fixture;
    fixture_init(&fixture);
    const MailRecord *record = read_bytes(&fixture, text->str, text->len);
    g_assert_true(problem_set_has(record->problems, PROBLEM_TEXT_TOO_LARGE));
    g_assert_cmpuint(record->body.len, <=, 9000000);
    g_assert_true(g_utf8_validate_len(record->body.ptr, record->body.len, NULL));
    fixture_clear(&fixture);
}

static void test_strange_bytes(void)
{
    static const Slice inputs[] = {
        {"", 0},
        {"\0\0\0\0", 4},
        {"\xFF\xFE", 2},
        {"\n\n\n", 3},
        {"From: a", 7},
        {":", 1},
        {"\r", 1},
        {"Content-Type: multipart/mixed", 29},
        {"\xEF\xBB\xBF", 3},
    };
    Fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
        const MailRecord *record = read_bytes(&fixture, inputs[i].ptr, inputs[i].len);
        g_assert_true(problem_set_has(record->problems, PROBLEM_NO_DATE));
    }
    fixture_clear(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/mime/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/mime/attachment_hash_is_of_the_decoded_bytes", test_hash);
    g_test_add_func("/mime/date_falls_back_to_received_and_envelope", test_date_sources);
    g_test_add_func("/mime/header_fields_are_all_read", test_header_fields);
    g_test_add_func("/mime/an_address_is_not_replied_to", test_addresses_replied_to);
    g_test_add_func("/mime/of_several_header_fields_the_last_counts",
                    test_last_instance_counts);
    g_test_add_func("/mime/ruinous_input_ends_at_once", test_ruinous);
    g_test_add_func("/mime/a_thousand_nested_boundaries_end_at_once", test_nested_boundaries);
    g_test_add_func("/mime/text_beyond_the_limit_is_cut_between_characters", test_text_limit);
    g_test_add_func("/mime/strange_bytes_give_a_record", test_strange_bytes);
    return g_test_run();
}
