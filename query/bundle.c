/* SPDX-License-Identifier: MIT */
#include "query/bundle.h"

#include "query/bundle_input.h"
#include "query/bundle_manifest.h"
#include "query/bundle_readme_txt.h"
#include "query/bundle_verify_sh.h"
#include "schema/dkim_public_key.h"
#include "schema/terminal_text.h"

/* Hexadecimal digits of a hash in a file name. */
#define NAME_DIGITS 16

typedef struct {
    char *pem; /* NULL when the record holds no usable key */
    char *record;
    char *sources;
} KeyFiles;

struct Bundle {
    BundleWriter *writer;
    GString *manifest_text;
    JsonWriter manifest;
    GString *checks;  /* checks.tsv */
    GHashTable *keys; /* char * made from the key -> KeyFiles */
    BundleCounts counts;
};

/* What verify.sh should find. */
typedef struct {
    const char *header; /* "yes" "no" "unknown" */
    const char *body;   /* and "short" */
} Expected;

/* Names of the files of one signature. */
typedef struct {
    char *header;
    char *body;
    char *signature;
} InputNames;

static const char check_columns[] =
    "# message\tnumber\tkey\theader\tfield at byte\tbody\tsignature\theader holds\t"
    "body matches\tresult\tunchecked because\n";

static void key_files_free(gpointer data)
{
    KeyFiles *files = data;
    g_free(files->pem);
    g_free(files->record);
    g_free(files->sources);
    g_free(files);
}

static void input_names_clear(InputNames *names)
{
    g_free(names->header);
    g_free(names->body);
    g_free(names->signature);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(InputNames, input_names_clear)

Bundle *bundle_new(BundleWriter *writer, const char *query)
{
    Bundle *bundle = g_new0(Bundle, 1);
    bundle->writer = writer;
    bundle->manifest_text = g_string_new(NULL);
    bundle->manifest = json_writer_on(bundle->manifest_text);
    bundle->checks = g_string_new(check_columns);
    bundle->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, key_files_free);
    bundle_manifest_begin(&bundle->manifest, query);
    return bundle;
}

void bundle_free(Bundle *bundle)
{
    if (bundle == NULL) {
        return;
    }
    g_string_free(bundle->manifest_text, true);
    g_string_free(bundle->checks, true);
    g_hash_table_unref(bundle->keys);
    g_free(bundle);
}

static bool add_string(const Bundle *bundle, const char *name, const GString *text,
                       GError **error)
{
    return bundle_writer_add(bundle->writer, name, slice_of(text->str, text->len), error);
}

static char *key_pem(const char *record_text)
{
    DkimKeyRecord record;
    char *pem = NULL;
    dkim_key_record_parse(slice_of_string(record_text), &record);
    if (record.fault == NULL) {
        g_autoptr(DkimPublicKey) key = dkim_public_key_new(&record);
        pem = key == NULL ? NULL : dkim_public_key_pem(key);
    }
    dkim_key_record_clear(&record);
    return pem;
}

static bool write_key(const Bundle *bundle, const KeyFiles *files, const char *pem,
                      const EvidenceSignature *signature, GError **error)
{
    g_autoptr(GString) record = g_string_new(signature->key_record);
    g_autoptr(GString) sources = g_string_new(NULL);
    g_string_append_c(record, '\n');
    bundle_manifest_key_sources(signature, sources);
    return (pem == NULL ||
            bundle_writer_add(bundle->writer, files->pem, slice_of_string(pem), error)) &&
           add_string(bundle, files->record, record, error) &&
           add_string(bundle, files->sources, sources, error);
}

/* Writes a key that is not there yet. Returns: (transfer none) NULL with `error`. */
static const KeyFiles *take_key(Bundle *bundle, const EvidenceSignature *signature,
                                GError **error)
{
    g_autofree char *key = g_strdup_printf("%s\n%s\n%s", signature->key_selector,
                                           signature->key_domain, signature->key_record);
    const KeyFiles *known = g_hash_table_lookup(bundle->keys, key);
    if (known != NULL) {
        return known;
    }
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    g_autofree char *pem = key_pem(signature->key_record);
    KeyFiles *files = g_new0(KeyFiles, 1);
    files->pem = pem == NULL ? NULL : g_strdup_printf("keys/%.*s.pem", NAME_DIGITS, hash);
    files->record = g_strdup_printf("keys/%.*s.txt", NAME_DIGITS, hash);
    files->sources = g_strdup_printf("keys/%.*s.sources.json", NAME_DIGITS, hash);
    if (!write_key(bundle, files, pem, signature, error)) {
        key_files_free(files);
        return NULL;
    }
    g_hash_table_insert(bundle->keys, g_steal_pointer(&key), files);
    return files;
}

static const char *known_word(int known)
{
    return known < 0 ? "unknown" : known > 0 ? "yes" : "no";
}

static const char *or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

/* Why a signature cannot be checked: the archive's own reason when it was not judged. */
static char *unchecked_reason(const ViewSignature *signature, const BundleFiles *files)
{
    const char *reason = *signature->reason != '\0' && signature->header_ok < 0 &&
                                 signature->body_ok < 0 && files->obstacle != NULL
                             ? signature->reason
                             : or_dash(files->obstacle);
    return terminal_text_line(slice_of_string(reason), TERMINAL_TEXT_PLAIN);
}

/* One line of checks.tsv. What the archive holds could be any text in a forged one: control
 * characters are shown. */
static void append_check(Bundle *bundle, const char *eml, guint number,
                         const ViewSignature *signature, const BundleFiles *files,
                         size_t field_at, Expected expected)
{
    g_autofree char *result =
        terminal_text_line(slice_of_string(signature->result), TERMINAL_TEXT_PLAIN);
    g_autofree char *reason = unchecked_reason(signature, files);
    g_string_append_printf(bundle->checks,
                           "%s\t%u\t%s\t%s\t%" G_GSIZE_FORMAT "\t%s\t%s\t%s\t%s\t%s\t%s\n", eml,
                           number, or_dash(files->key_pem), or_dash(files->header),
                           field_at + 1, or_dash(files->body), or_dash(files->signature),
                           expected.header, expected.body, or_dash(result), reason);
}

static bool write_input(const Bundle *bundle, const BundleInput *input, const InputNames *names,
                        GError **error)
{
    return add_string(bundle, names->header, input->header, error) &&
           add_string(bundle, names->body, input->body, error) &&
           add_string(bundle, names->signature, input->signature, error);
}

/* Puts together what is known of a signature's files and lists it. */
static void list_signature(Bundle *bundle, const Evidence *evidence, guint at, const char *eml,
                           const BundleInput *input, BundleFiles *files)
{
    const ViewSignature *signature =
        &g_array_index(evidence->view->signatures, ViewSignature, at);
    const Expected expected = {
        .header = known_word(signature->header_ok),
        .body = input->is_short ? "short" : known_word(signature->body_ok),
    };
    bundle_manifest_signature(&bundle->manifest, evidence, at, files);
    append_check(bundle, eml, at + 1, signature, files, input->field_at, expected);
}

/* What a repaired signature is over is not in the message as it lies in the dump. */
static void make_input(BundleReader *reader, const Evidence *evidence, guint at,
                       BundleInput *ret_input)
{
    const ViewSignature *signature =
        &g_array_index(evidence->view->signatures, ViewSignature, at);
    const EvidenceSignature *more = &g_array_index(evidence->signatures, EvidenceSignature, at);
    if (*signature->repair == '\0') {
        bundle_reader_make(reader, more->field, more->header_digest, ret_input);
        return;
    }
    *ret_input = (BundleInput){
        .obstacle = "verifies only with damage of the dump undone, not on these bytes"};
}

static bool add_signature(Bundle *bundle, const Evidence *evidence, guint at,
                          BundleReader *reader, const char *base, GError **error)
{
    const EvidenceSignature *more = &g_array_index(evidence->signatures, EvidenceSignature, at);
    g_autofree char *eml = g_strdup_printf("mail/%s.eml", base);
    g_auto(BundleInput) input = {0};
    g_auto(InputNames) names = {0};
    const KeyFiles *key = NULL;
    BundleFiles files = {0};
    make_input(reader, evidence, at, &input);
    if (more->has_key) {
        key = take_key(bundle, more, error);
        if (key == NULL) {
            return false;
        }
        files.key_pem = key->pem;
        files.key_record = key->record;
        files.key_sources = key->sources;
    }
    files.obstacle = input.obstacle;
    if (input.obstacle == NULL) {
        names = (InputNames){
            .header = g_strdup_printf("signatures/%s-%u.header", base, at + 1),
            .body = g_strdup_printf("signatures/%s-%u.body", base, at + 1),
            .signature = g_strdup_printf("signatures/%s-%u.sig", base, at + 1),
        };
        files.header = names.header;
        files.body = names.body;
        files.signature = names.signature;
        if (!write_input(bundle, &input, &names, error)) {
            return false;
        }
    }
    list_signature(bundle, evidence, at, eml, &input, &files);
    bundle->counts.n_signatures++;
    return true;
}

static bool add_present(Bundle *bundle, const Evidence *evidence, GError **error)
{
    const MessageView *view = evidence->view;
    gsize size = 0;
    const char *data = g_bytes_get_data(evidence->bytes, &size);
    g_autofree char *base =
        g_strdup_printf("%" G_GINT64_FORMAT "-%.*s", view->id, NAME_DIGITS, view->sha256);
    g_autofree char *eml = g_strdup_printf("mail/%s.eml", base);
    if (!bundle_writer_add(bundle->writer, eml, slice_of(data, size), error)) {
        return false;
    }
    g_autoptr(BundleReader) reader = bundle_reader_new(slice_of(data, size));
    bundle_manifest_begin_message(&bundle->manifest, evidence, eml);
    for (guint i = 0; i < view->signatures->len; i++) {
        if (!add_signature(bundle, evidence, i, reader, base, error)) {
            return false;
        }
    }
    bundle_manifest_end_message(&bundle->manifest);
    return true;
}

/* Only what the archive says of it. */
static void add_missing(Bundle *bundle, const Evidence *evidence)
{
    const BundleFiles files = {.obstacle = "the message is missing"};
    bundle->counts.n_missing++;
    bundle_manifest_begin_message(&bundle->manifest, evidence, NULL);
    for (guint i = 0; i < evidence->view->signatures->len; i++) {
        bundle_manifest_signature(&bundle->manifest, evidence, i, &files);
    }
    bundle_manifest_end_message(&bundle->manifest);
    g_string_append_printf(bundle->checks,
                           "missing\t%" G_GINT64_FORMAT "\t%s\t-\t-\t-\t-\t-\t-\t-\t-\n",
                           evidence->view->id, evidence->view->sha256);
}

bool bundle_add(Bundle *bundle, const Evidence *evidence, GError **error)
{
    bundle->counts.n_messages++;
    if (evidence->bytes == NULL) {
        add_missing(bundle, evidence);
        return true;
    }
    return add_present(bundle, evidence, error);
}

bool bundle_finish(Bundle *bundle, BundleCounts *ret_counts, GError **error)
{
    bundle_manifest_end(&bundle->manifest, bundle->counts.n_messages, bundle->counts.n_missing);
    if (!add_string(bundle, "manifest.json", bundle->manifest_text, error) ||
        !add_string(bundle, "checks.tsv", bundle->checks, error) ||
        !bundle_writer_add(bundle->writer, "verify.sh", slice_of_string(bundle_verify_sh),
                           error) ||
        !bundle_writer_add(bundle->writer, "README.txt", slice_of_string(bundle_readme_txt),
                           error)) {
        return false;
    }
    *ret_counts = bundle->counts;
    return true;
}
