/* key_parser_check.h - what the fuzz harnesses of the forms of key files have in common.
 *
 * Whatever the bytes are, each key has an observation and a record that is UTF-8.
 */
#pragma once

#include "indexer/key_report.h"
#include "indexer/key_store.h"

typedef void (*KeyParseFunc)(Slice text, const char *path, KeyStore *store, KeyReport *report);

static inline int key_parser_check(KeyParseFunc parse, const uint8_t *data, size_t size)
{
    g_autofree char *copy = g_memdup2(data, size);
    g_autoptr(KeyStore) store = key_store_new();
    KeyReport report = {.n_records = 0};
    parse(slice_of(copy, size), "keys", store, &report);
    g_assert(key_store_size(store) <= report.n_records);
    for (size_t i = 0; i < key_store_size(store); i++) {
        const Key *key = key_store_get(store, (int64_t)i);
        g_assert(key->observations->len > 0);
        g_assert(g_utf8_validate(key->record, -1, NULL));
    }
    return 0;
}
