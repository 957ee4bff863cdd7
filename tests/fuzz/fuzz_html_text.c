/* SPDX-License-Identifier: MIT */
#include "indexer/html_text.h"
#include "schema/html_tag.h"
#include "schema/utf8_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) html = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    utf8_text_append(html, slice_of((const char *)data, size));
    html_tag_declared_charset(slice_of((const char *)data, size));
    html_text_append(slice_of(html->str, html->len), out);
    g_assert(g_utf8_validate_len(out->str, out->len, NULL));
    return 0;
}
