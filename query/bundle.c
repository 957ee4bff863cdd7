/* SPDX-License-Identifier: MIT */
#include "query/bundle.h"

#include "query/bundle_manifest.h"
#include "query/bundle_readme_txt.h"
#include "query/bundle_repair.h"
#include "query/bundle_verify_sh.h"
#include "schema/dkim_public_key.h"
#include "schema/terminal_text.h"
#include "schema/verdict.h"

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

/* The message that is being added. */
typedef struct {
    const Evidence *evidence;
    BundleReader *reader;
    const char *base; /* what names of its files begin with */
    const char *eml;
} Mail;

/* One signature, of whatever method, and what verify.sh should find. */
typedef struct {
    const char *method; /* as checks.tsv has it */
    char *stem;         /* what names of its files end with */
    int64_t number;
    const char *result;
    const char *reason;
    const char *repair; /* what was undone, in words; "" for nothing */
    const char *header; /* "yes" "no" "unknown" */
    const char *body;   /* and "short" "none" */
    bool was_judged;    /* the archive has looked at header or body */
    const EvidenceSignature *more;
} Subject;

/* Names of the files of one signature. */
typedef struct {
    char *header;
    char *field;
    char *body;
    char *signature;
} InputNames;

static const char check_columns[] =
    "# message\tnumber\tkey\theader\tfield at byte\tbody\tsignature\theader holds\t"
    "body matches\tresult\tunchecked because\tmethod\tfield\tafter\n";

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
    g_free(names->field);
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
static char *unchecked_reason(const Subject *subject, const BundleFiles *files)
{
    const char *reason =
        *subject->reason != '\0' && !subject->was_judged && files->obstacle != NULL
            ? subject->reason
            : or_dash(files->obstacle);
    return terminal_text_line(slice_of_string(reason), TERMINAL_TEXT_PLAIN);
}

/* One line of checks.tsv. What the archive holds could be any text in a forged one: control
 * characters are shown. */
static void append_check(Bundle *bundle, const Mail *mail, const Subject *subject,
                         const BundleInput *input, const BundleFiles *files)
{
    g_autofree char *result =
        terminal_text_line(slice_of_string(subject->result), TERMINAL_TEXT_PLAIN);
    g_autofree char *reason = unchecked_reason(subject, files);
    g_string_append_printf(
        bundle->checks,
        "%s\t%" G_GINT64_FORMAT "\t%s\t%s\t%" G_GSIZE_FORMAT
        "\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
        mail->eml, subject->number, or_dash(files->key_pem), or_dash(files->header),
        input->field_at + 1, or_dash(files->body), or_dash(files->signature), subject->header,
        input->is_short ? "short" : subject->body, or_dash(result), reason, subject->method,
        files->field != NULL ? files->field : or_dash(files->header), or_dash(subject->repair));
}

/* Writes one of the files when it is there. `ret_name` is its name then. */
static bool write_part(const Bundle *bundle, const Mail *mail, const Subject *subject,
                       const char *extension, const GString *text, char **ret_name,
                       GError **error)
{
    if (text == NULL) {
        return true;
    }
    *ret_name = g_strdup_printf("signatures/%s-%s.%s", mail->base, subject->stem, extension);
    return add_string(bundle, *ret_name, text, error);
}

static bool write_input(const Bundle *bundle, const Mail *mail, const Subject *subject,
                        const BundleInput *input, InputNames *names, GError **error)
{
    return write_part(bundle, mail, subject, "header", input->header, &names->header, error) &&
           write_part(bundle, mail, subject, "field", input->field, &names->field, error) &&
           write_part(bundle, mail, subject, "body", input->body, &names->body, error) &&
           write_part(bundle, mail, subject, "sig", input->signature, &names->signature, error);
}

/* Writes the key and the input of a signature, and its line for verify.sh. */
static bool add_subject(Bundle *bundle, const Mail *mail, const Subject *subject,
                        const BundleInput *input, InputNames *names, BundleFiles *ret_files,
                        GError **error)
{
    BundleFiles files = {.obstacle = input->obstacle};
    if (subject->more->has_key) {
        const KeyFiles *key = take_key(bundle, subject->more, error);
        if (key == NULL) {
            return false;
        }
        files.key_pem = key->pem;
        files.key_record = key->record;
        files.key_sources = key->sources;
    }
    if (!write_input(bundle, mail, subject, input, names, error)) {
        return false;
    }
    files.header = names->header;
    files.field = names->field;
    files.body = names->body;
    files.signature = names->signature;
    append_check(bundle, mail, subject, input, &files);
    *ret_files = files;
    return true;
}

static bool add_signature(Bundle *bundle, const Mail *mail, guint at, GError **error)
{
    const Evidence *evidence = mail->evidence;
    const ViewSignature *signature =
        &g_array_index(evidence->view->signatures, ViewSignature, at);
    const EvidenceSignature *more = &g_array_index(evidence->signatures, EvidenceSignature, at);
    const Repair repair = repair_of_word(signature->repair);
    g_autofree char *stem = g_strdup_printf("%u", at + 1);
    const Subject subject = {
        .method = "dkim",
        .stem = stem,
        .number = (int64_t)at + 1,
        .result = signature->result,
        .reason = signature->reason,
        .repair = repair_done_of_word(signature->repair),
        .header = known_word(signature->header_ok),
        .body = known_word(signature->body_ok),
        .was_judged = signature->header_ok >= 0 || signature->body_ok >= 0,
        .more = more,
    };
    g_auto(BundleInput) input = {0};
    g_auto(InputNames) names = {0};
    BundleFiles files;
    if (repair == REPAIR_NONE) {
        bundle_reader_make(mail->reader, more->field, more->header_digest, &input);
    } else {
        bundle_repair_make(evidence, at, repair, &input);
    }
    if (!add_subject(bundle, mail, &subject, &input, &names, &files, error)) {
        return false;
    }
    bundle_manifest_signature(&bundle->manifest, evidence, at, &files);
    bundle->counts.n_signatures++;
    return true;
}

/* Whether the header holds: the archive has it in the result, which is of both. */
static const char *header_word(const EvidenceOther *other)
{
    if (g_str_equal(other->result, "pass")) {
        return "yes";
    }
    if (!g_str_equal(other->result, "fail")) {
        return "unknown";
    }
    if (g_str_equal(other->reason, DKIM_REASON_BAD_SIGNATURE)) {
        return "no";
    }
    return other->more.has_key ? "yes" : "unknown";
}

static void make_other(const Mail *mail, const EvidenceOther *other, BundleInput *ret_input)
{
    switch (other->method) {
    case EVIDENCE_ARC_MESSAGE:
        bundle_reader_make_arc_message(mail->reader, other->number, other->more.header_digest,
                                       ret_input);
        break;
    case EVIDENCE_ARC_SEAL:
        bundle_reader_make_seal(mail->reader, other->number, other->more.header_digest,
                                ret_input);
        break;
    case EVIDENCE_DOMAINKEYS:
        bundle_reader_make_domainkeys(mail->reader, other, ret_input);
        break;
    case EVIDENCE_METHOD_COUNT:
        g_assert_not_reached();
    }
}

static bool add_other(Bundle *bundle, const Mail *mail, guint at, GError **error)
{
    const EvidenceOther *other = &g_array_index(mail->evidence->others, EvidenceOther, at);
    const char *method = bundle_manifest_method(other->method);
    g_autofree char *stem = g_strdup_printf("%s-%" G_GINT64_FORMAT, method, other->number);
    const Subject subject = {
        .method = method,
        .stem = stem,
        .number = other->number,
        .result = other->result,
        .reason = other->reason,
        .repair = "",
        .header = header_word(other),
        .body = other->method == EVIDENCE_ARC_MESSAGE ? known_word(other->body_ok) : "none",
        .was_judged = g_bytes_get_size(other->more.header_digest) > 0,
        .more = &other->more,
    };
    g_auto(BundleInput) input = {0};
    g_auto(InputNames) names = {0};
    BundleFiles files;
    make_other(mail, other, &input);
    if (!add_subject(bundle, mail, &subject, &input, &names, &files, error)) {
        return false;
    }
    bundle_manifest_other(&bundle->manifest, other, &files);
    bundle->counts.n_others++;
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
    const Mail mail = {.evidence = evidence, .reader = reader, .base = base, .eml = eml};
    bundle_manifest_begin_message(&bundle->manifest, evidence, eml);
    for (guint i = 0; i < view->signatures->len; i++) {
        if (!add_signature(bundle, &mail, i, error)) {
            return false;
        }
    }
    bundle_manifest_begin_others(&bundle->manifest);
    for (guint i = 0; i < evidence->others->len; i++) {
        if (!add_other(bundle, &mail, i, error)) {
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
    bundle_manifest_begin_others(&bundle->manifest);
    for (guint i = 0; i < evidence->others->len; i++) {
        bundle_manifest_other(&bundle->manifest,
                              &g_array_index(evidence->others, EvidenceOther, i), &files);
    }
    bundle_manifest_end_message(&bundle->manifest);
    g_string_append_printf(
        bundle->checks, "missing\t%" G_GINT64_FORMAT "\t%s\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\n",
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
