/* SPDX-License-Identifier: MIT */
#include "query/command_query.h"

#include "query/bundle.h"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"output", 'o', "PATH", "a new folder, or a new ZIP file when it ends in .zip"},
    {"tz", 0, "ZONE", "dates of the query are in this time zone (UTC)"},
    {"timeout", 0, "SECONDS", "give up searching after this long (30; 0 is never)"},
    {NULL, 0, NULL, NULL},
};

static const char details[] =
    "The exact mails, the bytes that each signature is over, the keys and where\n"
    "they came from, a manifest, and verify.sh, which checks every signature again\n"
    "with openssl and sha256sum alone. Nothing is overwritten. Exit code 4: the\n"
    "bundle is made, and lacks messages whose source is gone; it says which.\n"
    "Examples: bundle id:1498226400 -o mail.zip\n"
    "          bundle from:@bank.example is:verified date:2016 -o evidence\n";

static bool add_message(sqlite3 *db, Bundle *bundle, int64_t id, GError **error)
{
    g_autoptr(Evidence) evidence = evidence_read(db, id, error);
    if (evidence == NULL) {
        return *error == NULL;
    }
    if (evidence->bytes == NULL) {
        command_complain("message %" G_GINT64_FORMAT " is missing: %s", id,
                         evidence->bytes_fault);
    }
    return bundle_add(bundle, evidence, error);
}

static CommandExit report(const char *path, const BundleCounts *counts, const char *sum)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_printf(out,
                    "%s: %" G_GINT64_FORMAT " messages, %" G_GINT64_FORMAT
                    " missing, %" G_GINT64_FORMAT " DKIM signatures, %" G_GINT64_FORMAT
                    " of ARC and DomainKeys\n"
                    "SHA-256 of " BUNDLE_SUMS_NAME ", which stands for all of it: %s\n",
                    path, counts->n_messages, counts->n_missing, counts->n_signatures,
                    counts->n_others, sum);
    command_print(out);
    return counts->n_missing > 0 ? EXIT_INCOMPLETE : EXIT_HITS;
}

static CommandExit cannot_write(const GError *error, const char *path)
{
    command_complain("%s", error->message);
    if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_EXIST)) {
        return EXIT_BAD_QUERY;
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        command_complain("%s: not a complete bundle", path);
    }
    return EXIT_NO_ARCHIVE;
}

static CommandExit make_bundle(sqlite3 *db, const GArray *ids, const char *query,
                               const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sum = NULL;
    BundleCounts counts = {0};
    g_autoptr(BundleWriter) writer = bundle_writer_open(path, &error);
    if (writer == NULL) {
        return cannot_write(error, path);
    }
    g_autoptr(Bundle) bundle = bundle_new(writer, query);
    for (guint i = 0; i < ids->len; i++) {
        if (!add_message(db, bundle, g_array_index(ids, int64_t, i), &error)) {
            return cannot_write(error, path);
        }
    }
    if (!bundle_finish(bundle, &counts, &error) ||
        !bundle_writer_finish(writer, &sum, &error)) {
        return cannot_write(error, path);
    }
    return report(path, &counts, sum);
}

/* The query as the manifest tells it: words, then flags as they were typed. */
static char *query_as_typed(const OptionSet *options, const char *words)
{
    GString *text = g_string_new(words);
    for (guint i = 0; i < options->fields->len; i++) {
        const OptionField *flag = &g_array_index(options->fields, OptionField, i);
        const char *equals = strchr(flag->flag, '=');
        const int n_flag =
            equals == NULL ? (int)strlen(flag->flag) : (int)(equals - flag->flag);
        g_string_append_printf(text, "%s%.*s%s%s", text->len > 0 ? " " : "", n_flag, flag->flag,
                               flag->is_word ? "" : " ", flag->is_word ? "" : flag->value);
    }
    return g_string_free(text, false);
}

static CommandExit run(const OptionSet *options)
{
    const char *path = option_value(options, "output");
    g_auto(CommandQuery) query = {0};
    if (!command_query_read(options, &query)) {
        return EXIT_BAD_QUERY;
    }
    if (path == NULL || *path == '\0') {
        command_complain("where should the bundle go? (-o FOLDER or -o FILE.zip)");
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = NULL;
    CommandExit code = EXIT_HITS;
    g_autoptr(GArray) ids =
        command_query_select(options, &query, "bundle", "no bundle made", &db, &code);
    if (ids == NULL) {
        return code;
    }
    g_autofree char *typed = query_as_typed(options, query.text);
    return make_bundle(db, ids, typed, path);
}

const Command command_bundle = {
    .name = "bundle",
    .arguments = "QUERY... -o PATH",
    .summary = "messages with all that somebody needs to check them again",
    .details = details,
    .options = options_table,
    .takes_fields = true,
    .run = run,
};
