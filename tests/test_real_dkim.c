/* SPDX-License-Identifier: MIT */
/* Runs the cases of $WAXSEAL_TEST_DATA/dkim/manifest.tsv. Offline, a key that is not there is
 * `nokey` where the manifest says permerror (NXDOMAIN) or temperror, and for an ARC chain fail:
 * both are right. */
#include "indexer/arc.h"

#include <glib.h>

#include "indexer/dkim.h"
#include "indexer/domainkeys.h"

enum { CASE_ID, KIND = 2, EML = 4, KEYS, NOW = 7, EXPECT_SIGS, ALSO_OK, WHY = 15, COLUMNS };

typedef struct Case Case;

typedef struct {
    const char *word; /* in the manifest */
    const char *path; /* of the tests */
    void (*check)(const KeyStore *keys, const RawMessage *message, const Case *test,
                  MailRecord *record);
    bool nokey_is_fail; /* what is nokey here is fail for a verifier that needs the DNS */
} CaseKind;

struct Case {
    const char *folder;
    char **columns;
    const CaseKind *kind;
};

/* Where docs/dkim-conformance.md says why another result is right. */
static const struct {
    const char *case_id;
    const char *results;
} disputed[] = {
    {"mail-dkim/badkey4_ed25519", "fail"},
    {"mail-dkim/bad_dk_3", "pass"},
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

/* The same of the DomainKey-Signature fields. Of several the source tells one result. */
static char *domainkeys_words(const MailRecord *record, bool is_one_expected)
{
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < record->domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record->domainkeys, RecordDomainKeys, i);
        if (is_one_expected && entry->result == DKIM_RESULT_PASS) {
            g_string_truncate(words, 0);
            i = record->domainkeys->len;
        }
        g_string_append_printf(words, "%s%s", words->len > 0 ? "," : "",
                               dkim_result_word(entry->result));
    }
    return g_string_free(words, false);
}

/* Whether `ours` is what a verifier that needs the DNS says as `theirs`. */
static bool means_missing_key(const char *ours, const char *theirs, bool nokey_is_fail)
{
    if (strcmp(ours, "nokey") != 0) {
        return false;
    }
    return nokey_is_fail ? strcmp(theirs, "fail") == 0
                         : strcmp(theirs, "permerror") == 0 || strcmp(theirs, "temperror") == 0;
}

static bool matches(const char *results, const char *expected, bool nokey_is_fail)
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
        if (strcmp(ours[i], theirs[i]) != 0 &&
            !means_missing_key(ours[i], theirs[i], nokey_is_fail)) {
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

static bool matches_any(const char *results, const Case *test)
{
    char *const *columns = test->columns;
    if (matches(results, columns[EXPECT_SIGS], test->kind->nokey_is_fail)) {
        *(strstr(results, "nokey") == NULL ? &n_exact : &n_nokey) += 1;
        return true;
    }
    g_auto(GStrv) also = g_strsplit(columns[ALSO_OK], " ", -1);
    for (size_t i = 0; strcmp(columns[ALSO_OK], "-") != 0 && also[i] != NULL; i++) {
        if (matches(results, also[i], test->kind->nokey_is_fail)) {
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

/* Counts the case as met, or fails the test. */
static void judge(const char *results, const Case *test)
{
    if (!matches_any(results, test)) {
        g_test_message("expected %s or %s, found %s: %s", test->columns[EXPECT_SIGS],
                       test->columns[ALSO_OK], results, test->columns[WHY]);
        g_test_fail();
    }
}

static void check_dkim(const KeyStore *keys, const RawMessage *message, const Case *test,
                       MailRecord *record)
{
    record->has_received_at = true;
    record->received_at = g_ascii_strtoll(test->columns[NOW], NULL, 10);
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    dkim_verifier_check(verifier, message, record);
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        g_autofree char *reason = slice_dup(entry->reason);
        g_autofree char *domain = slice_dup(entry->domain);
        g_test_message("signature %u: d=%s: %s", i, domain, reason);
    }
    g_autofree char *results = result_words(record);
    judge(results, test);
}

static void check_arc(const KeyStore *keys, const RawMessage *message, const Case *test,
                      MailRecord *record)
{
    g_autoptr(ArcVerifier) verifier = arc_verifier_new(keys);
    arc_verifier_check(verifier, message, record);
    g_autofree char *chain = slice_dup(record->arc_reason);
    g_test_message("%s", chain);
    for (guint i = 0; i < record->arc_sets->len; i++) {
        const RecordArcSet *entry = &g_array_index(record->arc_sets, RecordArcSet, i);
        g_autofree char *seal = slice_dup(entry->seal.reason);
        g_autofree char *signature = slice_dup(entry->message.reason);
        g_test_message("set %u: seal: %s; message signature: %s", entry->instance, seal,
                       signature);
    }
    judge(arc_result_word(record->arc), test);
}

static void check_domainkeys(const KeyStore *keys, const RawMessage *message, const Case *test,
                             MailRecord *record)
{
    g_autoptr(DomainKeysVerifier) verifier = domainkeys_verifier_new(keys);
    domainkeys_verifier_check(verifier, message, record);
    for (guint i = 0; i < record->domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record->domainkeys, RecordDomainKeys, i);
        g_autofree char *reason = slice_dup(entry->reason);
        g_test_message("DomainKeys signature %u: %s", i, reason);
    }
    const bool is_one_expected = strchr(test->columns[EXPECT_SIGS], ',') == NULL;
    g_autofree char *results = domainkeys_words(record, is_one_expected);
    judge(results, test);
}

static const CaseKind kinds[] = {
    {"dkim", "/real_dkim/", check_dkim, false},
    {"dkim-legacy", "/real_dkim/", check_dkim, false},
    {"domainkeys", "/real_domainkeys/", check_domainkeys, false},
    {"arc", "/real_arc/", check_arc, true},
};

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
    test->kind->check(keys, &message, test, &record);
    mail_record_destroy(&record);
    raw_message_clear(&message);
}

static void case_free(gpointer data)
{
    Case *test = data;
    g_strfreev(test->columns);
    g_free(test);
}

/* Returns: false when the manifest has a kind of case that nobody checks. */
static bool add_case(const char *folder, const char *line)
{
    Case *test = g_new0(Case, 1);
    test->folder = folder;
    test->columns = g_strsplit(line, "\t", -1);
    if (g_strv_length(test->columns) < COLUMNS) {
        case_free(test);
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(test->columns[KIND], kinds[i].word) == 0) {
            test->kind = &kinds[i];
            g_autofree char *path = g_strconcat(test->kind->path, test->columns[CASE_ID], NULL);
            g_test_add_data_func_full(path, test, test_case, case_free);
            return true;
        }
    }
    g_printerr("cases of kind %s are not checked\n", test->columns[KIND]);
    case_free(test);
    return false;
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
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 1; lines[i] != NULL; i++) {
        if (!add_case(folder, lines[i])) {
            return 1;
        }
    }
    const int status = g_test_run();
    g_print("# %zu exactly, %zu with nokey for a missing key, %zu by an alternative, %zu "
            "disputed\n",
            n_exact, n_nokey, n_also, n_disputed);
    return status;
}
