/* SPDX-License-Identifier: MIT */
#include "schema/record_codec.h"
#include "schema/utf8_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every judge of UTF-8 in the house says the same as GLib. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Slice text = slice_of((const char *)data, size);
    const bool has_nul = size > 0 && memchr(data, '\0', size) != NULL;
    const bool is_valid = size == 0 || g_utf8_validate_len(text.ptr, text.len, NULL);
    g_assert(record_text_is_valid(text) == is_valid);
    g_assert(has_nul || (utf8_text_census(text).bad == 0) == is_valid);
    g_autoptr(GString) out = g_string_new("prefix");
    utf8_text_append(out, text);
    g_assert(g_utf8_validate_len(out->str, out->len, NULL));
    const Slice cut = utf8_text_cut(slice_of(out->str, out->len), size / 2);
    g_assert(cut.len <= MAX(size / 2, out->len) && g_utf8_validate_len(cut.ptr, cut.len, NULL));
    utf8_text_make_line(out, 6);
    g_assert(g_utf8_validate_len(out->str, out->len, NULL) && strchr(out->str, '\n') == NULL);
    return 0;
}
