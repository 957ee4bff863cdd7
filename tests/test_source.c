/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include <zlib.h>

#include "schema/byte_stream.h"
#include "tests/source_collect.h"

#define FROM_LINE "From a@b.example Thu Mar  2 10:00:00 2017\n"
#define FROM_CRLF "From a@b.example Thu Mar  2 10:00:00 2017\r\n"
#define HEADER    "From: a@b.example\nSubject: s\n\n"

static char *folder;

/* What a file must be cut into. `messages` are the exact bytes, quoting undone; a message that
 * begins with DAMAGED stands for a damaged span of the bytes behind it. */
#define DAMAGED "\x01"

typedef struct {
    const char *name;
    const char *text;
    MboxDialect dialect;
    const char *messages[4];
    ProblemSet problems[4];
} MboxCase;

static const MboxCase cases[] = {
    {"two_messages",
     FROM_LINE HEADER "one\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n", HEADER "two\n"},
     {0}},
    {"no_blank_line_at_the_end",
     FROM_LINE HEADER "one\n\n" FROM_LINE HEADER "two",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n", HEADER "two"},
     {0}},
    {"quoting_is_undone_one_level",
     FROM_LINE HEADER ">From x\n>>From y\n>other\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "From x\n>From y\n>other\n"},
     {0}},
    {"crlf",
     FROM_CRLF "Subject: s\r\n\r\none\r\n\r\n" FROM_CRLF "Subject: t\r\n\r\n>From two\r\n\r\n",
     MBOX_DIALECT_MBOXRD,
     {"Subject: s\r\n\r\none\r\n", "Subject: t\r\n\r\nFrom two\r\n"},
     {0}},
    {"from_in_a_sentence_is_body",
     FROM_LINE HEADER "one\n\nFrom here we go\nto there\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n\nFrom here we go\nto there\n"},
     {0}},
    {"from_line_without_field_is_body_and_said",
     FROM_LINE HEADER "one\n\n" FROM_LINE "not a field\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n\n" FROM_LINE "not a field\n"},
     {PROBLEM_BIT(FROM_LINE_SUSPECT)}},
    {"missing_blank_line_is_split_and_said",
     FROM_LINE HEADER "one\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n", HEADER "two\n"},
     {PROBLEM_BIT(FROM_LINE_SUSPECT)}},
    {"empty_message",
     FROM_LINE FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {"", HEADER "two\n"},
     {0}},
    {"header_only",
     FROM_LINE "Subject: s\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {"Subject: s\n", HEADER "two\n"},
     {0}},
    {"two_blank_lines_keep_one",
     FROM_LINE HEADER "one\n\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n\n", HEADER "two\n"},
     {0}},
    {"leading_blank_lines_are_damaged",
     "\n\n" FROM_LINE HEADER "one\n\n",
     MBOX_DIALECT_MBOXRD,
     {DAMAGED "\n\n", HEADER "one\n"},
     {0}},
    {"byte_order_mark_is_damaged_and_no_more",
     "\xEF\xBB\xBF" FROM_LINE HEADER "one\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {DAMAGED "\xEF\xBB\xBF", HEADER "one\n", HEADER "two\n"},
     {0}},
    {"content_length_passes_over_from_lines",
     FROM_LINE "Subject: s\nContent-Length: 92\n\nbody\n\n" FROM_LINE HEADER
               "more\n>From z\n\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXCL2,
     {"Subject: s\nContent-Length: 92\n\nbody\n\n" FROM_LINE HEADER "more\n>From z\n\n",
      HEADER "two\n"},
     {0}},
    {"content_length_that_agrees_is_mboxcl",
     FROM_LINE "Subject: s\nContent-Length: 13\n\nbody\n>From z\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXCL,
     {"Subject: s\nContent-Length: 13\n\nbody\nFrom z\n", HEADER "two\n"},
     {0}},
    {"content_length_that_lies_is_not_believed",
     FROM_LINE "Subject: s\nContent-Length: 7\n\nbody and more\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {"Subject: s\nContent-Length: 7\n\nbody and more\n", HEADER "two\n"},
     {PROBLEM_BIT(BAD_CONTENT_LENGTH)}},
    {"content_length_beyond_the_file_is_not_believed",
     FROM_LINE "Subject: s\nContent-Length: 999999\n\nbody\n\n" FROM_LINE HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {"Subject: s\nContent-Length: 999999\n\nbody\n", HEADER "two\n"},
     {PROBLEM_BIT(BAD_CONTENT_LENGTH)}},
    {"thunderbird_and_zones",
     "From - Mon Jan 02 10:00:00 2017\n" HEADER
     "one\n\nFrom 12@xxx Mon Jan 02 10:00:00 +0000 2017\n" HEADER "two\n\n",
     MBOX_DIALECT_MBOXRD,
     {HEADER "one\n", HEADER "two\n"},
     {0}},
    {"escaped_from_line_begins_the_header",
     FROM_LINE ">From a@b Thu Mar  2 10:00:00 2017\n" HEADER "one\n\n",
     MBOX_DIALECT_MBOXRD,
     {"From a@b Thu Mar  2 10:00:00 2017\n" HEADER "one\n"},
     {0}},
};

static char *write_file(const char *name, const char *text, size_t length)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
    return path;
}

static void check_span(const CollectedSpan *collected, const char *expected)
{
    if (*expected == *DAMAGED) {
        g_assert_cmpint(collected->span.kind, ==, SPAN_DAMAGED);
        g_assert_cmpuint(collected->span.length, ==, strlen(expected + 1));
        return;
    }
    g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, expected, -1);
    g_assert_cmpint(collected->span.kind, ==, SPAN_MESSAGE);
    g_assert_cmpuint(collected->unquoted_length, ==, strlen(expected));
    g_assert_cmpstr(collected->sha256, ==, sha256);
}

/* The same spans whatever is asked of one call, and from every boundary on. */
static void test_mbox(gconstpointer data)
{
    const MboxCase *test = data;
    g_autofree char *path = write_file("case.mbox", test->text, strlen(test->text));
    static const size_t targets[] = {1, 7, 60, 100, 1 << 20};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        SourceFacts facts;
        g_autoptr(GPtrArray) spans = source_collect(path, "case", targets[i], 0, &facts, NULL);
        g_assert_cmpint(facts.kind, ==, SOURCE_KIND_MBOX);
        g_assert_cmpint(facts.dialect, ==, test->dialect);
        for (guint j = 0; j < 4 && test->messages[j] != NULL; j++) {
            g_assert_cmpuint(j, <, spans->len);
            const CollectedSpan *span = g_ptr_array_index(spans, j);
            check_span(span, test->messages[j]);
            g_assert_cmpuint(span->span.problems, ==, test->problems[j]);
            uint64_t end = span->span.offset + span->span.length + span->span.separator_after;
            g_autoptr(GPtrArray) rest =
                source_collect(path, "case", targets[i], end, NULL, NULL);
            g_assert_cmpuint(rest->len, ==, spans->len - j - 1);
        }
    }
    g_unlink(path);
}

static void test_an_endless_from_line_is_body(void)
{
    g_autofree char *endless = g_strnfill(1 << 20, 'x');
    g_autofree char *text =
        g_strconcat(FROM_LINE HEADER "one\n\nFrom a@b.example Thu Mar  2 10:00:00 2017 ",
                    endless, "\n" HEADER "\n" FROM_LINE HEADER "two\n", NULL);
    g_autofree char *path = write_file("endless", text, strlen(text));
    g_autoptr(GPtrArray) spans = source_collect(path, "endless", 1, 0, NULL, NULL);
    g_assert_cmpuint(spans->len, ==, 2);
    check_span(g_ptr_array_index(spans, 1), HEADER "two\n");
    g_unlink(path);
}

/* Such lengths had everything up to where they pointed read and kept. */
static void test_a_lying_length_reads_nothing_ahead(void)
{
    g_autoptr(GString) text = g_string_new(FROM_LINE "Subject: s\nContent-Length: 3000000\n\n");
    while (text->len < 4000000) {
        g_string_append(text, "nothing of this begins a message\n");
    }
    g_autofree char *path = write_file("lie", text->str, text->len);
    g_autoptr(GError) error = NULL;
    g_autoptr(ByteStream) stream = byte_stream_open(path, &error);
    g_assert_no_error(error);
    char bytes[8];
    g_assert_cmpint(byte_stream_peek(stream, 5, bytes, 5), ==, 5);
    g_assert_cmpmem(bytes, 5, text->str + 5, 5);
    g_assert_cmpint(byte_stream_peek(stream, text->len - 3, bytes, 8), ==, 3);
    g_assert_cmpint(byte_stream_peek(stream, text->len, bytes, 8), ==, 0);
    g_autoptr(GPtrArray) spans = source_collect(path, "lie", 1, 0, NULL, NULL);
    g_assert_cmpuint(spans->len, ==, 1);
    const CollectedSpan *span = g_ptr_array_index(spans, 0);
    g_assert_cmpuint(span->span.problems, ==, PROBLEM_BIT(BAD_CONTENT_LENGTH));
    g_unlink(path);
}

static void test_gzip_members_are_one_stream(void)
{
    g_autofree char *path = g_build_filename(folder, "two.gz", NULL);
    for (int i = 0; i < 2; i++) {
        gzFile file = gzopen(path, i == 0 ? "wb" : "ab");
        gzputs(file, FROM_LINE HEADER "one\n\n");
        gzclose(file);
    }
    SourceFacts facts;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) spans = source_collect(path, "two.gz", 100, 0, &facts, &error);
    g_assert_no_error(error);
    g_assert_cmpint(facts.compression, ==, COMPRESSION_GZIP);
    g_assert_cmpuint(spans->len, ==, 2);
    const CollectedSpan *second = g_ptr_array_index(spans, 1);
    g_autoptr(GBytes) bytes =
        occurrence_extract(path, COMPRESSION_GZIP, second->span.offset, second->span.length,
                           second->span.quoting, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, strlen(HEADER "one\n"));
    g_unlink(path);
}

static void test_gzip_that_ends_too_early_gives_all_its_bytes(void)
{
    /* What zlib still holds when its input ends: a repetition that is not copied out yet. */
    static const char cut[] = "\x1F\x8B\x08\0\0\0\0\0\x72\x75\x62\x62\x69\x73\x68";
    g_autofree char *path = write_file("cut.gz", cut, sizeof(cut) - 1);
    g_autoptr(ByteStream) at_once = byte_stream_open(path, NULL);
    g_autoptr(ByteStream) in_pieces = byte_stream_open(path, NULL);
    char bytes[100];
    gssize length = byte_stream_read(at_once, bytes, sizeof(bytes), NULL);
    g_assert_cmpint(length, ==, 4);
    for (gssize i = 0; i < length; i++) {
        char byte = 0;
        g_assert_cmpint(byte_stream_read(in_pieces, &byte, 1, NULL), ==, 1);
        g_assert_cmpint(byte, ==, bytes[i]);
    }
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(byte_stream_read(in_pieces, bytes, 1, &error), ==, -1);
    g_assert_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_DAMAGED);
    g_unlink(path);
}

static void test_gzip_that_is_damaged_from_the_start_is_said(void)
{
    static const char damaged[] = "\x1F\x8B\x08\0\0\0\0\0\0\3\xFF\xFF\xFF\xFF";
    g_autofree char *path = write_file("bad.gz", damaged, sizeof(damaged) - 1);
    SourceFacts facts;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) spans = source_collect(path, "bad.gz", 1, 0, &facts, &error);
    g_assert_error(error, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_DAMAGED);
    g_assert_cmpuint(spans->len, ==, 0);
    g_assert_cmpint(facts.kind, ==, SOURCE_KIND_OTHER);
    g_assert_cmpint(facts.compression, ==, COMPRESSION_GZIP);
    g_unlink(path);
}

/* A message beyond the limit is hashed whole and handed on in part. */
static void test_a_message_beyond_the_limit(void)
{
    g_autofree char *marks = g_strnfill(100, '>');
    g_autofree char *tail =
        g_strconcat("\n", marks, "From x\n>From the end\n\n" FROM_LINE HEADER "two\n\n", NULL);
    g_autofree char *end = g_strconcat("\n", marks + 1, "From x\nFrom the end\n", NULL);
    g_autofree char *path = g_build_filename(folder, "huge.mbox", NULL);
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    g_assert_cmpint(write(fd, FROM_LINE HEADER, strlen(FROM_LINE HEADER)), >, 0);
    off_t hole = (off_t)SOURCE_MESSAGE_MAX + (9 << 20) + 12345;
    g_assert_cmpint(ftruncate(fd, (off_t)strlen(FROM_LINE HEADER) + hole), ==, 0);
    lseek(fd, 0, SEEK_END);
    g_assert_cmpint(write(fd, tail, strlen(tail)), >, 0);
    close(fd);

    GChecksum *sha256 = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sha256, (const guchar *)HEADER, strlen(HEADER));
    g_autofree guchar *zeros = g_malloc0(1 << 20);
    for (off_t left = hole; left > 0; left -= 1 << 20) {
        g_checksum_update(sha256, zeros, (gssize)MIN(left, 1 << 20));
    }
    g_checksum_update(sha256, (const guchar *)end, (gssize)strlen(end));
    g_autoptr(GPtrArray) spans = source_collect(path, "huge", 1 << 20, 0, NULL, NULL);
    g_assert_cmpuint(spans->len, ==, 2);
    const CollectedSpan *huge = g_ptr_array_index(spans, 0);
    g_assert_cmpstr(huge->sha256, ==, g_checksum_get_string(sha256));
    g_assert_cmpuint(huge->span.bytes_length, ==, SOURCE_MESSAGE_MAX);
    g_assert_true(problem_set_has(huge->span.problems, PROBLEM_MESSAGE_TOO_LARGE));
    check_span(g_ptr_array_index(spans, 1), HEADER "two\n");
    g_checksum_free(sha256);
    g_unlink(path);
}

/* Whether the message behind one beyond the limit is found when it begins at `at`. */
static bool finds_message_at(off_t at)
{
    static const char tail[] = "\n\n" FROM_LINE HEADER "two\n\n";
    g_autofree char *path = g_build_filename(folder, "far.mbox", NULL);
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    g_assert_cmpint(pwrite(fd, FROM_LINE HEADER, strlen(FROM_LINE HEADER), 0), >, 0);
    g_assert_cmpint(pwrite(fd, tail, strlen(tail), at - 2), ==, (gssize)strlen(tail));
    g_assert_cmpint(ftruncate(fd, at + (1 << 20)), ==, 0);
    close(fd);
    g_autoptr(GPtrArray) spans = source_collect(path, "far", 1 << 20, 0, NULL, NULL);
    g_unlink(path);
    return spans->len == 2;
}

/* A message just below the limit ends where reading stops for a larger one. */
static void test_a_message_just_below_the_limit(void)
{
    static const char second[] = "\n\n" FROM_LINE HEADER;
    static const char third[] = "\n\n" FROM_LINE HEADER "three\n\n";
    const off_t second_at = (64 << 10) - 700; /* reads end at 64 KiB and then every 256 KiB */
    const off_t third_at = second_at + (off_t)SOURCE_MESSAGE_MAX - 300;
    g_autofree char *path = g_build_filename(folder, "near.mbox", NULL);
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    g_assert_cmpint(pwrite(fd, FROM_LINE HEADER, strlen(FROM_LINE HEADER), 0), >, 0);
    g_assert_cmpint(pwrite(fd, second, strlen(second), second_at), >, 0);
    g_assert_cmpint(pwrite(fd, third, strlen(third), third_at), >, 0);
    g_assert_cmpint(ftruncate(fd, third_at + (1 << 20)), ==, 0);
    close(fd);
    g_autoptr(GPtrArray) spans = source_collect(path, "near", 1, 0, NULL, NULL);
    g_assert_cmpuint(spans->len, ==, 3);
    const CollectedSpan *large = g_ptr_array_index(spans, 1);
    g_assert_cmpuint(large->span.problems, ==, 0);
    g_unlink(path);
}

/* Beyond the limit the file is read in pieces of 256 KiB, after 64 KiB that were looked at. */
static void test_a_boundary_between_two_reads_of_the_rest(void)
{
    const off_t read_end = (off_t)SOURCE_MESSAGE_MAX + (3 << 20) + (64 << 10);
    for (off_t before = 1990; before < 2016; before += 2) {
        g_assert_true(finds_message_at(read_end - before));
    }
}

typedef struct {
    GString *found;
} Walked;

static bool note_entry(SourceEntry *entry, gpointer data)
{
    Walked *walked = data;
    g_string_append_printf(walked->found, "%s|%s|%s|%s\n", entry->relative, entry->folder,
                           entry->flags, source_container_word(entry->container));
    source_entry_free(entry);
    return true;
}

static void no_trouble(const char *path G_GNUC_UNUSED, const char *message,
                       gpointer data G_GNUC_UNUSED)
{
    g_error("%s", message);
}

static void test_folders_are_walked_in_order_of_names(void)
{
    static const char *const files[] = {
        "md/cur/1.h:2,RS",       "md/new/2.h",   "md/tmp/3.h",      "md/.Work.2017/cur/4.h:2,",
        "md/.Work.2017/new/5.h", "mh/2",         "mh/10",           "mh/9",
        "plain/b.eml",           "plain/a.mbox", "zip/cur/6.h;2,S", "zip/cur/.keep",
        "zip/cur/7.h_2,",        "none/cur/8.h",
    };
    g_autofree char *root = g_build_filename(folder, "tree", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(root, files[i], NULL);
        g_autofree char *parent = g_path_get_dirname(path);
        g_mkdir_with_parents(parent, 0700);
        g_assert_true(g_file_set_contents(path, HEADER, -1, NULL));
    }
    Walked walked = {g_string_new(NULL)};
    g_assert_true(source_walk(root, note_entry, no_trouble, &walked, NULL));
    g_assert_cmpstr(walked.found->str, ==,
                    "md/.Work.2017/cur/4.h:2,|md/Work/2017||maildir\n"
                    "md/.Work.2017/new/5.h|md/Work/2017||maildir\n"
                    "md/cur/1.h:2,RS|md|RS|maildir\n"
                    "md/new/2.h|md||maildir\n"
                    "md/tmp/3.h|md||maildir\n"
                    "mh/2|mh||mh\n"
                    "mh/9|mh||mh\n"
                    "mh/10|mh||mh\n"
                    "none/cur/8.h|none/cur||file\n"
                    "plain/a.mbox|plain||file\n"
                    "plain/b.eml|plain||file\n"
                    "zip/cur/.keep|zip||file\n"
                    "zip/cur/6.h;2,S|zip|S|maildir\n"
                    "zip/cur/7.h_2,|zip||maildir\n");
    g_string_free(walked.found, true);
}

static void test_kinds_are_told_by_looking(void)
{
    static const struct {
        const char *text;
        size_t length;
        const char *relative;
        SourceKind kind;
    } kinds[] = {
        {FROM_LINE HEADER, sizeof(FROM_LINE HEADER) - 1, "x", SOURCE_KIND_MBOX},
        {HEADER "b", sizeof(HEADER "b") - 1, "x.jpg", SOURCE_KIND_MESSAGE},
        {"\xEF\xBB\xBF\n" HEADER, 4 + sizeof(HEADER) - 1, "x", SOURCE_KIND_MESSAGE},
        {"   \t\r\n" HEADER, 6 + sizeof(HEADER) - 1, "x", SOURCE_KIND_MESSAGE},
        {"  " HEADER, 2 + sizeof(HEADER) - 1, "x", SOURCE_KIND_OTHER},
        {" \n" FROM_LINE HEADER, 2 + sizeof(FROM_LINE HEADER) - 1, "x", SOURCE_KIND_MBOX},
        {"key: value\nother: value\n", 24, "x.eml", SOURCE_KIND_OTHER},
        {"#include <stdio.h>\n", 19, "x.eml", SOURCE_KIND_OTHER},
        {"plain words\n", 12, "", SOURCE_KIND_MESSAGE},
        {"From a@b.example Thu Mar  2 10:00:00 2017\rFrom: a@b.example\r\rbody\r", 67, "x",
         SOURCE_KIND_OTHER},
        {"\x89PNG\r\n\x1A\n\0\0", 10, "", SOURCE_KIND_OTHER},
        {"", 0, "x", SOURCE_KIND_OTHER},
        {"", 0, "", SOURCE_KIND_MESSAGE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = write_file("kind", kinds[i].text, kinds[i].length);
        SourceFacts facts;
        g_autoptr(GPtrArray) spans =
            source_collect(path, kinds[i].relative, 100, 0, &facts, NULL);
        g_assert_cmpint(facts.kind, ==, kinds[i].kind);
    }
}

static void test_a_from_line_of_no_known_form_is_said(void)
{
    static const char text[] = "From a@b.example 2017-03-02\n" HEADER "body\n";
    g_autofree char *path = write_file("unknown", text, sizeof(text) - 1);
    g_autoptr(GPtrArray) spans = source_collect(path, "unknown", 1, 0, NULL, NULL);
    g_assert_cmpuint(spans->len, ==, 1);
    check_span(g_ptr_array_index(spans, 0), text);
    const CollectedSpan *message = g_ptr_array_index(spans, 0);
    g_assert_cmpuint(message->span.problems, ==, PROBLEM_BIT(FROM_LINE_SUSPECT));
}

static void note_trouble(const char *path G_GNUC_UNUSED, const char *message, gpointer data)
{
    g_string_append(data, message);
}

static bool drop_entry(SourceEntry *entry, gpointer data G_GNUC_UNUSED)
{
    source_entry_free(entry);
    return true;
}

static void test_a_walk_ends_and_says_so(void)
{
    g_autoptr(GString) path = g_string_new(folder);
    g_string_append(path, "/deep");
    g_autofree char *root = g_strdup(path->str);
    for (int i = 0; i < 70; i++) {
        g_string_append(path, "/d");
    }
    g_assert_cmpint(g_mkdir_with_parents(path->str, 0700), ==, 0);
    g_autoptr(GString) trouble = g_string_new(NULL);
    g_assert_true(source_walk(root, drop_entry, note_trouble, trouble, NULL));
    g_assert_true(g_str_has_suffix(trouble->str, "/d: nested deeper than 64 folders"));
}

static void test_unquoting_in_place(void)
{
    static const struct {
        const char *text;
        Quoting quoting;
        const char *unquoted;
    } texts[] = {
        {">From a\n>>From b\n", QUOTING_MBOXRD, "From a\n>From b\n"},
        {">From a\n>>From b\n", QUOTING_MBOXO, "From a\n>>From b\n"},
        {">From a\n", QUOTING_NONE, ">From a\n"},
        {"x\n>>>From a\n>Fro\n>", QUOTING_MBOXRD, "x\n>>From a\n>Fro\n>"},
        {" >From a", QUOTING_MBOXRD, " >From a"},
        {">From ", QUOTING_MBOXRD, "From "},
        {"", QUOTING_MBOXRD, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        size_t length = strlen(texts[i].text);
        char *exact = g_memdup2(texts[i].text, MAX(length, 1));
        size_t unquoted = occurrence_unquote(exact, length, texts[i].quoting);
        g_assert_true(
            slice_equal(slice_of(exact, unquoted), slice_of_string(texts[i].unquoted)));
        g_free(exact);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("waxseal-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("/source/mbox/%s", cases[i].name);
        g_test_add_data_func(name, &cases[i], test_mbox);
    }
    g_test_add_func("/source/an_endless_from_line_is_body", test_an_endless_from_line_is_body);
    g_test_add_func("/source/a_message_just_below_the_limit_is_whole",
                    test_a_message_just_below_the_limit);
    g_test_add_func("/source/a_boundary_between_two_reads_of_the_rest_is_found",
                    test_a_boundary_between_two_reads_of_the_rest);
    g_test_add_func("/source/a_lying_length_reads_nothing_ahead",
                    test_a_lying_length_reads_nothing_ahead);
    g_test_add_func("/source/gzip_members_are_one_stream", test_gzip_members_are_one_stream);
    g_test_add_func("/source/gzip_that_ends_too_early_gives_all_its_bytes",
                    test_gzip_that_ends_too_early_gives_all_its_bytes);
    g_test_add_func("/source/gzip_that_is_damaged_from_the_start_is_said",
                    test_gzip_that_is_damaged_from_the_start_is_said);
    g_test_add_func("/source/a_message_beyond_the_limit_is_hashed_whole",
                    test_a_message_beyond_the_limit);
    g_test_add_func("/source/folders_are_walked_in_order_of_names",
                    test_folders_are_walked_in_order_of_names);
    g_test_add_func("/source/kinds_are_told_by_looking", test_kinds_are_told_by_looking);
    g_test_add_func("/source/a_from_line_of_no_known_form_is_said",
                    test_a_from_line_of_no_known_form_is_said);
    g_test_add_func("/source/a_walk_ends_and_says_so", test_a_walk_ends_and_says_so);
    g_test_add_func("/occurrence/unquoting_in_place", test_unquoting_in_place);
    int result = g_test_run();
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", folder);
    g_assert_cmpint(system(remove), ==, 0);
    g_free(folder);
    return result;
}
