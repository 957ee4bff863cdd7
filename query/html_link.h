/* html_link.h - the addresses in HTML mail: which may be followed, which name an image.
 *
 * Reads an address as browsers do: references decoded, white space and control characters at
 * its ends cut off, tabs and line ends inside taken out. Then only an address that begins with
 * one of three schemes is a link; "javascript:", "data:" and whatever comes next year are not.
 */
#pragma once

#include "schema/slice.h"

/* Longer addresses are not kept; trackers have some hundred bytes. */
#define HTML_LINK_MAX ((size_t)4096)

typedef enum {
    HTML_LINK_WEB,     /* http, https, mailto */
    HTML_LINK_CONTENT, /* cid: an image of the mail itself */
    HTML_LINK_NONE     /* anything else, or nothing */
} HtmlLinkKind;

/* Appends the attribute value with its references decoded. */
void html_link_append_decoded(GString *out, Slice value);

/* Replaces what `address` holds, an attribute value as it stands, by the clean address.
 * Returns: what it is. For cid, `address` is what follows the scheme, percent-encoding undone.
 */
HtmlLinkKind html_link_read(Slice value, GString *ret_address);
