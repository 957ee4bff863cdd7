/* SPDX-License-Identifier: MIT */
#include "query/authentication_results.h"

#include "schema/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = slice_dup(slice_of((const char *)data, size));
    g_autoptr(GArray) results = authentication_results_parse(text);
    g_assert(results->len <= AUTHENTICATION_RESULTS_MAX);
    for (guint i = 0; i < results->len; i++) {
        const AuthenticationResult *result = &g_array_index(results, AuthenticationResult, i);
        g_assert(*result->method != '\0' && *result->result != '\0' && result->domain != NULL);
    }
    return 0;
}
