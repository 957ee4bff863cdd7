/* SPDX-License-Identifier: MIT
 *
 * A mailing list's mbox against an index of it that was made by another program: every message
 * at its place, byte for byte. And every file of the mail collections is tiled by its spans. */
#include <sys/stat.h>

#include "tests/real_mail.h"
#include "tests/source_collect.h"

static const char *mail_folder;

/* Columns of lists/ltp.index.tsv. */
enum { COLUMN_SEQUENCE, COLUMN_OFFSET, COLUMN_LENGTH, COLUMN_RAW_BYTES, COLUMN_SHA256 };

static void check_row(char **columns, const CollectedSpan *collected)
{
    const SourceSpan *span = &collected->span;
    uint64_t offset = g_ascii_strtoull(columns[COLUMN_OFFSET], NULL, 10);
    uint64_t length = g_ascii_strtoull(columns[COLUMN_LENGTH], NULL, 10);
    g_assert_cmpint(span->kind, ==, SPAN_MESSAGE);
    g_assert_cmpuint(span->offset - span->separator_before, ==, offset);
    g_assert_cmpuint(span->separator_before + span->length + span->separator_after, ==, length);
    g_assert_cmpuint(collected->unquoted_length, ==,
                     g_ascii_strtoull(columns[COLUMN_RAW_BYTES], NULL, 10));
    g_assert_cmpstr(collected->sha256, ==, columns[COLUMN_SHA256]);
}

static void test_every_message_of_the_list(void)
{
    g_autofree char *mbox = g_build_filename(mail_folder, "lists", "ltp.mbox", NULL);
    g_autofree char *index = g_build_filename(mail_folder, "lists", "ltp.index.tsv", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_get_contents(index, &text, NULL, &error));
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    SourceFacts facts;
    g_autoptr(GPtrArray) spans = source_collect(mbox, "ltp.mbox", 1 << 20, 0, &facts, &error);
    g_assert_no_error(error);
    guint row = 1;
    for (; rows[row] != NULL && *rows[row] != '\0'; row++) {
        g_auto(GStrv) columns = g_strsplit(rows[row], "\t", -1);
        g_assert_cmpuint(row - 1, <, spans->len);
        check_row(columns, g_ptr_array_index(spans, row - 1));
    }
    g_assert_cmpuint(spans->len, ==, row - 1);
    g_test_message("%u messages agree", spans->len);
}

static bool check_tiles(SourceEntry *entry, gpointer data)
{
    guint *n_files = data;
    g_autoptr(GError) error = NULL;
    SourceFacts facts = {0};
    g_autoptr(GPtrArray) large =
        source_collect(entry->path, entry->relative, 1 << 20, 0, &facts, &error);
    g_autoptr(GPtrArray) small = source_collect(entry->path, entry->relative, 1, 0, NULL, NULL);
    g_assert_cmpuint(large->len, ==, small->len);
    for (guint i = 0; i < large->len; i++) {
        const CollectedSpan *first = g_ptr_array_index(large, i);
        const CollectedSpan *second = g_ptr_array_index(small, i);
        g_assert_cmpstr(first->sha256, ==, second->sha256);
        g_assert_cmpuint(first->span.offset, ==, second->span.offset);
    }
    if (error == NULL && facts.compression == COMPRESSION_NONE && large->len > 0) {
        const CollectedSpan *last = g_ptr_array_index(large, large->len - 1);
        g_assert_cmpuint(last->span.offset + last->span.length + last->span.separator_after, ==,
                         entry->stored_size);
    }
    (*n_files)++;
    source_entry_free(entry);
    return true;
}

static void fail_on_trouble(const char *path G_GNUC_UNUSED, const char *message,
                            gpointer data G_GNUC_UNUSED)
{
    g_test_message("%s", message);
    g_test_fail();
}

static void test_spans_tile_every_file(void)
{
    static const char *const collections[] = {"containers", "tricky", "signed"};
    for (size_t i = 0; i < G_N_ELEMENTS(collections); i++) {
        g_autofree char *root = g_build_filename(mail_folder, collections[i], NULL);
        g_autoptr(GError) error = NULL;
        guint n_files = 0;
        source_walk(root, check_tiles, fail_on_trouble, &n_files, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(n_files, >, 0);
        g_test_message("%s: %u files", collections[i], n_files);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mail_folder = real_mail_folder("WAXSEAL_TEST_MAIL");
    g_test_add_func("/real_source/every_message_of_the_list_is_found_byte_for_byte",
                    test_every_message_of_the_list);
    g_test_add_func("/real_source/spans_tile_every_file", test_spans_tile_every_file);
    return g_test_run();
}
