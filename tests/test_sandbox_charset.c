/* SPDX-License-Identifier: MIT
 *
 * Charsets in a confined process: iconv and GMime can load no converter any more, and read mail
 * as they do outside. */
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/mail_processor.h"
#include "schema/sandbox.h"

/* As mails spell them; the last ones are on no list, or exist nowhere. */
static const char *const charsets[] = {
    "us-ascii",     "utf-8",         "iso-8859-1",
    "ISO-8859-2",   "iso-8859-3",    "iso-8859-4",
    "iso-8859-5",   "iso-8859-6",    "iso-8859-7",
    "iso-8859-8",   "iso-8859-8-i",  "iso-8859-9",
    "iso-8859-10",  "iso-8859-11",   "iso-8859-13",
    "iso-8859-14",  "iso-8859-15",   "iso-8859-16",
    "windows-1250", "windows-1251",  "windows-1252",
    "windows-1253", "windows-1254",  "windows-1255",
    "windows-1256", "windows-1257",  "windows-1258",
    "windows-874",  "cp437",         "cp850",
    "cp852",        "cp866",         "ibm850",
    "koi8-r",       "koi8-u",        "macintosh",
    "gb2312",       "gbk",           "gb18030",
    "cp936",        "cn-gb",         "big5",
    "big5-hkscs",   "cp950",         "cn-big5",
    "euc-jp",       "shift_jis",     "sjis",
    "cp932",        "windows-31j",   "csshiftjis",
    "ms_kanji",     "euc-kr",        "ks_c_5601-1987",
    "uhc",          "cp949",         "iso-2022-jp",
    "csiso2022jp",  "iso-2022-jp-2", "iso-2022-kr",
    "tis-620",      "latin1",        "latin9",
    "utf-7",        "utf-16",        "utf-16le",
    "utf-16be",     "utf-32",        "ucs-2",
    "x-sjis",       "IBM1390",       "iso-2022-cn-ext",
    "hz-gb-2312",   "x-unknown",
};

/* Text, an encoded-word and an RFC 2231 file name in that charset. */
static char *mail_in(const char *charset)
{
    return g_strdup_printf("Subject: =?%s?Q?=C4=E3=BA=C3_=1B$B$3=1B(B?=\n"
                           "Content-Type: text/plain; charset=%s; name*=%s''a%%C4%%E3b\n"
                           "Content-Disposition: inline; filename*=%s''x%%A4%%A2%%B1z.txt\n"
                           "\n\xC4\xE3\xBA\xC3 \xA4\xA2 word\n",
                           charset, charset, charset, charset);
}

static void append(GString *out, Slice text)
{
    g_autofree char *copy = slice_dup(text);
    g_autofree char *line = g_strescape(copy, NULL);
    g_string_append_printf(out, "%s|", line);
}

/* What becomes of one mail in each charset. */
static GString *read_all(MailProcessor *processor)
{
    GString *out = g_string_new(NULL);
    MailRecord record;
    mail_record_init(&record);
    for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++) {
        g_autofree char *mail = mail_in(charsets[i]);
        mail_record_clear(&record);
        mail_processor_run(processor, slice_of_string(mail), SLICE_EMPTY, CARE_FULL, &record);
        g_string_append_printf(out, "%s|", charsets[i]);
        append(out, record.subject);
        append(out, record.body);
        append(out, record.attachment_text);
        for (guint j = 0; j < record.attachments->len; j++) {
            append(out, g_array_index(record.attachments, RecordAttachment, j).name);
        }
        g_string_append_printf(out, "%" G_GINT64_MODIFIER "x\n", record.problems);
    }
    mail_record_destroy(&record);
    return out;
}

static G_GNUC_NORETURN void read_confined(int out_fd)
{
    const SandboxSupport support = sandbox_support();
    g_autoptr(MailProcessor) processor = mail_processor_new(NULL);
    if (!sandbox_enter(SANDBOX_NURSERY, &support, NULL) ||
        !sandbox_enter(SANDBOX_WORKER, &support, NULL)) {
        _exit(1);
    }
    g_autoptr(GString) out = read_all(processor);
    _exit(write(out_fd, out->str, out->len) == (ssize_t)out->len ? 0 : 2);
}

static GString *read_pipe(int fd)
{
    GString *text = g_string_new(NULL);
    char block[4096];
    for (ssize_t n_read; (n_read = read(fd, block, sizeof(block))) > 0;) {
        g_string_append_len(text, block, n_read);
    }
    return text;
}

static void test_confined_mail_reads_as_outside(void)
{
    const SandboxSupport support = sandbox_support();
    if (!sandbox_is_whole(&support)) {
        g_test_skip("no whole sandbox here");
        return;
    }
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    const pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        read_confined(ends[1]);
    }
    close(ends[1]);
    g_autoptr(GString) confined = read_pipe(ends[0]);
    close(ends[0]);
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    g_autoptr(MailProcessor) processor = mail_processor_new(NULL);
    g_autoptr(GString) outside = read_all(processor);
    g_auto(GStrv) confined_lines = g_strsplit(confined->str, "\n", -1);
    g_auto(GStrv) outside_lines = g_strsplit(outside->str, "\n", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++) {
        g_test_message("%s", outside_lines[i]);
        g_assert_cmpstr(confined_lines[i], ==, outside_lines[i]);
    }
}

static void test_a_charset_on_no_list_is_a_problem(void)
{
    g_autoptr(MailProcessor) processor = mail_processor_new(NULL);
    g_autofree char *mail = mail_in("IBM1390");
    MailRecord record;
    mail_record_init(&record);
    mail_processor_run(processor, slice_of_string(mail), SLICE_EMPTY, CARE_FULL, &record);
    g_assert_true(problem_set_has(record.problems, PROBLEM_BAD_CHARSET));
    mail_record_destroy(&record);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sandbox_charset/confined_mail_reads_as_outside",
                    test_confined_mail_reads_as_outside);
    g_test_add_func("/sandbox_charset/a_charset_on_no_list_is_a_problem",
                    test_a_charset_on_no_list_is_a_problem);
    return g_test_run();
}
