/* SPDX-License-Identifier: MIT */
#include "schema/dkim_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DkimSignature signature;
    dkim_signature_parse(slice_of((const char *)data, size), &signature);
    if (signature.fault == NULL) {
        g_assert(signature.signature_len > 0 && signature.n_names > 0);
        g_assert(signature.domain_name[0] != '\0' && signature.selector_name[0] != '\0');
        g_assert(signature.body_hash_len ==
                 dkim_hash_bytes(dkim_algorithm_hash(signature.algorithm)));
    }
    return 0;
}
