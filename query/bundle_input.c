/* SPDX-License-Identifier: MIT */
#include "query/bundle_input.h"

#include "schema/arc_seal.h"
#include "schema/dkim_header_hash.h"
#include "schema/dkim_public_key.h"
#include "schema/domainkeys_fields.h"
#include "schema/domainkeys_signature.h"

#define LINE_END_BYTES 2

static const char *const no_field = "the signature's field is not there";
static const char *const other_bytes = "the archive has judged other bytes than these";

struct BundleReader {
    RawMessage message;
    DkimHeaderIndex *index;
    DkimDigest *digest;
    DkimSignature signature;
    ArcSets *sets; /* when first asked for */
    DomainKeysSignature domainkeys;
    DomainKeysFields domainkeys_fields;
};

BundleReader *bundle_reader_new_repaired(Slice message, const GArray *fields)
{
    BundleReader *reader = g_new0(BundleReader, 1);
    raw_message_parse(&reader->message, message);
    reader->index = dkim_header_index_new();
    reader->digest = dkim_digest_new();
    domainkeys_fields_init(&reader->domainkeys_fields);
    for (guint i = 0; fields != NULL && i < fields->len; i++) {
        reader->message.fields[i] = g_array_index(fields, RawField, i);
    }
    reader->message.n_fields = fields == NULL ? reader->message.n_fields : fields->len;
    dkim_header_index_build(reader->index, &reader->message);
    return reader;
}

BundleReader *bundle_reader_new(Slice message)
{
    return bundle_reader_new_repaired(message, NULL);
}

void bundle_reader_free(BundleReader *reader)
{
    if (reader == NULL) {
        return;
    }
    dkim_header_index_free(reader->index);
    dkim_digest_free(reader->digest);
    domainkeys_fields_clear(&reader->domainkeys_fields);
    raw_message_clear(&reader->message);
    g_free(reader->sets);
    g_free(reader);
}

static void append(gpointer user_data, const char *bytes, size_t len)
{
    g_string_append_len(user_data, bytes, (gssize)len);
}

/* Returns: how long the signature's own field is in its canonical form. */
static size_t own_length(const DkimSignature *signature, DkimCanon canon, const RawField *field)
{
    g_autoptr(GString) own_field = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, own_field);
    dkim_canon_signature_field(&writer, canon, field->name, field->value,
                               signature->signature_hole);
    dkim_canon_writer_flush(&writer);
    return own_field->len;
}

static GString *make_header(BundleReader *reader, const RawField *field, size_t *ret_field_at)
{
    const DkimSignature *signature = &reader->signature;
    GString *header = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, header);
    dkim_header_write(&writer, reader->index, signature, field);
    *ret_field_at = header->len - own_length(signature, signature->header_canon, field);
    return header;
}

static GString *make_body(const BundleReader *reader, bool has_other_end, bool *ret_is_short)
{
    const uint64_t limit = reader->signature.body_length;
    GString *body = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, body);
    dkim_canon_body(&writer, reader->signature.body_canon, reader->message.body);
    if (has_other_end && body->len < LINE_END_BYTES) {
        g_string_assign(body, "\r\n");
    } else if (has_other_end) {
        g_string_truncate(body, body->len - LINE_END_BYTES);
    }
    *ret_is_short = limit != UINT64_MAX && limit > body->len;
    if (limit < body->len) {
        g_string_truncate(body, (gsize)limit);
    }
    return body;
}

static void compute(const BundleReader *reader, DkimAlgorithm algorithm, const GString *text,
                    uint8_t *digest)
{
    dkim_digest_begin(reader->digest, dkim_algorithm_hash(algorithm));
    dkim_digest_update(reader->digest, text->str, text->len);
    dkim_digest_end(reader->digest, digest);
}

static bool has_digest(const BundleReader *reader, DkimAlgorithm algorithm, const GString *text,
                       GBytes *expected)
{
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    gsize len = 0;
    const void *bytes = g_bytes_get_data(expected, &len);
    compute(reader, algorithm, text, digest);
    return len == dkim_hash_bytes(dkim_algorithm_hash(algorithm)) &&
           memcmp(bytes, digest, len) == 0;
}

static GString *signature_bytes(const DkimSignature *signature)
{
    return g_string_new_len((const char *)signature->signature,
                            (gssize)signature->signature_len);
}

static void give_up(BundleInput *input, const char *obstacle)
{
    bundle_input_clear(input);
    input->obstacle = obstacle;
}

/* Makes what reader->signature, which is in `field`, is over. */
static void make(BundleReader *reader, const RawField *field, GBytes *digest,
                 bool has_other_end, BundleInput *input)
{
    input->header = make_header(reader, field, &input->field_at);
    if (!has_digest(reader, reader->signature.algorithm, input->header, digest)) {
        give_up(input, other_bytes);
        return;
    }
    input->body = make_body(reader, has_other_end, &input->is_short);
    input->signature = signature_bytes(&reader->signature);
}

/* Returns: whether the archive has judged the signature; else it is the obstacle. */
static bool begin(GBytes *digest, BundleInput *input)
{
    *input = (BundleInput){0};
    if (g_bytes_get_size(digest) == 0) {
        input->obstacle = "the archive has not checked it";
    }
    return input->obstacle == NULL;
}

/* Returns: (transfer none) NULL with the obstacle. */
static const RawField *field_at(const BundleReader *reader, int64_t at, BundleInput *input)
{
    if (at < 0 || (uint64_t)at >= reader->message.n_fields) {
        input->obstacle = no_field;
        return NULL;
    }
    return &reader->message.fields[at];
}

static void make_field(BundleReader *reader, const RawField *field, GBytes *digest,
                       bool has_other_end, BundleInput *input)
{
    dkim_signature_parse(field->value, &reader->signature);
    input->obstacle = reader->signature.fault;
    if (input->obstacle == NULL) {
        make(reader, field, digest, has_other_end, input);
    }
}

void bundle_reader_make(BundleReader *reader, int64_t field, GBytes *digest,
                        BundleInput *ret_input)
{
    const RawField *found =
        begin(digest, ret_input) ? field_at(reader, field, ret_input) : NULL;
    if (found != NULL) {
        make_field(reader, found, digest, false, ret_input);
    }
}

void bundle_reader_make_nth(BundleReader *reader, guint at, GBytes *digest, bool has_other_end,
                            BundleInput *ret_input)
{
    const RawField *found = NULL;
    guint n_found = 0;
    if (!begin(digest, ret_input)) {
        return;
    }
    for (size_t i = 0; i < reader->message.n_fields && found == NULL; i++) {
        const RawField *field = &reader->message.fields[i];
        if (slice_equal_nocase(field->name, SLICE_LITERAL("DKIM-Signature"))) {
            found = n_found++ == at ? field : NULL;
        }
    }
    if (found == NULL) {
        ret_input->obstacle = no_field;
        return;
    }
    make_field(reader, found, digest, has_other_end, ret_input);
}

bool bundle_reader_body_matches(const BundleReader *reader, const BundleInput *input)
{
    const DkimSignature *signature = &reader->signature;
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    compute(reader, signature->algorithm, input->body, digest);
    return !input->is_short &&
           memcmp(digest, signature->body_hash, signature->body_hash_len) == 0;
}

/* Returns: (transfer none) the set with that field, which can be read; NULL with the obstacle.
 */
static const ArcSet *find_set(BundleReader *reader, int64_t instance, ArcField kind,
                              BundleInput *input)
{
    if (reader->sets == NULL) {
        reader->sets = g_new0(ArcSets, 1);
        arc_sets_collect(&reader->message, reader->sets);
    }
    const ArcSets *sets = reader->sets;
    if (instance < 1 || (uint64_t)instance > sets->n_sets ||
        sets->sets[instance - 1].fields[kind] == NULL) {
        input->obstacle = no_field;
        return NULL;
    }
    const ArcSet *set = &sets->sets[instance - 1];
    input->obstacle =
        kind == ARC_FIELD_SEAL ? set->seal.signature.fault : set->message.signature.fault;
    return input->obstacle == NULL ? set : NULL;
}

void bundle_reader_make_arc_message(BundleReader *reader, int64_t instance, GBytes *digest,
                                    BundleInput *ret_input)
{
    const ArcSet *set = begin(digest, ret_input)
                            ? find_set(reader, instance, ARC_FIELD_MESSAGE, ret_input)
                            : NULL;
    if (set == NULL) {
        return;
    }
    const RawField *field = set->fields[ARC_FIELD_MESSAGE];
    reader->signature = set->message.signature;
    make(reader, field, digest, false, ret_input);
    if (ret_input->obstacle != NULL && !set->message.has_canonicalization) {
        /* As in the drafts of RFC 8617. */
        *ret_input = (BundleInput){0};
        reader->signature.header_canon = reader->signature.body_canon = DKIM_CANON_RELAXED;
        make(reader, field, digest, false, ret_input);
    }
}

/* A seal is over the sets before it, all three fields of each. */
static bool can_be_sealed(const ArcSets *sets, size_t instance)
{
    for (size_t i = arc_seal_first_instance(sets, instance); i <= instance; i++) {
        if (!arc_set_is_complete(sets, i)) {
            return false;
        }
    }
    return true;
}

void bundle_reader_make_seal(BundleReader *reader, int64_t instance, GBytes *digest,
                             BundleInput *ret_input)
{
    const ArcSet *set =
        begin(digest, ret_input) ? find_set(reader, instance, ARC_FIELD_SEAL, ret_input) : NULL;
    if (set == NULL) {
        return;
    }
    if (!can_be_sealed(reader->sets, (size_t)instance)) {
        ret_input->obstacle = other_bytes;
        return;
    }
    const DkimSignature *signature = &set->seal.signature;
    DkimCanonWriter writer;
    ret_input->header = g_string_new(NULL);
    dkim_canon_writer_init(&writer, append, ret_input->header);
    arc_seal_write(&writer, reader->sets, (size_t)instance);
    ret_input->field_at = ret_input->header->len - own_length(signature, DKIM_CANON_RELAXED,
                                                              set->fields[ARC_FIELD_SEAL]);
    if (!has_digest(reader, signature->algorithm, ret_input->header, digest)) {
        give_up(ret_input, other_bytes);
        return;
    }
    ret_input->signature = signature_bytes(signature);
}

static bool verifies(const char *record_text, GBytes *digest, const DkimSignature *signature)
{
    bool is_good = false;
    gsize len = 0;
    const char *bytes = g_bytes_get_data(digest, &len);
    DkimKeyRecord record;
    dkim_key_record_parse(slice_of_string(record_text), &record);
    if (record.fault == NULL && record.type == KEY_TYPE_RSA) {
        g_autoptr(DkimPublicKey) key = dkim_public_key_new(&record);
        const Slice made =
            slice_of((const char *)signature->signature, signature->signature_len);
        is_good = key != NULL &&
                  dkim_public_key_verify(key, signature->algorithm, slice_of(bytes, len), made);
    }
    dkim_key_record_clear(&record);
    return is_good;
}

void bundle_reader_make_domainkeys(BundleReader *reader, const EvidenceOther *other,
                                   BundleInput *ret_input)
{
    const DomainKeysSignature *parsed = &reader->domainkeys;
    const DkimSignature *signature = &parsed->signature;
    const RawField *field = begin(other->more.header_digest, ret_input)
                                ? field_at(reader, other->more.field, ret_input)
                                : NULL;
    if (field == NULL) {
        return;
    }
    domainkeys_signature_parse(field->value, &reader->domainkeys);
    if (signature->fault != NULL) {
        ret_input->obstacle = signature->fault;
        return;
    }
    domainkeys_fields_find(&reader->domainkeys_fields, &reader->message, field,
                           parsed->has_signed_fields ? &signature->signed_fields : NULL);
    const bool is_listed = g_bytes_get_size(other->listed_digest) > 0 &&
                           verifies(other->more.key_record, other->listed_digest, signature);
    DkimCanonWriter writer;
    ret_input->header = g_string_new(NULL);
    dkim_canon_writer_init(&writer, append, ret_input->header);
    domainkeys_fields_write(&writer, parsed->canon,
                            is_listed ? reader->domainkeys_fields.as_listed
                                      : reader->domainkeys_fields.as_found,
                            reader->message.body);
    if (!has_digest(reader, signature->algorithm, ret_input->header,
                    is_listed ? other->listed_digest : other->more.header_digest)) {
        give_up(ret_input, other_bytes);
        return;
    }
    ret_input->field = g_string_new_len(field->whole.ptr, (gssize)field->whole.len);
    ret_input->signature = signature_bytes(signature);
}

void bundle_input_clear(BundleInput *input)
{
    GString *const strings[] = {input->header, input->field, input->body, input->signature};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
        if (strings[i] != NULL) {
            g_string_free(strings[i], true);
        }
    }
    *input = (BundleInput){0};
}
