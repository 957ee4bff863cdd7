/* SPDX-License-Identifier: MIT */
#include "query/evidence.h"

#include "query/signature_text.h"
#include "query/view_json.h"

static void key(JsonWriter *writer, const ViewSignature *signature,
                const EvidenceSignature *more)
{
    if (!more->has_key) {
        json_writer_null(writer, "key");
        return;
    }
    json_writer_begin_object(writer, "key");
    json_writer_text(writer, "selector", more->key_selector);
    json_writer_text(writer, "domain", more->key_domain);
    json_writer_integer(writer, "bits", signature->key_bits);
    json_writer_text(writer, "record", more->key_record);
    json_writer_boolean(writer, "leaked", more->key_is_leaked);
    view_json_date(writer, "leaked_since", more->key_leaked_since >= 0, more->key_leaked_since);
    key_span_write_json(writer, "verified_mail", &signature->key_span);
    key_sightings_write_json(writer, "observations", more->observations);
    json_writer_end_object(writer);
}

static void fields(JsonWriter *writer, const ShownFields *present, const char *signed_fields)
{
    json_writer_begin_array(writer, "shown_fields");
    for (ShownField i = 0; i < SHOWN_FIELD_COUNT; i++) {
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "name", shown_field_name(i));
        if (present->present[i] < 0) {
            json_writer_null(writer, "present");
        } else {
            json_writer_integer(writer, "present", present->present[i]);
        }
        json_writer_integer(writer, "signed", shown_field_signed(i, signed_fields));
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void body(JsonWriter *writer, const ViewSignature *signature, int64_t bytes)
{
    const bool is_whole = signature->body_length < 0 || signature->body_length > bytes;
    json_writer_begin_object(writer, "body");
    json_writer_integer(writer, "bytes", bytes);
    json_writer_integer(writer, "signed", is_whole ? bytes : signature->body_length);
    json_writer_end_object(writer);
}

static void signature_object(JsonWriter *writer, const Evidence *evidence, guint at)
{
    const ViewSignature *signature =
        &g_array_index(evidence->view->signatures, ViewSignature, at);
    const EvidenceSignature *more = &g_array_index(evidence->signatures, EvidenceSignature, at);
    g_autoptr(GString) claim = g_string_new(NULL);
    signature_text_claim(signature, claim);
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "result", signature->result);
    json_writer_text(writer, "reason", signature->reason);
    json_writer_text(writer, "claim", claim->str);
    view_json_signature_checks(writer, signature);
    view_json_signature_dates(writer, signature);
    key(writer, signature, more);
    fields(writer, &evidence->fields, signature->signed_fields);
    body(writer, signature, more->body_bytes);
    json_writer_words(writer, "caveats", signature->caveats);
    json_writer_text(writer, "repair", signature->repair);
    json_writer_end_object(writer);
}

static void domainkeys(JsonWriter *writer, const MessageView *view)
{
    json_writer_begin_array(writer, "domainkeys");
    for (guint i = 0; i < view->domainkeys->len; i++) {
        const ViewDomainKeys *signature = &g_array_index(view->domainkeys, ViewDomainKeys, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "result", signature->result);
        json_writer_text(writer, "reason", signature->reason);
        json_writer_text(writer, "domain", signature->domain);
        json_writer_text(writer, "selector", signature->selector);
        json_writer_words(writer, "caveats", signature->caveats);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

void evidence_write_json(const Evidence *evidence, GString *out)
{
    const MessageView *view = evidence->view;
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_integer(&writer, "id", view->id);
    view_json_date(&writer, "date", view->has_date, view->date);
    view_json_addresses(&writer, view, "from", "from");
    json_writer_text(&writer, "subject", view->subject);
    json_writer_text(&writer, "dkim", view->dkim);
    json_writer_text(&writer, "level", view->level);
    json_writer_words(&writer, "caveats", view->caveats);
    json_writer_begin_array(&writer, "signatures");
    for (guint i = 0; i < view->signatures->len; i++) {
        signature_object(&writer, evidence, i);
    }
    json_writer_end_array(&writer);
    domainkeys(&writer, view);
    json_writer_begin_object(&writer, "arc");
    json_writer_text(&writer, "result", view->arc);
    json_writer_text(&writer, "reason", view->arc_reason);
    json_writer_end_object(&writer);
    json_writer_integer(&writer, "size", view->size);
    json_writer_text(&writer, "sha256", view->sha256);
    json_writer_boolean(&writer, "bytes_are_the_same", evidence->bytes != NULL);
    json_writer_text(&writer, "bytes_fault",
                     evidence->bytes_fault == NULL ? "" : evidence->bytes_fault);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}
