/* message_view_caveat.h - caveats of a verdict, one line each, for show. */
#pragma once

#include <glib.h>

/* Appends a line for each of `caveats`, words separated by a space. */
void message_view_append_caveats(GString *out, const char *caveats, const char *indent);
