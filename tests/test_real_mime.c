/* test_real_mime.c - every file of a collection of broken mail is read as one message, and what
 * comes out keeps the promises of record.h.
 */
/* SPDX-License-Identifier: MIT */
#include "indexer/mime.h"

#define SKIPPED 77

/* A run over one folder. */
typedef struct {
    MimeParser *parser;
    RawMessage message;
    MailRecord record;
    size_t n_files;
    size_t n_attachments;
    size_t n_with_text;
} Run;

static void check_text(Slice text, const char *what, const char *path)
{
    if (text.len == 0) {
        return;
    }
    if (!g_utf8_validate_len(text.ptr, text.len, NULL) ||
        memchr(text.ptr, '\0', text.len) != NULL) {
        g_test_message("%s: %s is no valid UTF-8", path, what);
        g_test_fail();
    }
}

/* One line: nothing in it moves a cursor. */
static void check_line(Slice text, const char *what, const char *path)
{
    check_text(text, what, path);
    for (size_t i = 0; i < text.len; i++) {
        if ((uint8_t)text.ptr[i] < ' ' || text.ptr[i] == 0x7F) {
            g_test_message("%s: %s has a control character", path, what);
            g_test_fail();
            return;
        }
    }
}

static void check_lists(const MailRecord *record, const char *path)
{
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *address = &g_array_index(record->addresses, RecordAddress, i);
        check_line(address->name, "a name", path);
        check_line(address->address, "an address", path);
        g_assert_true(address->name.len + address->address.len > 0);
    }
    for (guint i = 0; i < record->attachments->len; i++) {
        const RecordAttachment *entry =
            &g_array_index(record->attachments, RecordAttachment, i);
        check_line(entry->part, "a part number", path);
        check_line(entry->name, "a file name", path);
        check_line(entry->declared_type, "a declared type", path);
        check_line(entry->sniffed_type, "a sniffed type", path);
        check_line(entry->content_id, "a content id", path);
    }
}

static void check_record(Run *run, const char *path)
{
    const MailRecord *record = &run->record;
    check_line(record->subject, "the subject", path);
    check_line(record->message_id, "the message id", path);
    check_line(record->in_reply_to, "In-Reply-To", path);
    check_line(record->references, "References", path);
    check_text(record->body, "the body", path);
    check_text(record->attachment_text, "the attachment text", path);
    check_lists(record, path);
    g_assert_true(record->has_date == (record->date_source != DATE_SOURCE_NONE));
    run->n_files++;
    run->n_attachments += record->attachments->len;
    run->n_with_text += record->body.len > 0;
}

static void read_file(Run *run, const char *path)
{
    g_autoptr(GError) error = NULL;
    char *contents = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &contents, &length, &error));
    /* Exactly as long as the message: an over-read is seen. */
    char *bytes = g_memdup2(contents, length);
    g_free(contents);
    raw_message_parse(&run->message, slice_of(bytes, length));
    mail_record_clear(&run->record);
    mime_parser_read(run->parser, &run->message, SLICE_EMPTY, &run->record);
    check_record(run, path);
    const size_t n_addresses = run->record.addresses->len;
    mail_record_clear(&run->record);
    mime_parser_read_header(run->parser, &run->message, SLICE_EMPTY, &run->record);
    g_assert_cmpuint(run->record.addresses->len, ==, n_addresses);
    g_free(bytes);
}

static void read_folder(Run *run, const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR)) {
            read_folder(run, child);
        } else if (g_file_test(child, G_FILE_TEST_IS_REGULAR)) {
            read_file(run, child);
        }
    }
}

static void test_folder(gconstpointer data)
{
    Run run = {.parser = mime_parser_new()};
    mail_record_init(&run.record);
    read_folder(&run, data);
    g_test_message("%zu files, %zu attachments, %zu with text", run.n_files, run.n_attachments,
                   run.n_with_text);
    g_assert_cmpuint(run.n_files, >, 0);
    mail_record_destroy(&run.record);
    raw_message_clear(&run.message);
    mime_parser_free(run.parser);
}

int main(int argc, char **argv)
{
    const char *root = g_getenv("WAXSEAL_TEST_MAIL");
    if (root == NULL) {
        g_print("1..0 # SKIP WAXSEAL_TEST_MAIL names no folder of real mail\n");
        return SKIPPED;
    }
    g_test_init(&argc, &argv, NULL);
    g_autofree char *tricky = g_build_filename(root, "tricky", NULL);
    g_autofree char *signed_mail = g_build_filename(root, "signed", NULL);
    g_test_add_data_func("/real_mime/tricky_mail_is_read_and_text_is_valid", tricky,
                         test_folder);
    g_test_add_data_func("/real_mime/signed_mail_is_read_and_text_is_valid", signed_mail,
                         test_folder);
    return g_test_run();
}
