/* SPDX-License-Identifier: MIT */
/* Runs the cases of $WAXSEAL_TEST_DATA/dkim/manifest.tsv. Offline, a key that is not there is
 * `nokey` where the manifest says permerror (NXDOMAIN) or temperror: both are right. */
#include "indexer/dkim.h"

#include <glib.h>

enum { CASE_ID, KIND = 2, EML = 4, KEYS, NOW = 7, EXPECT_SIGS, ALSO_OK, WHY = 15, COLUMNS };

typedef struct {
    const char *folder;
    char **columns;
} Case;

/* Where docs/dkim-conformance.md says why another result is right. */
static const struct {
    const char *case_id;
    const char *results;
} disputed[] = {
    {"mail-dkim/badkey4_ed25519", "fail"},
};

static char *result_words(const MailRecord *record)
{
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        g_string_append_printf(words, "%s%s", i > 0 ? "," : "",
                               dkim_result_word(entry->result));
    }
    return g_string_free(words, false);
}

static bool matches(const char *results, const char *expected)
{
    if (strcmp(expected, "-") == 0 || strcmp(expected, "NOSIG") == 0) {
        return *results == '\0';
    }
    g_auto(GStrv) ours = g_strsplit(results, ",", -1);
    g_auto(GStrv) theirs = g_strsplit(expected, ",", -1);
    if (g_strv_length(ours) != g_strv_length(theirs)) {
        return false;
    }
    for (size_t i = 0; ours[i] != NULL; i++) {
        const bool is_unknown_key =
            strcmp(ours[i], "nokey") == 0 &&
            (strcmp(theirs[i], "permerror") == 0 || strcmp(theirs[i], "temperror") == 0);
        if (strcmp(ours[i], theirs[i]) != 0 && !is_unknown_key) {
            return false;
        }
    }
    return true;
}

/* How the cases were met, for the summary. */
static size_t n_exact;
static size_t n_nokey;
static size_t n_also;
static size_t n_disputed;

static bool matches_any(const char *results, char *const *columns)
{
    if (matches(results, columns[EXPECT_SIGS])) {
        *(strstr(results, "nokey") == NULL ? &n_exact : &n_nokey) += 1;
        return true;
    }
    g_auto(GStrv) also = g_strsplit(columns[ALSO_OK], " ", -1);
    for (size_t i = 0; strcmp(columns[ALSO_OK], "-") != 0 && also[i] != NULL; i++) {
        if (matches(results, also[i])) {
            n_also++;
            g_test_message("also right: %s, not %s", results, columns[EXPECT_SIGS]);
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(disputed); i++) {
        if (strcmp(columns[CASE_ID], disputed[i].case_id) == 0 &&
            strcmp(results, disputed[i].results) == 0) {
            n_disputed++;
            g_test_message("disputed: %s, not %s", results, columns[EXPECT_SIGS]);
            return true;
        }
    }
    return false;
}

static void describe(const MailRecord *record)
{
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        g_autofree char *reason = slice_dup(entry->reason);
        g_autofree char *domain = slice_dup(entry->domain);
        g_test_message("signature %u: d=%s: %s", i, domain, reason);
    }
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *path = g_build_filename(test->folder, test->columns[EML], NULL);
    g_autofree char *text = NULL;
    gsize len = 0;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, &len, &error);
    g_assert_no_error(error);
    g_autoptr(KeyStore) keys = key_store_new();
    if (strcmp(test->columns[KEYS], "-") != 0 && *test->columns[KEYS] != '\0') {
        g_autofree char *key_path = g_build_filename(test->folder, test->columns[KEYS], NULL);
        key_store_read_file(keys, key_path, NULL, &error);
        g_assert_no_error(error);
    }

    g_autofree char *exact = g_memdup2(text, len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(exact, len));
    MailRecord record;
    mail_record_init(&record);
    record.has_received_at = true;
    record.received_at = g_ascii_strtoll(test->columns[NOW], NULL, 10);
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    dkim_verifier_check(verifier, &message, &record);

    g_autofree char *results = result_words(&record);
    if (!matches_any(results, test->columns)) {
        describe(&record);
        g_test_message("expected %s or %s, found %s: %s", test->columns[EXPECT_SIGS],
                       test->columns[ALSO_OK], results, test->columns[WHY]);
        g_test_fail();
    }
    mail_record_destroy(&record);
    raw_message_clear(&message);
}

static void case_free(gpointer data)
{
    Case *test = data;
    g_strfreev(test->columns);
    g_free(test);
}

/* Registers the case, or counts it when its kind is not checked by dkim.c. */
static void add_case(const char *folder, const char *line, GHashTable *uncovered)
{
    Case *test = g_new0(Case, 1);
    test->folder = folder;
    test->columns = g_strsplit(line, "\t", -1);
    if (g_strv_length(test->columns) < COLUMNS) {
        case_free(test);
        return;
    }
    const char *kind = test->columns[KIND];
    if (strcmp(kind, "dkim") != 0 && strcmp(kind, "dkim-legacy") != 0) {
        const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(uncovered, kind));
        g_hash_table_insert(uncovered, g_strdup(kind), GUINT_TO_POINTER(n + 1));
        case_free(test);
        return;
    }
    g_autofree char *path = g_strconcat("/real_dkim/", test->columns[CASE_ID], NULL);
    g_test_add_data_func_full(path, test, test_case, case_free);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *data = g_getenv("WAXSEAL_TEST_DATA");
    if (data == NULL) {
        g_print("WAXSEAL_TEST_DATA is not set: no real DKIM cases to run\n");
        return 77;
    }
    g_autofree char *folder = g_build_filename(data, "dkim", NULL);
    g_autofree char *path = g_build_filename(folder, "manifest.tsv", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    g_autoptr(GHashTable) uncovered =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 1; lines[i] != NULL; i++) {
        add_case(folder, lines[i], uncovered);
    }
    GHashTableIter iter;
    gpointer kind = NULL;
    gpointer count = NULL;
    g_hash_table_iter_init(&iter, uncovered);
    while (g_hash_table_iter_next(&iter, &kind, &count)) {
        g_print("# not yet covered: %u cases of kind %s\n", GPOINTER_TO_UINT(count),
                (const char *)kind);
    }
    const int status = g_test_run();
    g_print("# %zu exactly, %zu with nokey for a missing key, %zu by an alternative, %zu "
            "disputed\n",
            n_exact, n_nokey, n_also, n_disputed);
    return status;
}
