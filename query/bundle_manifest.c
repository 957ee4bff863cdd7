/* SPDX-License-Identifier: MIT */
#include "query/bundle_manifest.h"

#include "query/view_json.h"

void bundle_manifest_begin(JsonWriter *writer, const char *query)
{
    json_writer_begin_object(writer, NULL);
    json_writer_integer(writer, "schema", 1);
    json_writer_text(writer, "program", "waxseal-query " WAXSEAL_VERSION);
    json_writer_text(writer, "query", query);
    json_writer_begin_array(writer, "messages");
}

static void text_or_null(JsonWriter *writer, const char *key, const char *value)
{
    if (value == NULL) {
        json_writer_null(writer, key);
    } else {
        json_writer_text(writer, key, value);
    }
}

void bundle_manifest_begin_message(JsonWriter *writer, const Evidence *evidence,
                                   const char *eml)
{
    const MessageView *view = evidence->view;
    g_string_append_c(writer->out, '\n');
    json_writer_begin_object(writer, NULL);
    json_writer_integer(writer, "id", view->id);
    text_or_null(writer, "file", eml);
    text_or_null(writer, "missing", evidence->bytes_fault);
    json_writer_text(writer, "sha256", view->sha256);
    json_writer_integer(writer, "size", view->size);
    view_json_date(writer, "date", view->has_date, view->date);
    view_json_addresses(writer, view, "from", "from");
    json_writer_text(writer, "subject", view->subject);
    json_writer_text(writer, "message_id", view->msgid);
    json_writer_text(writer, "dkim", view->dkim);
    json_writer_text(writer, "level", view->level);
    json_writer_words(writer, "caveats", view->caveats);
    json_writer_begin_array(writer, "signatures");
}

static void write_files(JsonWriter *writer, const BundleFiles *files)
{
    text_or_null(writer, "unchecked", files->obstacle);
    json_writer_begin_object(writer, "files");
    text_or_null(writer, "header", files->header);
    text_or_null(writer, "field", files->field);
    text_or_null(writer, "body", files->body);
    text_or_null(writer, "signature", files->signature);
    text_or_null(writer, "key", files->key_pem);
    text_or_null(writer, "key_record", files->key_record);
    text_or_null(writer, "key_sources", files->key_sources);
    json_writer_end_object(writer);
}

void bundle_manifest_signature(JsonWriter *writer, const Evidence *evidence, guint at,
                               const BundleFiles *files)
{
    const ViewSignature *signature =
        &g_array_index(evidence->view->signatures, ViewSignature, at);
    json_writer_begin_object(writer, NULL);
    json_writer_integer(writer, "number", (int64_t)at + 1);
    json_writer_text(writer, "result", signature->result);
    json_writer_text(writer, "reason", signature->reason);
    json_writer_text(writer, "repair", signature->repair);
    view_json_signature_checks(writer, signature);
    view_json_signature_dates(writer, signature);
    view_json_number(writer, "key_bits", signature->key_bits);
    json_writer_words(writer, "caveats", signature->caveats);
    write_files(writer, files);
    json_writer_end_object(writer);
}

void bundle_manifest_begin_others(JsonWriter *writer)
{
    json_writer_end_array(writer);
    json_writer_begin_array(writer, "other_signatures");
}

const char *bundle_manifest_method(EvidenceMethod method)
{
    static const char *const words[EVIDENCE_METHOD_COUNT] = {
        [EVIDENCE_ARC_MESSAGE] = "arc-message",
        [EVIDENCE_ARC_SEAL] = "arc-seal",
        [EVIDENCE_DOMAINKEYS] = "domainkeys",
    };
    return words[method];
}

void bundle_manifest_other(JsonWriter *writer, const EvidenceOther *other,
                           const BundleFiles *files)
{
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "method", bundle_manifest_method(other->method));
    json_writer_integer(writer, "number", other->number);
    json_writer_text(writer, "result", other->result);
    json_writer_text(writer, "reason", other->reason);
    json_writer_text(writer, "domain", other->domain);
    json_writer_text(writer, "selector", other->selector);
    json_writer_text(writer, "algorithm", other->algorithm);
    json_writer_words(writer, "caveats", other->caveats);
    write_files(writer, files);
    json_writer_end_object(writer);
}

void bundle_manifest_end_message(JsonWriter *writer)
{
    json_writer_end_array(writer);
    json_writer_end_object(writer);
}

void bundle_manifest_end(JsonWriter *writer, int64_t n_messages, int64_t n_missing)
{
    g_string_append_c(writer->out, '\n');
    json_writer_end_array(writer);
    json_writer_integer(writer, "n_messages", n_messages);
    json_writer_integer(writer, "n_missing", n_missing);
    json_writer_end_object(writer);
    g_string_append_c(writer->out, '\n');
}

void bundle_manifest_key_sources(const EvidenceSignature *signature, GString *out)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "selector", signature->key_selector);
    json_writer_text(&writer, "domain", signature->key_domain);
    json_writer_text(&writer, "record", signature->key_record);
    key_sightings_write_json(&writer, "sources", signature->observations);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}
