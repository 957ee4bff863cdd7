/* SPDX-License-Identifier: MIT */
#include "tests/token_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The tokens are those of SQLite's own unicode61. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sqlite3 *ours;
    static sqlite3 *builtin;
    if (ours == NULL) {
        ours = token_list_open(true);
        builtin = token_list_open(false);
    }
    const Slice text = slice_of((const char *)data, size);
    g_autofree char *first = token_list_of(ours, text);
    g_autofree char *second = token_list_of(builtin, text);
    g_assert_cmpstr(first, ==, second);
    return 0;
}
