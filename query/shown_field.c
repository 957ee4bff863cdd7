/* SPDX-License-Identifier: MIT */
#include "query/shown_field.h"

static const char *const names[SHOWN_FIELD_COUNT] = {
    [SHOWN_FROM] = "From",
    [SHOWN_SENDER] = "Sender",
    [SHOWN_REPLY_TO] = "Reply-To",
    [SHOWN_TO] = "To",
    [SHOWN_CC] = "Cc",
    [SHOWN_SUBJECT] = "Subject",
    [SHOWN_DATE] = "Date",
    [SHOWN_MESSAGE_ID] = "Message-ID",
    [SHOWN_CONTENT_TYPE] = "Content-Type",
    [SHOWN_MIME_VERSION] = "MIME-Version",
};

const char *shown_field_name(ShownField field)
{
    g_assert(field < SHOWN_FIELD_COUNT);
    return names[field];
}

static bool is_blank(Slice line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t') {
            return false;
        }
    }
    return true;
}

static void count_line(ShownFields *fields, Slice line)
{
    const char *colon = memchr(line.ptr, ':', line.len);
    if (colon == NULL || line.ptr[0] == ' ' || line.ptr[0] == '\t') {
        return;
    }
    Slice name = slice_of(line.ptr, (size_t)(colon - line.ptr));
    while (name.len > 0 && (name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t')) {
        name.len--;
    }
    for (size_t i = 0; i < SHOWN_FIELD_COUNT; i++) {
        fields->present[i] += slice_equal_nocase(name, slice_of_string(names[i]));
    }
}

ShownFields shown_fields_count(Slice bytes)
{
    ShownFields fields = {{0}};
    if (slice_starts_with(bytes, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        bytes = slice_from(bytes, 3);
    }
    bool has_begun = false;
    while (bytes.len > 0) {
        const Slice line = slice_take_line(&bytes);
        if (line.len == 0 && has_begun) {
            break;
        }
        if (has_begun || !is_blank(line)) {
            has_begun = true;
            count_line(&fields, line);
        }
    }
    return fields;
}

static bool has_role(const MessageView *view, const char *role)
{
    for (guint i = 0; i < view->addresses->len; i++) {
        if (g_str_equal(g_array_index(view->addresses, ViewAddress, i).role, role)) {
            return true;
        }
    }
    return false;
}

ShownFields shown_fields_of_view(const MessageView *view)
{
    return (ShownFields){{
        [SHOWN_FROM] = has_role(view, "from"),
        [SHOWN_SENDER] = has_role(view, "sender"),
        [SHOWN_REPLY_TO] = has_role(view, "reply-to"),
        [SHOWN_TO] = has_role(view, "to"),
        [SHOWN_CC] = has_role(view, "cc"),
        [SHOWN_SUBJECT] = *view->subject != '\0',
        [SHOWN_DATE] = g_str_equal(view->date_source, "date"),
        [SHOWN_MESSAGE_ID] = *view->msgid != '\0',
        [SHOWN_CONTENT_TYPE] = -1,
        [SHOWN_MIME_VERSION] = -1,
    }};
}

int shown_field_signed(ShownField field, const char *signed_fields)
{
    g_auto(GStrv) mentions = g_strsplit(signed_fields, ":", -1);
    int n_mentions = 0;
    for (char **mention = mentions; *mention != NULL; mention++) {
        n_mentions += g_ascii_strcasecmp(*mention, shown_field_name(field)) == 0;
    }
    return n_mentions;
}
