/* SPDX-License-Identifier: MIT */
#include "indexer/received_spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_claim(gpointer user_data, const Claim *claim)
{
    const size_t *size = user_data;
    g_assert(claim->result->len > 0 && claim->result->len <= *size);
    g_assert(claim->reason->len <= *size && claim->authserv_id->len <= *size);
    g_assert(claim->properties->len <= 3 * *size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Claim claim;
    claim_init(&claim);
    received_spf_read(slice_of((const char *)data, size), &claim, check_claim, &size);
    claim_clear(&claim);
    return 0;
}
