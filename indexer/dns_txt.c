/* SPDX-License-Identifier: MIT */
#include "indexer/dns_txt.h"

#include "schema/utf8_text.h"

/* <character-string>: "a single length octet followed by that number of characters" */
static bool take_string(Slice *rdata, Slice *ret_string)
{
    const size_t len = (unsigned char)rdata->ptr[0];
    if (len >= rdata->len) {
        return false;
    }
    *ret_string = slice_of(rdata->ptr + 1, len);
    *rdata = slice_from(*rdata, len + 1);
    return true;
}

DnsTxtStatus dns_txt_read(Slice rdata, GString *text)
{
    /* Joined before it becomes text: a character may begin in one string and end in the next.
     */
    char joined[DNS_TXT_BYTES_MAX];
    size_t len = 0;
    if (rdata.len == 0) {
        return DNS_TXT_BROKEN;
    }
    while (rdata.len > 0) {
        Slice string;
        if (!take_string(&rdata, &string)) {
            return DNS_TXT_BROKEN;
        }
        if (string.len > sizeof joined - len) {
            return DNS_TXT_TOO_LONG;
        }
        memcpy(joined + len, string.ptr, string.len);
        len += string.len;
    }
    utf8_text_append(text, slice_of(joined, len));
    return DNS_TXT_OK;
}
