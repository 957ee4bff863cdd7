/* SPDX-License-Identifier: MIT */
#include "query/query_size.h"

#include "schema/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any string is a range of sizes, or has a reason why not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    QuerySizeRange range = {0};
    g_autofree char *reason = query_size_parse_range(text, &range);
    g_assert(reason != NULL || (range.least >= 0 && range.least - 1 <= range.most));
    g_assert(reason == NULL || strchr(reason, '\n') == NULL);
    int64_t n_bytes = 0;
    g_assert(!query_size_parse(text, &n_bytes) || n_bytes >= 0);
    return 0;
}
