/* SPDX-License-Identifier: MIT */
#include "indexer/dns_txt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *copy = g_memdup2(data, size);
    g_autoptr(GString) text = g_string_new(NULL);
    const DnsTxtStatus status = dns_txt_read(slice_of(copy, size), text);
    /* Strings hide no byte but their lengths, and nothing grows beyond U+FFFD. */
    g_assert(status == DNS_TXT_OK || text->len == 0);
    g_assert(text->len <= (size_t)3 * DNS_TXT_BYTES_MAX);
    g_assert(status != DNS_TXT_OK || size > 0);
    g_assert(g_utf8_validate_len(text->str, text->len, NULL));
    g_assert(memchr(text->str, '\0', text->len) == NULL);
    return 0;
}
