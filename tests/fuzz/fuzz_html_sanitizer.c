/* SPDX-License-Identifier: MIT */
#include "schema/utf8_text.h"
#include "tests/html_safe_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever comes in, only what is on the list comes out, and it stays so when it goes in again.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HtmlFindings findings = {0};
    g_autoptr(GString) html = g_string_new(NULL);
    utf8_text_append(html, slice_of((const char *)data, size));
    g_autofree char *safe = check_sanitized(slice_of(html->str, html->len), &findings);
    HtmlFindings again = {0};
    g_autofree char *safer = check_sanitized(slice_of_string(safe), &again);
    g_assert(again.n_scripts == 0 && again.n_links == 0 && again.n_images == 0);
    return 0;
}
