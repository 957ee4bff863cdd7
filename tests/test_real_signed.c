/* SPDX-License-Identifier: MIT */
/* Compares with what dkimpy computed for each signature of $WAXSEAL_TEST_MAIL/signed: the body
 * hash's verdict and the digest of the canonical header need no key. */
#include "indexer/dkim.h"

#include <glib.h>

enum { FILE_PATH, SIGNATURE, BODY_HASH = 6, HEADER_DIGEST, SIGNED_COLUMNS };
enum { VERIFIED_SELECTOR = 1, VERIFIED_DOMAIN, VERIFIED_EXPECTED, VERIFIED_COLUMNS };

/* One message, read and checked. */
typedef struct {
    char *bytes;
    RawMessage message;
    MailRecord record;
} Checked;

static char *folder;

static void checked_free(Checked *checked)
{
    mail_record_destroy(&checked->record);
    raw_message_clear(&checked->message);
    g_free(checked->bytes);
    g_free(checked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Checked, checked_free)

static Checked *check_file(DkimVerifier *verifier, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;
    gsize len = 0;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, &len, &error);
    g_assert_no_error(error);
    Checked *checked = g_new0(Checked, 1);
    checked->bytes = g_memdup2(text, len);
    raw_message_parse(&checked->message, slice_of(checked->bytes, len));
    mail_record_init(&checked->record);
    dkim_verifier_check(verifier, &checked->message, &checked->record);
    return checked;
}

static char **read_lines(const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return g_strsplit(text, "\n", -1);
}

static char *hex_of(Slice bytes)
{
    GString *hex = g_string_new(NULL);
    for (size_t i = 0; i < bytes.len; i++) {
        g_string_append_printf(hex, "%02x", (unsigned)(unsigned char)bytes.ptr[i]);
    }
    return g_string_free(hex, false);
}

/* Returns: whether one row of signed.tsv agrees. */
static bool agrees(DkimVerifier *verifier, char *const *columns)
{
    g_autoptr(Checked) checked = check_file(verifier, columns[FILE_PATH]);
    const guint at = (guint)g_ascii_strtoull(columns[SIGNATURE], NULL, 10);
    if (at >= checked->record.signatures->len) {
        g_test_message("%s: signature %u is missing", columns[FILE_PATH], at);
        return false;
    }
    const RecordSignature *entry =
        &g_array_index(checked->record.signatures, RecordSignature, at);
    g_autofree char *digest = hex_of(entry->header_digest);
    g_autofree char *reason = slice_dup(entry->reason);
    const bool body_ok = strcmp(columns[BODY_HASH], "ok") == 0;
    /* dkimpy has no header digest where the body hash fails, nor for Ed25519. */
    const char *expected = columns[HEADER_DIGEST];
    if (body_ok != (entry->body_ok == TRI_YES) ||
        (*expected != '\0' && strcmp(digest, expected) != 0)) {
        g_test_message("%s: signature %u: body %s, digest %s; here %d, %s (%s)",
                       columns[FILE_PATH], at, columns[BODY_HASH], expected,
                       (int)entry->body_ok, digest, reason);
        return false;
    }
    return true;
}

static void test_agrees_with_dkimpy(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    g_auto(GStrv) lines = read_lines("signed.tsv");
    size_t n_rows = 0;
    size_t n_agree = 0;
    for (size_t i = 1; lines[i] != NULL; i++) {
        g_auto(GStrv) columns = g_strsplit(lines[i], "\t", -1);
        if (g_strv_length(columns) >= SIGNED_COLUMNS) {
            n_rows++;
            n_agree += agrees(verifier, columns);
        }
    }
    g_test_message("%zu of %zu signatures agree", n_agree, n_rows);
    g_assert_cmpuint(n_rows, >, 0);
    g_assert_cmpuint(n_agree, ==, n_rows);
}

static bool passes(const MailRecord *record, const char *selector, const char *domain)
{
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        if (entry->result == DKIM_RESULT_PASS &&
            slice_equal_nocase(entry->selector, slice_of_string(selector)) &&
            slice_equal_nocase(entry->domain, slice_of_string(domain))) {
            return true;
        }
    }
    return false;
}

static void test_verified_mail_passes(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    g_autofree char *path = g_build_filename(folder, "keys-recovered.tsv", NULL);
    g_autoptr(GError) error = NULL;
    size_t n_bad_lines = 0;
    key_store_read_file(keys, path, &n_bad_lines, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(n_bad_lines, ==, 0);
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    g_auto(GStrv) lines = read_lines("verified.tsv");
    size_t n_rows = 0;
    for (size_t i = 1; lines[i] != NULL; i++) {
        g_auto(GStrv) columns = g_strsplit(lines[i], "\t", -1);
        if (g_strv_length(columns) < VERIFIED_COLUMNS ||
            strcmp(columns[VERIFIED_EXPECTED], "pass") != 0) {
            continue;
        }
        g_autoptr(Checked) checked = check_file(verifier, columns[FILE_PATH]);
        n_rows++;
        g_assert_cmpint(checked->record.verdict.dkim, ==, MESSAGE_DKIM_PASS);
        if (!passes(&checked->record, columns[VERIFIED_SELECTOR], columns[VERIFIED_DOMAIN])) {
            g_test_message("%s: no pass by %s", columns[FILE_PATH], columns[VERIFIED_DOMAIN]);
            g_test_fail();
        }
        /* Recovered keys prove that one holder signed, not who. */
        g_assert_cmpint(checked->record.verdict.level, ==, LEVEL_NONE);
    }
    g_test_message("%zu messages pass", n_rows);
    g_assert_cmpuint(n_rows, >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *mail = g_getenv("WAXSEAL_TEST_MAIL");
    if (mail == NULL) {
        g_print("WAXSEAL_TEST_MAIL is not set: no real signed mail to check\n");
        return 77;
    }
    folder = g_build_filename(mail, "signed", NULL);
    g_test_add_func("/real_signed/body_hashes_and_header_digests_agree_with_dkimpy",
                    test_agrees_with_dkimpy);
    g_test_add_func("/real_signed/verified_mail_passes", test_verified_mail_passes);
    const int status = g_test_run();
    g_free(folder);
    return status;
}
