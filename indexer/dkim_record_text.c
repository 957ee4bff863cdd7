/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_record_text.h"

#include "schema/record_codec.h"

Slice dkim_record_text(MailRecord *record, Slice text, size_t max)
{
    text.len = MIN(text.len, max);
    if (record_text_is_valid(text)) {
        return mail_record_keep(record, text);
    }
    g_autofree char *valid = g_utf8_make_valid(text.ptr, (gssize)text.len);
    return mail_record_keep(record, slice_of_string(valid));
}

Slice dkim_record_lower(MailRecord *record, Slice text)
{
    text.len = MIN(text.len, DKIM_RECORD_TEXT_MAX);
    g_autofree char *lower = g_ascii_strdown(text.len == 0 ? "" : text.ptr, (gssize)text.len);
    return dkim_record_text(record, slice_of(lower, text.len), DKIM_RECORD_TEXT_MAX);
}

Slice dkim_record_domain(MailRecord *record, const DkimSignature *signature)
{
    return dkim_record_lower(record, signature->domain_name[0] != '\0'
                                         ? slice_of_string(signature->domain_name)
                                         : signature->domain);
}

Slice dkim_record_signed_fields(MailRecord *record, Slice text)
{
    g_autofree char *dense = g_malloc(text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        dense[len] = text.ptr[i];
        len += !dkim_is_space(text.ptr[i]);
    }
    return dkim_record_text(record, slice_of(dense, len), DKIM_TAG_LIST_MAX);
}

Slice dkim_record_canonicalization(const DkimSignature *signature)
{
    static const char *const words[DKIM_CANON_COUNT][DKIM_CANON_COUNT] = {
        [DKIM_CANON_SIMPLE] =
            {[DKIM_CANON_SIMPLE] = "simple/simple", [DKIM_CANON_RELAXED] = "simple/relaxed"},
        [DKIM_CANON_RELAXED] =
            {[DKIM_CANON_SIMPLE] = "relaxed/simple", [DKIM_CANON_RELAXED] = "relaxed/relaxed"},
    };
    return slice_of_string(words[signature->header_canon][signature->body_canon]);
}
