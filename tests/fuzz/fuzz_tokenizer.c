/* SPDX-License-Identifier: MIT */
#include "tests/token_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The tokens are those of SQLite's own unicode61, once the text is cut into pairs. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Tokenizer *ours;
    static sqlite3 *builtin;
    if (ours == NULL) {
        builtin = token_list_open();
        ours = tokenizer_new(builtin, NULL);
    }
    const Slice text = slice_of((const char *)data, size);
    g_autofree char *first = token_list_of_ours(ours, text);
    g_autofree char *second = token_list_of_builtin(builtin, text);
    g_assert_cmpstr(first, ==, second);
    return 0;
}
