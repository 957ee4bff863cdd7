/* SPDX-License-Identifier: MIT */
#include "schema/transfer_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int encoding = TRANSFER_IDENTITY; encoding <= TRANSFER_UUENCODE; encoding++) {
        char block[TRANSFER_BLOCK_MIN];
        TransferDecoder decoder;
        Slice input = slice_of((const char *)data, size);
        size_t n_bytes = 0;
        transfer_decoder_init(&decoder, (TransferEncoding)encoding);
        while (input.len > 0) {
            n_bytes += transfer_decoder_run(&decoder, &input, block, sizeof block);
        }
        transfer_decoder_finish(&decoder);
        g_assert(n_bytes <= 45 * size);
    }
    return 0;
}
