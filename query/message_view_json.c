/* SPDX-License-Identifier: MIT */
#include "query/message_view.h"

#include "query/claim_domain.h"
#include "query/view_json.h"
#include "schema/auth_results.h"

static void signatures(JsonWriter *writer, const MessageView *view)
{
    json_writer_begin_array(writer, "signatures");
    for (guint i = 0; i < view->signatures->len; i++) {
        const ViewSignature *signature = &g_array_index(view->signatures, ViewSignature, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "result", signature->result);
        json_writer_text(writer, "reason", signature->reason);
        view_json_signature_checks(writer, signature);
        view_json_number(writer, "key_bits", signature->key_bits);
        key_sightings_write_json(writer, "key_observations", signature->key_sightings);
        key_span_write_json(writer, "key_verified_mail", &signature->key_span);
        view_json_number(writer, "body_length", signature->body_length);
        view_json_signature_dates(writer, signature);
        json_writer_words(writer, "caveats", signature->caveats);
        json_writer_text(writer, "repair", signature->repair);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void arc_signature(JsonWriter *writer, const ViewArcSignature *signature)
{
    json_writer_text(writer, "result", signature->result);
    json_writer_text(writer, "reason", signature->reason);
    json_writer_text(writer, "domain", signature->domain);
    json_writer_text(writer, "selector", signature->selector);
    json_writer_text(writer, "algorithm", signature->algorithm);
    view_json_number(writer, "key_bits", signature->key_bits);
    view_json_date(writer, "signed_at", signature->signed_at >= 0, signature->signed_at);
    json_writer_words(writer, "caveats", signature->caveats);
}

static void sealed_result(gpointer user_data, const Claim *claim)
{
    JsonWriter *writer = user_data;
    if (claim->method->len == 0) {
        return;
    }
    g_autofree char *domain = claim_domain(claim);
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "method", claim->method->str);
    json_writer_text(writer, "result", claim->result->str);
    json_writer_text(writer, "domain", domain);
    json_writer_end_object(writer);
}

/* What the sealer claims, in full and taken apart. */
static void sealed_claim(JsonWriter *writer, const ViewArcSet *set)
{
    Claim claim;
    json_writer_begin_object(writer, "claim");
    json_writer_text(writer, "by", set->authserv_id);
    json_writer_text(writer, "text", set->results);
    json_writer_begin_array(writer, "results");
    claim_init(&claim);
    auth_results_read(slice_of_string(set->results), &claim, sealed_result, writer);
    claim_clear(&claim);
    json_writer_end_array(writer);
    json_writer_end_object(writer);
}

static void arc(JsonWriter *writer, const MessageView *view)
{
    json_writer_text(writer, "arc", view->arc);
    json_writer_text(writer, "arc_reason", view->arc_reason);
    json_writer_begin_array(writer, "arc_sets");
    for (guint i = 0; i < view->arc_sets->len; i++) {
        const ViewArcSet *set = &g_array_index(view->arc_sets, ViewArcSet, i);
        json_writer_begin_object(writer, NULL);
        json_writer_integer(writer, "instance", set->instance);
        json_writer_text(writer, "cv", set->cv);
        json_writer_begin_object(writer, "seal");
        arc_signature(writer, &set->seal);
        json_writer_end_object(writer);
        json_writer_begin_object(writer, "message_signature");
        arc_signature(writer, &set->message);
        view_json_known(writer, "body_ok", set->body_ok);
        json_writer_text(writer, "canonicalization", set->canonicalization);
        json_writer_text(writer, "signed_fields", set->signed_fields);
        view_json_number(writer, "body_length", set->body_length);
        json_writer_end_object(writer);
        sealed_claim(writer, set);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void domainkeys(JsonWriter *writer, const MessageView *view)
{
    json_writer_begin_array(writer, "domainkeys");
    for (guint i = 0; i < view->domainkeys->len; i++) {
        const ViewDomainKeys *signature = &g_array_index(view->domainkeys, ViewDomainKeys, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "result", signature->result);
        json_writer_text(writer, "reason", signature->reason);
        json_writer_boolean(writer, "aligned", signature->aligned);
        json_writer_text(writer, "domain", signature->domain);
        json_writer_text(writer, "selector", signature->selector);
        json_writer_text(writer, "sender", signature->sender);
        json_writer_text(writer, "algorithm", signature->algorithm);
        json_writer_text(writer, "canonicalization", signature->canonicalization);
        json_writer_text(writer, "signed_fields", signature->signed_fields);
        view_json_number(writer, "key_bits", signature->key_bits);
        json_writer_words(writer, "caveats", signature->caveats);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void claims(JsonWriter *writer, const MessageView *view)
{
    json_writer_begin_array(writer, "claims");
    for (guint i = 0; i < view->claims->len; i++) {
        const ViewClaim *claim = &g_array_index(view->claims, ViewClaim, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "field", claim->field);
        json_writer_text(writer, "authserv_id", claim->authserv_id);
        json_writer_text(writer, "method", claim->method);
        json_writer_text(writer, "result", claim->result);
        json_writer_text(writer, "reason", claim->reason);
        json_writer_text(writer, "properties", claim->properties);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void attachments(JsonWriter *writer, const MessageView *view)
{
    json_writer_begin_array(writer, "attachments");
    for (guint i = 0; i < view->attachments->len; i++) {
        const ViewAttachment *attachment = &g_array_index(view->attachments, ViewAttachment, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "part", attachment->part);
        json_writer_text(writer, "name", attachment->name);
        json_writer_text(writer, "declared_type", attachment->declared_type);
        json_writer_text(writer, "sniffed_type", attachment->sniffed_type);
        json_writer_integer(writer, "size", attachment->size);
        json_writer_text(writer, "sha256", attachment->sha256);
        json_writer_boolean(writer, "inline", attachment->is_inline);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void places(JsonWriter *writer, const MessageView *view)
{
    json_writer_begin_array(writer, "occurrences");
    for (guint i = 0; i < view->places->len; i++) {
        const ViewPlace *place = &g_array_index(view->places, ViewPlace, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "file", place->path);
        json_writer_text(writer, "folder", place->folder);
        json_writer_text(writer, "state", place->state);
        json_writer_integer(writer, "offset", place->offset);
        json_writer_integer(writer, "length", place->length);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

void message_view_write_json(const MessageView *view, GString *out)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_integer(&writer, "id", view->id);
    view_json_date(&writer, "date", view->has_date, view->date);
    json_writer_integer(&writer, "date_offset_minutes", view->date_offset_minutes);
    json_writer_text(&writer, "date_source", view->date_source);
    view_json_addresses(&writer, view, "from", "from");
    view_json_addresses(&writer, view, "sender", "sender");
    view_json_addresses(&writer, view, "reply-to", "reply_to");
    view_json_addresses(&writer, view, "to", "to");
    view_json_addresses(&writer, view, "cc", "cc");
    view_json_addresses(&writer, view, "bcc", "bcc");
    json_writer_text(&writer, "subject", view->subject);
    json_writer_text(&writer, "msgid", view->msgid);
    json_writer_words(&writer, "in_reply_to", view->in_reply_to);
    json_writer_words(&writer, "references", view->refs);
    json_writer_integer(&writer, "twins", view->twins);
    json_writer_text(&writer, "dkim", view->dkim);
    json_writer_text(&writer, "level", view->level);
    json_writer_words(&writer, "caveats", view->caveats);
    signatures(&writer, view);
    arc(&writer, view);
    domainkeys(&writer, view);
    claims(&writer, view);
    json_writer_integer(&writer, "size", view->size);
    json_writer_text(&writer, "sha256", view->sha256);
    places(&writer, view);
    json_writer_begin_array(&writer, "problems");
    for (guint i = 0; i < view->problems->len; i++) {
        json_writer_text(&writer, NULL, g_ptr_array_index(view->problems, i));
    }
    json_writer_end_array(&writer);
    attachments(&writer, view);
    notes_write_json(&view->notes, &writer);
    json_writer_text(&writer, "text", view->body);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}
