/* SPDX-License-Identifier: MIT */
#include "indexer/arc_results.h"

#include "indexer/arc_instance.h"
#include "indexer/dkim_tag.h"

/* Up to the closing quotation mark; backslashes are rare here and stay. */
static Slice quoted(Slice text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            return slice_of(text.ptr + 1, i - 1);
        }
        i += text.ptr[i] == '\\';
    }
    return SLICE_EMPTY;
}

/* authserv-id = value ; of RFC 2045: a token or a quoted string */
static Slice read_authserv_id(Slice payload)
{
    const Slice text = arc_skip_cfws(payload);
    if (text.len > 0 && text.ptr[0] == '"') {
        return quoted(text);
    }
    size_t len = 0;
    while (len < text.len && !dkim_is_space(text.ptr[len]) && text.ptr[len] != ';' &&
           text.ptr[len] != '(') {
        len++;
    }
    return slice_of(text.ptr, len);
}

void arc_results_parse(Slice value, ArcResults *results)
{
    results->instance = 0;
    results->has_instance = arc_instance_take(&value, &results->instance);
    results->authserv_id = results->has_instance ? read_authserv_id(value) : SLICE_EMPTY;
    results->payload = dkim_trim(value);
}
