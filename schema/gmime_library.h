/* gmime_library.h - GMime, loaded when the first mail is read.
 *
 * Linked, it and the fourteen libraries that it needs would be a third of what every start of
 * waxseal-query takes, which mostly reads no mail. waxseal-index reads mail in every run, and
 * is linked with it as well.
 *
 * Memory: the library stays loaded until the program ends. Errors: without the library the
 * program ends. Threads: any.
 */
#pragma once

#include <gmime/gmime.h>

/* Each has the name of its function without "g_mime_"; GMime's headers say what they do. */
typedef struct {
    __typeof__(&g_mime_init) init;
    __typeof__(&g_mime_content_type_parse) content_type_parse;
    __typeof__(&g_mime_content_type_get_media_type) content_type_get_media_type;
    __typeof__(&g_mime_content_type_get_media_subtype) content_type_get_media_subtype;
    __typeof__(&g_mime_content_type_get_parameter) content_type_get_parameter;
    __typeof__(&g_mime_content_disposition_parse) content_disposition_parse;
    __typeof__(&g_mime_content_disposition_get_disposition) content_disposition_get_disposition;
    __typeof__(&g_mime_content_disposition_get_parameter) content_disposition_get_parameter;
    __typeof__(&g_object_unref) object_unref;
} GMimeLibrary;

/* Loads GMime and prepares it, when that is not done yet: a confined process cannot, so call it
 * before. Returns: (transfer none). */
const GMimeLibrary *gmime_library(void);
