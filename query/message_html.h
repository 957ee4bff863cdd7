/* message_html.h - one message as one HTML page that is safe to open in a browser.
 *
 * The page holds everything it shows, runs nothing, loads nothing, and says at its top that it
 * is a rendition and what the verdict is. The HTML of the mail goes through html_sanitizer.h;
 * a policy in the page (CSP) forbids again what is not in it. Read by a confined child.
 *
 * Errors: CONFINED_ERROR.
 * Limits: IMAGE_BYTES_MAX of one picture of the mail, IMAGES_BYTES_MAX of all.
 */
#pragma once

#include "query/message_view.h"

/* Returns: (transfer full) the page, UTF-8; NULL with `error`. */
GBytes *message_html_make(GBytes *message, const MessageView *view, GError **error);
