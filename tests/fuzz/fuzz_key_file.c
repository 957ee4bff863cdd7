/* SPDX-License-Identifier: MIT */
#include "indexer/key_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(KeyStore) store = key_store_new();
    KeyReport report = {.n_records = 0};
    key_file_parse(text, "keys.tsv", store, &report);
    g_assert(key_store_size(store) <= report.n_records);
    for (size_t i = 0; i < key_store_size(store); i++) {
        const Key *key = key_store_get(store, (int64_t)i);
        g_assert(key->observations->len > 0);
        g_assert(key_store_find_selector(store, slice_of_string(key->selector)) != NULL);
    }
    return 0;
}
