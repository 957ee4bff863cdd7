/* SPDX-License-Identifier: MIT */
#include "indexer/verify_output.h"

#include "schema/json_writer.h"
#include "schema/terminal_text.h"

#define DATE_JSON "%Y-%m-%dT%H:%M:%SZ"
#define DATE_TEXT "%Y-%m-%d %H:%M:%S UTC"

/* Returns: (transfer full) NULL without a date, or with one beyond the calendar. */
static char *date_text(bool has_date, int64_t date, const char *format)
{
    g_autoptr(GDateTime) time = has_date ? g_date_time_new_from_unix_utc(date) : NULL;
    return time == NULL ? NULL : g_date_time_format(time, format);
}

/* Returns: (transfer full). */
static char *sha256_text(const MailRecord *record)
{
    GString *hex = g_string_sized_new((gsize)2 * SHA256_BYTES);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        g_string_append_printf(hex, "%02x", record->sha256[i]);
    }
    return g_string_free(hex, false);
}

static const Key *key_of(const VerifyMessage *message, const RecordSignature *signature)
{
    return signature->key < 0 ? NULL : key_store_get(message->keys, signature->key);
}

static void json_date(JsonWriter *writer, const char *key, bool has_date, int64_t date)
{
    g_autofree char *text = date_text(has_date, date, DATE_JSON);
    if (text == NULL) {
        json_writer_null(writer, key);
    } else {
        json_writer_text(writer, key, text);
    }
}

static void json_tri(JsonWriter *writer, const char *key, Tri value)
{
    if (value == TRI_UNKNOWN) {
        json_writer_null(writer, key);
    } else {
        json_writer_boolean(writer, key, value == TRI_YES);
    }
}

static void json_caveats(JsonWriter *writer, CaveatSet caveats)
{
    json_writer_begin_array(writer, "caveats");
    for (unsigned i = 0; i < CAVEAT_COUNT; i++) {
        if ((caveats >> i & 1) != 0) {
            json_writer_text(writer, NULL, caveat_word((Caveat)i));
        }
    }
    json_writer_end_array(writer);
}

static void json_authors(JsonWriter *writer, const MailRecord *record)
{
    json_writer_begin_array(writer, "from");
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(record->addresses, RecordAddress, i);
        if (entry->role == ADDRESS_FROM) {
            json_writer_begin_object(writer, NULL);
            json_writer_string(writer, "name", entry->name);
            json_writer_string(writer, "address", entry->address);
            json_writer_end_object(writer);
        }
    }
    json_writer_end_array(writer);
}

static void json_key(JsonWriter *writer, const Key *key)
{
    if (key == NULL) {
        json_writer_null(writer, "key");
        return;
    }
    json_writer_begin_object(writer, "key");
    json_writer_text(writer, "selector", key->selector);
    json_writer_text(writer, "domain", key->domain);
    json_writer_integer(writer, "bits", key->material.bits);
    json_writer_end_object(writer);
}

static void json_tags(JsonWriter *writer, const RecordSignature *signature)
{
    json_writer_string(writer, "domain", signature->domain);
    json_writer_string(writer, "selector", signature->selector);
    json_writer_string(writer, "identity", signature->identity);
    json_writer_string(writer, "algorithm", signature->algorithm);
    json_writer_string(writer, "canonicalization", signature->canonicalization);
    json_writer_string(writer, "signed_fields", signature->signed_fields);
    if (signature->body_length < 0) {
        json_writer_null(writer, "body_length");
    } else {
        json_writer_integer(writer, "body_length", signature->body_length);
    }
    json_writer_integer(writer, "body_bytes", (int64_t)signature->body_bytes);
    json_date(writer, "signed_at", signature->signed_at >= 0, signature->signed_at);
    json_date(writer, "expires_at", signature->expires_at >= 0, signature->expires_at);
}

static void json_signature(JsonWriter *writer, const VerifyMessage *message,
                           const RecordSignature *signature)
{
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "result", dkim_result_word(signature->result));
    json_writer_string(writer, "reason", signature->reason);
    json_tri(writer, "header_ok", signature->header_ok);
    json_tri(writer, "body_ok", signature->body_ok);
    json_writer_boolean(writer, "aligned", signature->aligned);
    json_tags(writer, signature);
    json_key(writer, key_of(message, signature));
    json_caveats(writer, signature->caveats);
    json_writer_text(writer, "repair", repair_word(signature->repair));
    json_writer_end_object(writer);
}

static void json_domainkeys(JsonWriter *writer, const MailRecord *record)
{
    json_writer_begin_array(writer, "domainkeys");
    for (guint i = 0; i < record->domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record->domainkeys, RecordDomainKeys, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "result", dkim_result_word(entry->result));
        json_writer_string(writer, "reason", entry->reason);
        json_writer_string(writer, "domain", entry->domain);
        json_writer_string(writer, "selector", entry->selector);
        json_caveats(writer, entry->caveats);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static void json_arc(JsonWriter *writer, const MailRecord *record)
{
    json_writer_begin_object(writer, "arc");
    json_writer_text(writer, "result", arc_result_word(record->arc));
    json_writer_string(writer, "reason", record->arc_reason);
    json_writer_end_object(writer);
}

static void json_problems(JsonWriter *writer, ProblemSet problems)
{
    json_writer_begin_array(writer, "problems");
    for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
        if (problem_set_has(problems, (Problem)i)) {
            json_writer_text(writer, NULL, problem_word((Problem)i));
        }
    }
    json_writer_end_array(writer);
}

void verify_output_json(const VerifyMessage *message, GString *out)
{
    const MailRecord *record = message->record;
    g_autofree char *sha256 = sha256_text(record);
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_text(&writer, "file", message->file);
    json_writer_integer(&writer, "offset", (int64_t)message->offset);
    json_writer_integer(&writer, "size", (int64_t)record->size);
    json_writer_text(&writer, "sha256", sha256);
    json_writer_string(&writer, "message_id", record->message_id);
    json_authors(&writer, record);
    json_date(&writer, "date", record->has_date, record->date);
    json_writer_text(&writer, "dkim", message_dkim_word(record->verdict.dkim));
    json_writer_text(&writer, "level", level_word(record->verdict.level));
    json_caveats(&writer, record->verdict.caveats);
    json_writer_begin_array(&writer, "signatures");
    for (guint i = 0; i < record->signatures->len; i++) {
        json_signature(&writer, message,
                       &g_array_index(record->signatures, RecordSignature, i));
    }
    json_writer_end_array(&writer);
    json_domainkeys(&writer, record);
    json_arc(&writer, record);
    json_problems(&writer, record->problems);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static void append_safe(GString *out, Slice text)
{
    terminal_text_append(out, text, TERMINAL_TEXT_PLAIN);
}

static void text_authors(GString *out, const MailRecord *record)
{
    bool any = false;
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(record->addresses, RecordAddress, i);
        if (entry->role == ADDRESS_FROM) {
            g_string_append(out, any ? ", " : "  From ");
            append_safe(out, entry->address.len > 0 ? entry->address : entry->name);
            any = true;
        }
    }
    if (!any) {
        g_string_append(out, "  No author");
    }
}

static const char *tri_words(Tri value, const char *yes, const char *no)
{
    switch (value) {
    case TRI_YES:
        return yes;
    case TRI_NO:
        return no;
    case TRI_UNKNOWN:
        break;
    }
    return "not checked";
}

static void text_caveats(GString *out, CaveatSet caveats, const char *indent)
{
    for (unsigned i = 0; i < CAVEAT_COUNT; i++) {
        if ((caveats >> i & 1) != 0) {
            g_string_append_printf(out, "%s%s: %s\n", indent, caveat_word((Caveat)i),
                                   caveat_sentence((Caveat)i));
        }
    }
}

static void text_signature(GString *out, const VerifyMessage *message, guint at)
{
    const RecordSignature *signature =
        &g_array_index(message->record->signatures, RecordSignature, at);
    const Key *key = key_of(message, signature);
    g_string_append_printf(out, "  Signature %u by ", at + 1);
    append_safe(out, signature->domain.len > 0 ? signature->domain : SLICE_LITERAL("nobody"));
    g_string_append(out, ", selector ");
    append_safe(out, signature->selector.len > 0 ? signature->selector : SLICE_LITERAL("none"));
    g_string_append_printf(out, ": %s (", dkim_result_word(signature->result));
    append_safe(out, signature->reason);
    g_string_append_printf(out, ")\n    headers %s; body %s; ",
                           tri_words(signature->header_ok, "authentic", "do not fit the key"),
                           tri_words(signature->body_ok, "as signed", "altered"));
    append_safe(out, signature->algorithm);
    if (key == NULL) {
        g_string_append(out, ", no key\n");
    } else {
        g_string_append_printf(out, ", key of %d bits\n", key->material.bits);
    }
    text_caveats(out, signature->caveats, "    ");
}

static void text_domainkeys(GString *out, const MailRecord *record)
{
    for (guint i = 0; i < record->domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record->domainkeys, RecordDomainKeys, i);
        g_string_append_printf(out, "  DomainKeys %u by ", i + 1);
        append_safe(out, entry->domain.len > 0 ? entry->domain : SLICE_LITERAL("nobody"));
        g_string_append_printf(out, ": %s (", dkim_result_word(entry->result));
        append_safe(out, entry->reason);
        g_string_append(out, ")\n");
    }
}

void verify_output_text(const VerifyMessage *message, GString *out)
{
    const MailRecord *record = message->record;
    g_autofree char *sha256 = sha256_text(record);
    g_autofree char *date = date_text(record->has_date, record->date, DATE_TEXT);
    append_safe(out, slice_of_string(message->file));
    g_string_append_printf(out, " at %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " bytes\n",
                           message->offset, record->size);
    text_authors(out, record);
    g_string_append_printf(out, ", %s, Message-ID ", date == NULL ? "no date" : date);
    append_safe(out, record->message_id.len > 0 ? record->message_id : SLICE_LITERAL("none"));
    g_string_append_printf(out, "\n  SHA-256 %s\n  dkim:%s, level %s\n", sha256,
                           message_dkim_word(record->verdict.dkim),
                           level_word(record->verdict.level));
    for (guint i = 0; i < record->signatures->len; i++) {
        text_signature(out, message, i);
    }
    text_domainkeys(out, record);
    if (record->arc != ARC_RESULT_NONE) {
        g_string_append_printf(out, "  ARC chain: %s (", arc_result_word(record->arc));
        append_safe(out, record->arc_reason);
        g_string_append(out, ")\n");
    }
    for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
        if (problem_set_has(record->problems, (Problem)i)) {
            g_string_append_printf(out, "  Problem %s: %s\n", problem_word((Problem)i),
                                   problem_meaning((Problem)i));
        }
    }
    g_string_append_c(out, '\n');
}
