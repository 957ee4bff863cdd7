/* SPDX-License-Identifier: MIT */
#include "indexer/key_json.h"
#include "tests/fuzz/key_parser_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return key_parser_check(key_json_parse, data, size);
}
