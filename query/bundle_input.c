/* SPDX-License-Identifier: MIT */
#include "query/bundle_input.h"

#include "schema/dkim_header_hash.h"

struct BundleReader {
    RawMessage message;
    DkimHeaderIndex *index;
    DkimDigest *digest;
    DkimSignature signature;
};

BundleReader *bundle_reader_new(Slice message)
{
    BundleReader *reader = g_new0(BundleReader, 1);
    raw_message_parse(&reader->message, message);
    reader->index = dkim_header_index_new();
    reader->digest = dkim_digest_new();
    dkim_header_index_build(reader->index, &reader->message);
    return reader;
}

void bundle_reader_free(BundleReader *reader)
{
    if (reader == NULL) {
        return;
    }
    dkim_header_index_free(reader->index);
    dkim_digest_free(reader->digest);
    raw_message_clear(&reader->message);
    g_free(reader);
}

static void append(gpointer user_data, const char *bytes, size_t len)
{
    g_string_append_len(user_data, bytes, (gssize)len);
}

static GString *make_header(BundleReader *reader, const RawField *field, size_t *ret_field_at)
{
    const DkimSignature *signature = &reader->signature;
    g_autoptr(GString) own_field = g_string_new(NULL);
    GString *header = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, own_field);
    dkim_canon_signature_field(&writer, signature->header_canon, field->name, field->value,
                               signature->signature_hole);
    dkim_canon_writer_flush(&writer);
    dkim_canon_writer_init(&writer, append, header);
    dkim_header_write(&writer, reader->index, signature, field);
    *ret_field_at = header->len - own_field->len;
    return header;
}

static GString *make_body(const BundleReader *reader, bool *ret_is_short)
{
    const uint64_t limit = reader->signature.body_length;
    GString *body = g_string_new(NULL);
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, append, body);
    dkim_canon_body(&writer, reader->signature.body_canon, reader->message.body);
    *ret_is_short = limit != UINT64_MAX && limit > body->len;
    if (limit < body->len) {
        g_string_truncate(body, (gsize)limit);
    }
    return body;
}

static bool has_digest(const BundleReader *reader, const GString *header, GBytes *expected)
{
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    gsize len = 0;
    const void *bytes = g_bytes_get_data(expected, &len);
    const DkimHash hash = dkim_algorithm_hash(reader->signature.algorithm);
    dkim_digest_begin(reader->digest, hash);
    dkim_digest_update(reader->digest, header->str, header->len);
    dkim_digest_peek(reader->digest, digest);
    return len == dkim_hash_bytes(hash) && memcmp(bytes, digest, len) == 0;
}

/* Reads the signature field. Returns: (transfer none) the field; NULL with the obstacle. */
static const RawField *read_field(BundleReader *reader, int64_t at, const char **ret_obstacle)
{
    if (at < 0 || (uint64_t)at >= reader->message.n_fields) {
        *ret_obstacle = "the signature's field is not there";
        return NULL;
    }
    const RawField *field = &reader->message.fields[at];
    dkim_signature_parse(field->value, &reader->signature);
    *ret_obstacle = reader->signature.fault;
    return reader->signature.fault == NULL ? field : NULL;
}

void bundle_reader_make(BundleReader *reader, int64_t field, GBytes *digest,
                        BundleInput *ret_input)
{
    *ret_input = (BundleInput){0};
    if (g_bytes_get_size(digest) == 0) {
        ret_input->obstacle = "the archive has not checked it";
        return;
    }
    const RawField *signature_field = read_field(reader, field, &ret_input->obstacle);
    if (signature_field == NULL) {
        return;
    }
    ret_input->header = make_header(reader, signature_field, &ret_input->field_at);
    if (!has_digest(reader, ret_input->header, digest)) {
        bundle_input_clear(ret_input);
        ret_input->obstacle = "the archive has judged other bytes than these";
        return;
    }
    ret_input->body = make_body(reader, &ret_input->is_short);
    ret_input->signature = g_string_new_len((const char *)reader->signature.signature,
                                            (gssize)reader->signature.signature_len);
}

void bundle_input_clear(BundleInput *input)
{
    GString *const strings[] = {input->header, input->body, input->signature};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
        if (strings[i] != NULL) {
            g_string_free(strings[i], true);
        }
    }
    *input = (BundleInput){0};
}
