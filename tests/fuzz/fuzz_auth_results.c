/* SPDX-License-Identifier: MIT */
#include "schema/auth_results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_claim(gpointer user_data, const Claim *claim)
{
    const size_t *size = user_data;
    Slice value = SLICE_EMPTY;
    g_assert(claim->result->len > 0 && claim->result->len <= *size);
    g_assert(claim->reason->len <= *size && claim->authserv_id->len <= *size);
    g_assert(claim->properties->len <= 3 * *size);
    g_assert(!claim_find_property(claim, "header.d", &value) || value.len <= *size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Slice value = slice_of((const char *)data, size);
    Claim claim;
    claim_init(&claim);
    auth_results_read(value, &claim, check_claim, &size);
    claim_clear(&claim);
    return 0;
}
