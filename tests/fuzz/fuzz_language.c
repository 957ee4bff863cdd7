/* SPDX-License-Identifier: MIT */
#include "indexer/language_finder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how much is subject. What quotes another mail changes nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static LanguageFinder *finder;
    if (finder == NULL) {
        finder = language_finder_new();
    }
    if (size == 0) {
        return 0;
    }
    const Slice all = slice_from(slice_of((const char *)data, size), 1);
    const Slice subject = slice_of(all.ptr, MIN(all.len, data[0]));
    const Slice body = slice_from(all, subject.len);
    const Language language = language_finder_run(finder, subject, body);
    g_assert(language < LANGUAGE_COUNT);
    if (body.len < LANGUAGE_BYTES_MAX / 2) {
        g_autoptr(GString) quoting = g_string_new("> und der die das\n");
        g_string_append_len(quoting, body.ptr, (gssize)body.len);
        g_assert(language_finder_run(finder, subject, slice_of(quoting->str, quoting->len)) ==
                 language);
    }
    return 0;
}
