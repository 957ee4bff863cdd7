/* SPDX-License-Identifier: MIT */
#include "schema/gmime_library.h"

#include "schema/late_library.h"

/* The version of the interface that the headers describe. */
#define SONAME "libgmime-3.0.so.0"

static const LateFunction functions[] = {
    {"g_mime_init", offsetof(GMimeLibrary, init)},
    {"g_mime_content_type_parse", offsetof(GMimeLibrary, content_type_parse)},
    {"g_mime_content_type_get_media_type", offsetof(GMimeLibrary, content_type_get_media_type)},
    {"g_mime_content_type_get_media_subtype",
     offsetof(GMimeLibrary, content_type_get_media_subtype)},
    {"g_mime_content_type_get_parameter", offsetof(GMimeLibrary, content_type_get_parameter)},
    {"g_mime_content_disposition_parse", offsetof(GMimeLibrary, content_disposition_parse)},
    {"g_mime_content_disposition_get_disposition",
     offsetof(GMimeLibrary, content_disposition_get_disposition)},
    {"g_mime_content_disposition_get_parameter",
     offsetof(GMimeLibrary, content_disposition_get_parameter)},
    /* Of GObject, which comes with GMime and is needed for nothing else. */
    {"g_object_unref", offsetof(GMimeLibrary, object_unref)},
};

static void load(GMimeLibrary *library)
{
    const char *fault = late_library_load(SONAME, functions, G_N_ELEMENTS(functions), library);
    if (fault != NULL) {
        g_error("reading mail needs GMime: %s", fault);
    }
    library->init();
}

const GMimeLibrary *gmime_library(void)
{
    static GMimeLibrary library;
    static gsize is_loaded;
    if (g_once_init_enter(&is_loaded)) {
        load(&library);
        g_once_init_leave(&is_loaded, 1);
    }
    return &library;
}
