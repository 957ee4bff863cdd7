/* SPDX-License-Identifier: MIT */
#include "query/view_json.h"

#include "query/search_output.h"

void view_json_date(JsonWriter *writer, const char *key, bool has_date, int64_t time)
{
    g_autofree char *text = search_date_text(has_date, time, "%Y-%m-%dT%H:%M:%SZ");
    if (*text == '\0') {
        json_writer_null(writer, key);
    } else {
        json_writer_text(writer, key, text);
    }
}

void view_json_known(JsonWriter *writer, const char *key, int value)
{
    if (value < 0) {
        json_writer_null(writer, key);
    } else {
        json_writer_boolean(writer, key, value > 0);
    }
}

void view_json_number(JsonWriter *writer, const char *key, int64_t value)
{
    if (value < 0) {
        json_writer_null(writer, key);
    } else {
        json_writer_integer(writer, key, value);
    }
}

void view_json_addresses(JsonWriter *writer, const MessageView *view, const char *role,
                         const char *key)
{
    json_writer_begin_array(writer, key);
    for (guint i = 0; i < view->addresses->len; i++) {
        const ViewAddress *address = &g_array_index(view->addresses, ViewAddress, i);
        if (g_str_equal(address->role, role)) {
            json_writer_begin_object(writer, NULL);
            json_writer_text(writer, "name", address->name);
            json_writer_text(writer, "address", address->address);
            json_writer_end_object(writer);
        }
    }
    json_writer_end_array(writer);
}

void view_json_signature_checks(JsonWriter *writer, const ViewSignature *signature)
{
    view_json_known(writer, "header_ok", signature->header_ok);
    view_json_known(writer, "body_ok", signature->body_ok);
    json_writer_boolean(writer, "aligned", signature->aligned);
    json_writer_text(writer, "domain", signature->domain);
    json_writer_text(writer, "selector", signature->selector);
    json_writer_text(writer, "identity", signature->identity);
    json_writer_text(writer, "algorithm", signature->algorithm);
    json_writer_text(writer, "canonicalization", signature->canonicalization);
    json_writer_text(writer, "signed_fields", signature->signed_fields);
}

void view_json_signature_dates(JsonWriter *writer, const ViewSignature *signature)
{
    view_json_date(writer, "signed_at", signature->signed_at >= 0, signature->signed_at);
    view_json_date(writer, "expires_at", signature->expires_at >= 0, signature->expires_at);
}
