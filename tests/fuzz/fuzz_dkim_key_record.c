/* SPDX-License-Identifier: MIT */
#include "schema/dkim_public_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char zeros[DKIM_SIGNATURE_BYTES_MAX];
    DkimKeyRecord record;
    dkim_key_record_parse(slice_of((const char *)data, size), &record);
    if (record.fault == NULL) {
        g_assert(record.bits > 0 && record.bits <= KEY_BITS_MAX);
        g_autoptr(DkimPublicKey) key = dkim_public_key_new(&record);
        const bool is_rsa = record.type == KEY_TYPE_RSA;
        const Slice digest = slice_of(zeros, 32);
        const Slice signature = slice_of(zeros, is_rsa ? record.modulus.len : 64);
        if (key != NULL && record.bits <= 2048) {
            dkim_public_key_verify(
                key, is_rsa ? DKIM_ALGORITHM_RSA_SHA256 : DKIM_ALGORITHM_ED25519_SHA256, digest,
                signature);
        }
    }
    dkim_key_record_clear(&record);
    return 0;
}
