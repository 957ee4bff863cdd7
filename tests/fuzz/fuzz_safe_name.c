/* SPDX-License-Identifier: MIT */
#include "query/safe_name.h"
#include "schema/terminal_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes out is what safe_name.h promises, and making it safe again changes nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned changes = 0;
    g_autofree char *safe =
        safe_name_make(slice_of((const char *)data, size), "attachment.bin", &changes);
    const size_t length = strlen(safe);
    g_assert(length > 0 && length <= SAFE_NAME_MAX && g_utf8_validate(safe, -1, NULL));
    g_assert(strchr(".- ", safe[0]) == NULL && strchr(". ", safe[length - 1]) == NULL);
    g_assert(strpbrk(safe, "/\\<>:\"|?*") == NULL);
    for (const char *at = safe; *at != '\0'; at = g_utf8_next_char(at)) {
        g_assert(!terminal_text_is_control(g_utf8_get_char(at)));
    }
    g_autofree char *again = safe_name_make(slice_of_string(safe), "x", &changes);
    g_assert(changes == 0 && g_str_equal(again, safe));
    g_autofree char *numbered = safe_name_numbered(safe, 4000000000U);
    g_assert(strlen(numbered) <= 255);
    return 0;
}
