/* SPDX-License-Identifier: MIT */
#include "query/twin_difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first NUL parts two messages; each stands for its own text, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Slice all = slice_of((const char *)data, size);
    const char *end = size == 0 ? NULL : memchr(data, '\0', size);
    const size_t length = end == NULL ? size : (size_t)(end - all.ptr);
    const Slice first = slice_of(all.ptr, length);
    const Slice second = slice_from(all, MIN(length + 1, size));
    g_autofree char *first_text = slice_dup(first);
    g_autofree char *second_text = slice_dup(second);
    const TwinSide reference = {
        .bytes = first, .text = first_text, .attachments = "", .header = ""};
    const TwinSide other = {
        .bytes = second, .text = second_text, .attachments = "", .header = ""};
    g_auto(TwinDifference) difference = {0};
    g_auto(TwinDifference) none = {0};
    twin_difference_find(&reference, &other, &difference);
    g_assert(difference.kinds != 0);
    twin_difference_find(&reference, &reference, &none);
    g_assert((none.kinds & ~(TWIN_LINE_ENDS | TWIN_UNKNOWN)) == 0 && none.fields->len == 0);
    return 0;
}
