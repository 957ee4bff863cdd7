/* SPDX-License-Identifier: MIT */
#include "schema/dkim_base64.h"
#include "schema/dkim_tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_value(Slice value)
{
    g_autofree uint8_t *bytes = g_malloc(DKIM_BASE64_MAX(value.len));
    size_t len = 0;
    if (dkim_base64_decode(value, bytes, &len)) {
        g_assert(len <= DKIM_BASE64_MAX(value.len));
    }
    Slice rest = value;
    Slice item;
    size_t n_items = 0;
    while (dkim_list_next(&rest, &item)) {
        n_items++;
    }
    g_assert(n_items <= value.len + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DkimTagList list;
    dkim_tag_list_parse(slice_of((const char *)data, size), &list);
    for (size_t i = 0; i < list.n_tags; i++) {
        read_value(list.tags[i].value);
    }
    return 0;
}
