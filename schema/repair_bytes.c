/* SPDX-License-Identifier: MIT */
#include "schema/repair_bytes.h"

/* Those of Gmail's export, Thunderbird, the mbox of mail servers and readers on Unix. */
static const char *const client_fields[] = {
    "Content-Length",
    "Lines",
    "Status",
    "X-GM-THRID",
    "X-Gmail-Labels",
    "X-IMAP",
    "X-IMAPbase",
    "X-Keywords",
    "X-Mozilla-Keys",
    "X-Mozilla-Status",
    "X-Mozilla-Status2",
    "X-Status",
    "X-UID",
};

bool repair_is_client_field(Slice name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(client_fields); i++) {
        if (slice_equal_nocase(name, slice_of_string(client_fields[i]))) {
            return true;
        }
    }
    return false;
}

void repair_leave_client_fields(const RawMessage *message, GArray *fields)
{
    g_array_set_size(fields, 0);
    for (size_t i = 0; i < message->n_fields; i++) {
        if (!repair_is_client_field(message->fields[i].name)) {
            g_array_append_val(fields, message->fields[i]);
        }
    }
}

Slice repair_unquote(GByteArray *copy, Slice bytes, Quoting quoting)
{
    g_byte_array_set_size(copy, 0);
    g_byte_array_append(copy, (const guint8 *)bytes.ptr, (guint)bytes.len);
    return slice_of((const char *)copy->data,
                    occurrence_unquote((char *)copy->data, bytes.len, quoting));
}

Slice repair_change_crs(GByteArray *copy, Slice bytes, Repair repair)
{
    Slice rest = bytes;
    g_byte_array_set_size(copy, 0);
    while (rest.len > 0) {
        const char *found = memchr(rest.ptr, '\r', rest.len);
        const size_t len = found == NULL ? rest.len : (size_t)(found - rest.ptr);
        g_byte_array_append(copy, (const guint8 *)rest.ptr, (guint)len);
        rest = slice_from(rest, len);
        size_t n_crs = 0;
        while (n_crs < rest.len && rest.ptr[n_crs] == '\r') {
            n_crs++;
        }
        const bool has_line_feed = n_crs < rest.len && rest.ptr[n_crs] == '\n';
        const size_t n_lone = has_line_feed && n_crs > 0 ? n_crs - 1 : n_crs;
        for (size_t i = 0; repair == REPAIR_LONE_CR && i < n_lone; i++) {
            g_byte_array_append(copy, (const guint8 *)"\r\n", 2);
        }
        const size_t n_left = repair == REPAIR_LONE_CR ? n_crs - n_lone
                              : has_line_feed          ? MIN(n_crs, 1)
                                                       : n_crs;
        g_byte_array_append(copy, (const guint8 *)rest.ptr, (guint)n_left);
        rest = slice_from(rest, n_crs);
    }
    return slice_of((const char *)copy->data, copy->len);
}
